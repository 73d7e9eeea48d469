"""Correcting records one after the other, without a browser: what is stored, what is refused, what comes next."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage import Checkpoint, Output
from storage.errors import OutputError, StaleError
from storage.outputs import Decision, EntitySpan, FieldValue, Instance, Span
from ui.handlers import annotation
from ui.handlers.annotation import View, asked_queue
from ui.messages import PageError
from ui.services import Services
from ui.state import Desk

SCHEMA = {
    "entities": {"person": {}, "city": {}},
    "structures": {"trip": {"fields": [{"name": "to", "dtype": "list"}]}},
    "classifications": [{"task": "tone", "labels": ["warm", "cold"]}],
}
PREDICTED = Output(
    entities=(EntitySpan(start=2, end=5, label="person", score=0.9),),
    structures=(Instance(name="trip", fields={"to": (FieldValue(span=Span(start=14, end=20, score=0.8)),)}),),
    classifications=(Decision(task="tone", chosen=("warm",), scores={"warm": 0.7, "cold": 0.3}),),
)
ADDED = {"start": 14, "end": 20, "label": "city", "score": None, "source": "human"}


@pytest.fixture
def keeping(services: Services, tmp_path: Path) -> Services:
    """Three records: “🎉 Ann flew to Zürich 1”, 2 and 3, least sure last."""
    kept = Services(replace(services.settings, database=str(tmp_path / "w.sqlite3")))
    for number in (1, 2, 3):
        kept.store().add_prediction("default", f"🎉 Ann flew to Zürich {number}", SCHEMA, PREDICTED, Checkpoint("m"))
    return kept


def opened(services: Services, show: str = "To do", name: str = "ann", search: str = "") -> tuple[Desk, View]:
    desk = Desk()
    return desk, annotation.open_queue(services, desk, asked_queue("default", name, show, "As they came", search))


def with_city(view: View) -> dict[str, Any]:
    return {**view.editor, "spans": [*view.editor["spans"], ADDED]}


def test_the_editor_begins_with_the_prediction(keeping: Services) -> None:
    _, view = opened(keeping)
    assert view.editor["record"] == 1
    assert view.editor["labels"] == ["person", "city"]
    assert view.editor["spans"] == [{"start": 2, "end": 5, "label": "person", "score": 0.9, "source": "model"}]
    assert view.editor["tasks"][0]["chosen"] == ["warm"]
    assert [row[0] for row in view.rows] == [1, 2, 3]
    assert view.editor["groups"] == [
        {"kind": "structure", "name": "trip", "fields": [{"name": "to", "several": True, "choices": None}]}
    ]
    value = {"field": "to", "start": 14, "end": 20, "score": 0.8, "source": "model"}
    assert view.editor["instances"] == [{"kind": "structure", "name": "trip", "values": [value]}]


def test_a_share_of_the_untouched_records_begins_empty(keeping: Services) -> None:
    def begun(share: float) -> list[bool]:
        desk, found = Desk(), []
        annotation.open_queue(keeping, desk, asked_queue("default", "ann", "All", "As they came", ""), share)
        for record in (1, 2, 3):
            view = annotation.open_record(keeping, desk, record)
            assert ("its prediction is hidden" in view.status) == (view.editor["spans"] == [])
            assert view.editor["tasks"][0]["scores"] == ({} if view.editor["spans"] == [] else {"warm": 0.7, "cold": 0.3})
            found.append(view.editor["spans"] == [])
        return found

    assert begun(0) == [False] * 3
    assert begun(100) == [True] * 3
    half = begun(50)
    assert begun(50) == half
    assert all(later for later, sooner in zip(begun(80), half, strict=True) if sooner)
    # What somebody made of it is shown again.
    desk = Desk()
    view = annotation.open_queue(keeping, desk, asked_queue("default", "ann", "To do", "As they came", ""), 100)
    annotation.keep_draft(keeping, desk, with_city(view))
    assert annotation.open_record(keeping, desk, 1).editor["spans"] == [ADDED]


def test_what_is_submitted_is_exactly_what_was_edited_and_the_rest_is_kept(keeping: Services) -> None:
    desk, view = opened(keeping)
    payload = with_city(view)
    payload["tasks"][0] |= {"chosen": ["cold"], "source": "human"}
    then = annotation.finish(keeping, desk, payload, "submitted")
    assert then.editor["record"] == 2
    assert then.status.startswith("Record 1 submitted. Record 2")
    record = keeping.store().record(1, "ann")
    assert record.head is not None
    assert record.head.output.entities == (*PREDICTED.entities, EntitySpan(**ADDED))
    assert record.head.output.structures == PREDICTED.structures
    assert record.head.output.classifications == (Decision(task="tone", chosen=("cold",), source="human"),)
    assert record.prediction == PREDICTED


def test_drafts_come_back_after_a_reload(keeping: Services) -> None:
    desk, view = opened(keeping)
    assert annotation.keep_draft(keeping, desk, with_city(view)) == (
        "Draft of record 1 kept, version 1. Ctrl+Enter submits it."
    )
    _, again = opened(keeping)
    assert again.editor["spans"][1] == ADDED
    assert "your draft version 1" in again.status


def test_an_earlier_version_comes_back_as_a_new_one(keeping: Services) -> None:
    desk, view = opened(keeping)
    annotation.keep_draft(keeping, desk, with_city(view))
    annotation.keep_draft(keeping, desk, {**view.editor, "spans": []})
    newest, first = annotation.versions_of(keeping, desk)
    assert newest.startswith("2 · draft · ")
    assert first.endswith(" · 2 spans · 1 structure")
    again = annotation.bring_back(keeping, desk, first)
    assert again.editor["spans"][1] == ADDED
    assert again.status.startswith("Version 1 is back. Record 1")
    assert [one.partition(" ")[0] for one in again.versions] == ["3", "2", "1"]
    assert again.versions[0].endswith("restore 1")
    with pytest.raises(PageError, match="Choose the version"):
        annotation.bring_back(keeping, desk, None)


def test_an_untouched_record_becomes_no_draft(keeping: Services) -> None:
    desk, view = opened(keeping)
    # Told late, with what the next record shows by then.
    then = annotation.finish(keeping, desk, with_city(view), "submitted")
    assert annotation.keep_draft(keeping, desk, then.editor) is None
    assert keeping.store().record(2, "ann").head is None
    annotation.keep_draft(keeping, desk, with_city(then))
    assert annotation.keep_draft(keeping, desk, with_city(then)) is None
    # Back to what the model said is a change, too.
    assert annotation.keep_draft(keeping, desk, then.editor) == "Draft of record 2 kept, version 2. Ctrl+Enter submits it."
    blind = Desk()
    empty = annotation.open_queue(keeping, blind, asked_queue("default", "ben", "All", "As they came", ""), 100)
    assert annotation.keep_draft(keeping, blind, empty.editor) is None


def test_a_late_draft_changes_nothing(keeping: Services) -> None:
    desk, view = opened(keeping)
    annotation.finish(keeping, desk, view.editor, "submitted")
    assert annotation.keep_draft(keeping, desk, with_city(view)) is None
    head = keeping.store().record(1, "ann").head
    assert head is not None
    assert (head.rev, head.status) == (1, "submitted")


def test_skip_back_and_the_end_of_the_queue(keeping: Services) -> None:
    desk, _ = opened(keeping)
    assert annotation.skip(keeping, desk).editor["record"] == 2
    assert annotation.back(keeping, desk).editor["record"] == 1
    with pytest.raises(PageError, match="first record that you opened"):
        annotation.back(keeping, desk)
    for record in (1, 2):
        view = annotation.finish(keeping, desk, keeping_editor(keeping, record), "discarded")
    assert view.editor["record"] == 3
    last = annotation.finish(keeping, desk, keeping_editor(keeping, 3), "submitted")
    assert (last.editor["record"], last.status) == (0, "Record 3 submitted. Everything here is done.")
    with pytest.raises(PageError, match="No record is open"):
        annotation.finish(keeping, desk, {"record": 0}, "submitted")
    # Told late, at the end of the queue: the status stays.
    assert annotation.keep_draft(keeping, desk, last.editor) is None
    assert last.counts == "3 records · 1 submitted · 0 drafts · 2 discarded"


def keeping_editor(services: Services, record: int) -> dict[str, Any]:
    from ui.editor_values import editor_value

    return editor_value(services.store().record(record, "ann"))


def test_two_windows_of_one_person_overwrite_nothing(keeping: Services) -> None:
    (first, view), (second, _) = opened(keeping), opened(keeping)
    annotation.finish(keeping, first, with_city(view), "submitted")
    with pytest.raises(StaleError, match="was saved elsewhere"):
        annotation.finish(keeping, second, view.editor, "submitted")
    head = keeping.store().record(1, "ann").head
    assert head is not None
    assert len(head.output.entities) == 2


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"record": 2}, PageError, "shows another record than 1"),
        ({"spans": [{**ADDED, "end": 99}]}, OutputError, "ends at 99"),
        ({"spans": [{**ADDED, "label": "river"}]}, OutputError, "unknown label “river”"),
        ({"spans": "all"}, OutputError, "cannot be read"),
        ({"spans": [{**ADDED, "text": "forged"}]}, OutputError, "Extra inputs"),
        ({"tasks": 7}, PageError, "no list of tasks"),
        ({"tasks": [{"task": "tone", "chosen": ["hot"]}]}, OutputError, "unknown label “hot”"),
        ({"tasks": [{"task": "tone", "chosen": ["warm", "cold"]}]}, OutputError, "takes one"),
    ],
)
def test_forged_payloads_are_refused_and_nothing_is_stored(
    keeping: Services, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    desk, view = opened(keeping)
    with pytest.raises(error, match=words):
        annotation.finish(keeping, desk, view.editor | change, "submitted")
    assert keeping.store().history(1, "ann") == []


def test_the_browsers_text_is_not_read(keeping: Services) -> None:
    desk, view = opened(keeping)
    annotation.finish(keeping, desk, {**view.editor, "text": "forged"}, "submitted")
    assert keeping.store().record(1, "ann").text == "🎉 Ann flew to Zürich 1"


def test_searches_and_statuses_narrow_the_queue(keeping: Services) -> None:
    assert [row[0] for row in opened(keeping, search="zürich 2")[1].rows] == [2]
    _, view = opened(keeping, show="Submitted")
    assert (view.rows, view.editor["record"], view.status) == ([], 0, "Nothing is left in this queue.")


def test_labels_and_confidence_narrow_the_queue(keeping: Services) -> None:
    desk = Desk()

    def shown(label: str, most: float) -> int:
        asked = asked_queue("default", "ann", "All", "Least sure first", "", label, most)
        return len(annotation.open_queue(keeping, desk, asked).rows)

    everything = shown("", 1)
    assert everything == shown("person", 1) > 0
    assert shown("nothing of the kind", 1) == 0
    assert shown("", 0) < everything


def test_lines_are_turned_forth_and_back(keeping: Services) -> None:
    keeping.store().add_texts("many", [f"Ann {number}" for number in range(120)], {"entities": {"person": {}}})
    desk = Desk()
    first = annotation.open_queue(keeping, desk, asked_queue("many", "ann", "All", "As they came", "")).rows
    second, words = annotation.turn(keeping, desk, is_forward=True)
    third, _ = annotation.turn(keeping, desk, is_forward=True)
    assert words == "Lines 51 to 100 of the queue."
    assert [row[1] for row in (*first, *second, *third)] == [f"Ann {number}" for number in range(120)]
    with pytest.raises(PageError, match="last lines"):
        annotation.turn(keeping, desk, is_forward=True)
    assert annotation.turn(keeping, desk, is_forward=False)[0] == second
    assert annotation.turn(keeping, desk, is_forward=False)[0] == first
    with pytest.raises(PageError, match="first lines"):
        annotation.turn(keeping, desk, is_forward=False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("default", " ", "To do", "Random", ""), "Type your name"),
        (("default", "a" * 101, "To do", "Random", ""), "up to 100 characters"),
        (("default", "ann", "?", "Random", ""), "Choose one of To do"),
        (("default", "ann", "All", "?", ""), "As they came"),
    ],
)
def test_choices_are_checked(given: tuple[str, ...], words: str) -> None:
    with pytest.raises(PageError, match=words):
        asked_queue(*given)


def test_every_visitor_has_a_desk(keeping: Services) -> None:
    desk, _ = opened(keeping)
    other = copy.deepcopy(desk)
    assert (other.record_id, other.asked) == (0, None)
    with pytest.raises(PageError, match="Open queue"):
        annotation.keep_draft(keeping, other, {"record": 0})
