"""Which models the page opens, and what two of them agree on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gliner2_core import Prediction, Schema
from gliner2_core.errors import CheckpointError
from gliner2_core.predictions import CheckpointInfo, EntityPrediction, SpanPrediction
from tests.tiny_model import BERT, DEBERTA
from ui.comparison_table import comparison_table
from ui.findings import compare, findings
from ui.forms.builder import write_whole
from ui.handlers.entities import POLICIES, entity_job, extract_entities
from ui.handlers.requests import Reader
from ui.handlers.structures import extract_structures
from ui.messages import PageError
from ui.models import Models
from ui.services import Services
from ui.settings import Settings

ALL = next(name for name, policy in POLICIES.items() if policy == "allow")
NAMED = Settings(models=(str(BERT), str(DEBERTA)), max_models=2)


def predicted(*spans: tuple[str, str, int, float]) -> Prediction:
    labels = dict.fromkeys(label for label, *_ in spans)
    return Prediction(
        "text", CheckpointInfo("m"), 0.5, None, has_entities=True,
        entities=tuple(
            EntityPrediction(one, True, tuple(SpanPrediction(text, at, at + len(text), share)
                                              for label, text, at, share in spans if label == one))
            for one in labels
        ),
    )  # fmt: skip


def test_the_embedded_model_is_always_offered_and_the_named_one_is_the_default() -> None:
    assert Models(Settings()).offered == ("gliner2-mini",)
    named = Models(NAMED)
    assert named.default == str(BERT)
    assert named.offered == (str(BERT), str(DEBERTA), "gliner2-mini")


def test_facts_say_what_is_loaded() -> None:
    facts = Models(NAMED).facts()
    assert (facts.name, facts.encoder, facts.layers, facts.width) == (str(BERT), "bert", 2, 64)
    assert facts.parameters > 1_000


@pytest.mark.parametrize("model", ["/etc", "owner/name", "gliner2"])
def test_a_closed_page_opens_only_what_it_offers(model: str) -> None:
    with pytest.raises(PageError, match=f"does not open “{model}”.*--open-models"):
        Models(NAMED).extractor(model)


def test_a_name_of_another_type_is_refused() -> None:
    wrong: Any = ["gliner2-mini"]
    with pytest.raises(PageError, match="must be a name, got list"):
        Models(NAMED).checked(wrong)


def test_an_open_page_says_what_is_wrong_with_a_folder() -> None:
    with pytest.raises(CheckpointError, match="no such folder: '/no/such'"):
        Models(replace(NAMED, open_models=True)).extractor("/no/such")


def test_the_least_used_model_leaves_and_the_default_stays() -> None:
    models = Models(replace(NAMED, open_models=True))
    first, second = models.extractor(), models.extractor(str(DEBERTA))
    models.extractor(str(BERT) + "/")  # a third name
    assert models.extractor() is first
    assert not models.is_loaded(str(DEBERTA))
    assert models.extractor(str(DEBERTA)) is not second


@pytest.fixture(scope="module")
def both() -> Services:
    return Services(NAMED)


def test_the_chosen_model_answers_and_its_lines_name_it(both: Services) -> None:
    first = extract_entities(both, "Ann met Bob", "person", 0.0, ALL)
    second = extract_entities(both, "Ann met Bob", "person", 0.0, ALL, Reader(str(DEBERTA)))
    assert first.prediction.checkpoint.name == str(BERT)
    assert second.prediction.checkpoint.name == str(DEBERTA)
    assert str(DEBERTA) in second.python
    assert str(DEBERTA) in second.command
    assert entity_job(both, "person", 0.5, ALL, str(DEBERTA)).model == str(DEBERTA)
    with pytest.raises(PageError, match="does not open"):
        entity_job(both, "person", 0.5, ALL, "/etc")


def test_every_value_of_a_composed_answer_is_a_finding(both: Services) -> None:
    asked = Schema().structure("trip").field("city").entities(["person"]).relations(["visits"])
    asked.classification("mood", ["good", "bad"])
    answer = extract_structures(both, "Ann flew to Rome", *write_whole(asked), 0.0)
    found = list(findings(answer.prediction))
    assert {"trip", "entities", "mood"} <= {one.part for one in found}
    assert len(found) == len(answer.rows)
    assert all("Ann flew to Rome"[one.start : one.end] == one.text for one in found if one.start is not None)


def test_what_only_one_model_found_comes_first() -> None:
    first = predicted(("person", "Ann", 0, 0.9), ("city", "Rome", 12, 0.8))
    second = predicted(("person", "Ann", 0, 0.7), ("person", "Bob", 20, 0.6))
    found = compare(first, second)
    assert [(one.finding.text, one.first, one.second) for one in found] == [
        ("Rome", 0.8, None), ("Bob", None, 0.6), ("Ann", 0.9, 0.7),
    ]  # fmt: skip


def test_the_same_surface_elsewhere_is_another_finding() -> None:
    found = compare(predicted(("person", "Ann", 0, 0.9)), predicted(("person", "Ann", 7, 0.9)))
    assert len(found) == 2


def test_the_table_shows_values_as_typed() -> None:
    table = comparison_table(compare(predicted(("<b>", "<img>", 0, 0.9)), predicted()), "<i>a", "b")
    assert "&lt;img&gt;" in table
    assert "<img" not in table
    assert "<b>" not in table
    assert "0 found by both, 1 only by &lt;i&gt;a, 0 only by b" in table
    assert "Neither model found anything" in comparison_table([], "a", "b")
