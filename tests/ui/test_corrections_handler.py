"""A result of the page in the store: every kind of answer, exact to the character."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core import Prediction, Schema
from gliner2_core.predictions import CheckpointInfo, EntityPrediction, SpanPrediction
from storage.errors import DatabaseError
from storage.output_checks import check_output
from ui.forms.builder import write_whole
from ui.handlers.corrections import PROJECT, send_to_corrections
from ui.handlers.structures import StructureAnswer, extract_structures
from ui.mapping import to_checkpoint, to_output
from ui.messages import PageError, words_for
from ui.services import Services

TEXT = "🎉 Apple sells the “new” phone\nin $Paris for 400 euros"


@pytest.fixture
def keeping(services: Services, tmp_path: Path) -> Services:
    kept = Services(replace(services.settings, database=str(tmp_path / "w.sqlite3")))
    kept.models = services.models
    return kept


def composed(services: Services) -> StructureAnswer:
    asked = Schema().structure("sale").field("what").field("kind", choices=["food", "phone"]).entities(["company", "city"])
    asked.relations(["sold in"]).classification("mood", ["good", "bad"]).classification(
        "parts", ["a", "b"], multi_label=True
    )
    return extract_structures(services, TEXT, *write_whole(asked), 0.0)


def test_everything_that_was_shown_is_stored(keeping: Services) -> None:
    answer = composed(keeping)
    words = send_to_corrections(keeping, answer.prediction, answer.schema, "Structures")
    assert words.startswith("Stored as record 1 of project “default”, with ")
    assert words.endswith("It now holds 1 record.")
    record = keeping.store().record(1, "ann")
    assert record.text == answer.prediction.text
    assert record.schema == answer.schema.to_dict()
    assert record.prediction == to_output(answer.prediction)
    assert record.checkpoint == to_checkpoint(answer.prediction)
    assert record.prediction is not None
    assert record.prediction.structures
    assert record.prediction.relations
    assert {one.task for one in record.prediction.classifications} == {"mood", "parts"}
    assert any(value.choice for one in record.prediction.structures for value in one.fields["kind"])


def test_the_same_text_again_is_said(keeping: Services) -> None:
    answer = composed(keeping)
    send_to_corrections(keeping, answer.prediction, answer.schema, "Structures")
    assert "which was there already" in send_to_corrections(keeping, answer.prediction, answer.schema, "Structures")
    assert keeping.store().counts(PROJECT).records == 1


def test_without_a_result_there_is_nothing_to_send(keeping: Services) -> None:
    with pytest.raises(PageError, match="Run first"):
        send_to_corrections(keeping, None, None, "Entities")


def test_a_page_that_stores_nothing_says_so(services: Services) -> None:
    closed = Services(replace(services.settings, can_store=False))
    answer = composed(services)
    with pytest.raises(PageError, match=r"stores nothing.*--db"):
        send_to_corrections(closed, answer.prediction, answer.schema, "Entities")


def test_a_database_that_cannot_be_opened_is_said_in_words(services: Services, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = Services(replace(services.settings, database=str(tmp_path / "file" / "w.sqlite3")))
    answer = composed(services)
    with pytest.raises(DatabaseError) as caught:
        send_to_corrections(broken, answer.prediction, answer.schema, "Entities")
    assert "its folder cannot be made" in words_for(caught.value)


@given(st.text(min_size=1, max_size=30), st.data())
def test_offsets_survive_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = SpanPrediction(text[start:end], start, end, 0.5)
    entities = (EntityPrediction("x", True, (span,)),)
    found = to_output(Prediction(text, CheckpointInfo("m"), 0.5, None, has_entities=True, entities=entities))
    check_output(found, text, {"entities": {"x": {}}})
    assert text[found.entities[0].start : found.entities[0].end] == span.text
