"""Entities of one text, without a browser."""

from __future__ import annotations

import json

import pytest

from gliner2_core.errors import CheckpointError, InputError
from ui.handlers.entities import POLICIES, extract_entities
from ui.messages import PageError, words_for
from ui.services import Services
from ui.settings import Settings

FIRST = next(iter(POLICIES))
TEXT = "🎉 Tim Cook of Apple Inc. met `${alert(1)}` <script>x</script> {{value}} in Cupertino 🍎 yesterday."
LABELS = "company: firms\nperson\nlocation @ 0.3"


def test_every_part_of_the_answer_names_the_same_spans(services: Services) -> None:
    answer = extract_entities(services, TEXT, LABELS, 0.5, FIRST)
    spans = {(span["start"], span["end"], span["label"]) for span in answer.spans["spans"]}
    assert spans
    assert {(start, end, label) for label, _, start, end, _ in answer.rows} == spans
    assert {(one["start"], one["end"], one["label"]) for one in json.loads(answer.json)["entities"]} == spans
    assert all(TEXT[start:end] == text for _, text, start, end, _ in answer.rows)


def test_label_threshold_lets_through_what_the_slider_would_not(services: Services) -> None:
    answer = extract_entities(services, TEXT, LABELS, 0.99, FIRST)
    assert {span["label"] for span in answer.spans["spans"]} == {"location"}


def test_line_ends_are_those_the_browser_shows(services: Services) -> None:
    answer = extract_entities(services, "a\r\nb\rc", "x", 0.0, "Allow everything that reaches the threshold")
    assert answer.spans["text"] == "a\nb\nc"


def test_python_lines_give_the_same_answer(services: Services) -> None:
    answer = extract_entities(services, TEXT, LABELS, 0.4, "Allow nested, not crossing")
    names: dict[str, object] = {}
    exec(answer.python, names)
    found = names["result"]["entities"]  # type: ignore[index]
    assert {(one["start"], one["end"], label) for label, spans in found.items() for one in spans} == {
        (span["start"], span["end"], span["label"]) for span in answer.spans["spans"]
    }


def test_status_is_escaped() -> None:
    with pytest.raises(CheckpointError) as raised:
        Services(Settings("./<b>missing</b>")).extractor()
    from ui.render import problem

    assert "<b>" not in problem(words_for(raised.value))
    assert "&lt;b&gt;" in problem(words_for(raised.value))


@pytest.mark.parametrize(
    ("text", "labels", "threshold", "policy", "message"),
    [
        ("", "a", 0.5, FIRST, "Type or paste a text first"),
        ("  \n", "a", 0.5, FIRST, "Type or paste a text first"),
        ("x" * 1001, "a", 0.5, FIRST, "1,001 characters, 1,000 are allowed"),
        ("x", "", 0.5, FIRST, "Type at least one label"),
        ("x", "a,b,c,d,e,f", 0.5, FIRST, "6 labels are more than the 5 allowed"),
        ("x", "a", 1.5, FIRST, "The threshold must be between 0 and 1, got 1.5"),
        ("x", "a", 0.5, "some", "Unknown overlap rule “some”"),
    ],
)
def test_input_that_cannot_be_used_says_what_to_do(
    services: Services, text: str, labels: str, threshold: float, policy: str, message: str
) -> None:
    with pytest.raises(PageError) as raised:
        extract_entities(services, text, labels, threshold, policy)
    assert message in str(raised.value)


def test_label_with_a_marker_is_refused_in_the_model_s_words(services: Services) -> None:
    with pytest.raises(InputError, match=r"contains \[E\]"):
        extract_entities(services, "x", "a [E]", 0.5, FIRST)


def test_unexpected_error_is_not_shown_raw() -> None:
    words = words_for(RuntimeError("secret path /x"))
    assert "secret" not in words
    assert "RuntimeError" in words
