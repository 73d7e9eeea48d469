from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gliner2_core.errors import Gliner2Error
from gliner2_core.predictions import CheckpointInfo, EntityPrediction, Prediction, SpanPrediction
from tests.ui.shell import run_in_shell
from ui import render
from ui.handlers.entities import POLICIES, extract_entities
from ui.messages import PageError, words_for
from ui.services import Services
from ui.settings import Settings
from ui.span_view import EMPTY, SpanView
from ui.workbench import build_app

DEFAULT, ALL = list(POLICIES)[:2]
TEXT = "🎉 Zoë of the Bank of England\r\nmet 👩‍👩‍👧 in 北京大学."


def test_offsets_are_code_points_of_the_text_shown(services: Services) -> None:
    answer = extract_entities(services, TEXT, "person\norganization\nplace", 0.0, ALL)
    shown = answer.spans["text"]
    assert shown == TEXT.replace("\r\n", "\n")
    assert len(answer.rows) == len(answer.spans["spans"]) > 10
    assert all(shown[start:end] == text for _, text, start, end, _ in answer.rows)
    assert json.loads(answer.json)["text"] == shown
    assert any(a["start"] < b["start"] < a["end"] < b["end"] for a in answer.spans["spans"] for b in answer.spans["spans"])


@pytest.mark.parametrize(
    "labels", ["person\nplace", "person: Names\nplace", "person: Names @ 0.3\nplace @ 0.2", "person: A\nplace: B"]
)
@pytest.mark.parametrize("policy", [DEFAULT, ALL])
def test_the_python_lines_give_the_same_answer(services: Services, labels: str, policy: str) -> None:
    answer = extract_entities(services, 'A "quoted" \\n ${x} text in Paris\nwith Tim', labels, 0.45, policy)
    names: dict[str, Any] = {}
    exec(answer.python, names)
    said = sorted(
        (label, span["text"], span["start"], span["end"])
        for label, spans in names["result"]["entities"].items()
        for span in spans
    )
    assert said == sorted(tuple(row[:4]) for row in answer.rows)


@pytest.mark.parametrize("policy", [DEFAULT, ALL])
def test_the_command_gives_the_same_answer(services: Services, tmp_path: Path, policy: str) -> None:
    answer = extract_entities(services, "A 'quoted' $text in Paris\nwith Tim", "person: Names @ 0.3\nplace", 0.45, policy)
    output = run_in_shell(answer.command, tmp_path)
    said = sorted(
        (label, span["text"], span["start"], span["end"])
        for label, spans in json.loads(output)["result"]["entities"].items()
        for span in spans
    )
    assert said == sorted(tuple(row[:4]) for row in answer.rows)


@pytest.mark.parametrize(
    ("text", "labels", "threshold", "policy", "words"),
    [
        ("", "a", 0.5, DEFAULT, "Type or paste a text first"),
        (" \n", "a", 0.5, DEFAULT, "Type or paste a text first"),
        (None, "a", 0.5, DEFAULT, "Type or paste a text first"),
        ("x" * 401, "a", 0.5, DEFAULT, "401 characters, 400 are allowed"),
        ("x", None, 0.5, DEFAULT, "at least one label"),
        ("x", "[E]", 0.5, DEFAULT, "[E]"),
        ("x", "a", 1.5, DEFAULT, "between 0 and 1, got 1.5"),
        ("x", "a", None, DEFAULT, "The threshold is empty"),
        ("x", "a", 0.5, "other", "Unknown overlap rule"),
    ],
)
def test_wrong_input_is_refused_with_words(
    services: Services, text: Any, labels: Any, threshold: Any, policy: str, words: str
) -> None:
    with pytest.raises((PageError, Gliner2Error)) as caught:
        extract_entities(services, text, labels, threshold, policy)
    assert words in words_for(caught.value)


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(Gliner2Error) as caught:
        extract_entities(Services(Settings(models=("/no/such/folder",))), "x", "a", 0.5, DEFAULT)
    assert words_for(caught.value).startswith("The model cannot be loaded: ")


def test_unexpected_errors_keep_their_details_out_of_the_page() -> None:
    assert "secret" not in words_for(RuntimeError("secret"))


def test_the_model_is_loaded_once(services: Services) -> None:
    assert services.models.extractor() is services.models.extractor()


def test_rows_stand_in_text_order_and_outer_spans_first() -> None:
    spans = [SpanPrediction("b", 2, 3, 0.5), SpanPrediction("a b", 0, 3, 0.25), SpanPrediction("a", 0, 1, 1.0)]
    prediction = Prediction(
        "a b", CheckpointInfo("m<1>"), 0.5, None, entities=(EntityPrediction("x", True, tuple(spans)),), words=2,
        windows=3, duration_s=0.004,
    )  # fmt: skip
    rows = [["x", "a b", 0, 3, "25.0 %"], ["x", "a", 0, 1, "100.0 %"], ["x", "b", 2, 3, "50.0 %"]]
    assert render.table_rows(prediction) == rows
    line = render.status_line(prediction)
    assert "3 entities · 2 words · 4 ms" in line
    assert "3 overlapping parts" in line
    assert "m&lt;1&gt;" in line


def test_messages_are_escaped() -> None:
    for made in (render.note("<i>", ["<i>"]), render.ready("<i>"), render.problem("<i>"), render.progress("<i>", 0.5)):
        assert "<i>" not in made
        assert "&lt;i&gt;" in made


def test_the_span_view_takes_nothing_from_a_browser() -> None:
    view = SpanView()
    assert view.preprocess({"text": "<script>", "spans": "x"}) == EMPTY
    assert view.postprocess(None) == EMPTY


def test_no_event_of_the_page_is_public() -> None:
    events = build_app(Services(Settings())).config["dependencies"]
    public = [event["api_name"] for event in events if event["api_visibility"] != "private"]
    assert public == ["extract_entities", "classify_text", "extract_structure", "extract"]
    assert len(events) > len(public) + 5
