"""Every occurrence of some words labelled in a queue, and undone: what changes, what stays, what is refused."""

from __future__ import annotations

import pytest

from storage import AnnotationStore, Checkpoint, Output
from storage.occurrences import OccurrencesError, places_of
from storage.outputs import EntitySpan
from storage.queues import QueueFilter

SCHEMA = {"entities": {"city": {}, "person": {}}}
QUEUE = QueueFilter("p", "ann")


def span(start: int, end: int, label: str = "city") -> EntitySpan:
    return EntitySpan(start=start, end=end, label=label, score=0.9)


def mentions(store: AnnotationStore, record: int) -> list[tuple[int, int, str]]:
    head = store.record(record, "ann").head
    return [(one.start, one.end, one.label) for one in head.output.entities] if head else []


@pytest.fixture
def filled(any_store: AnnotationStore) -> AnnotationStore:
    """Untouched with a prediction, a draft, submitted, without the words, asked for something else."""
    texts = ("Oslo and Oslo", "in Oslo", "Oslo again", "Oslonian Oslos", "Oslo as well")
    for number, text in enumerate(texts, 1):
        schema = SCHEMA if number < 5 else {"entities": {"person": {}}}
        output = Output(entities=(span(0, 4),)) if number == 1 else Output()
        any_store.add_prediction("p", text, schema, output, Checkpoint("m"))
    any_store.save(2, "ann", Output(entities=(span(0, 2, "person"),)), "draft", seen=0)
    any_store.save(3, "ann", Output(), "submitted", seen=0)
    return any_store


@pytest.mark.parametrize(
    ("text", "words", "places"),
    [
        ("Oslo, Oslo", "Oslo", [(0, 4), (6, 10)]),
        ("start art", "art", [(6, 9)]),
        ("a+a+a", "a+a", [(0, 3), (2, 5)]),
        ("x (a) y", "(a)", [(2, 5)]),
        ("naïve_ naïve", "naïve", [(7, 12)]),
        ("🎉Oslo", "Oslo", [(1, 5)]),
        ("oslo", "Oslo", []),
    ],
)
def test_whole_words_are_found(text: str, words: str, places: list[tuple[int, int]]) -> None:
    assert list(places_of(text, words)) == places


def test_a_preview_counts_and_changes_nothing(filled: AnnotationStore) -> None:
    seen = filled.bulk.label_every(QUEUE, " Oslo ", "city", is_preview=True)
    assert (seen.records, seen.mentions, seen.labelled, seen.finished, seen.unasked) == (2, 2, 1, 1, 1)
    assert [(one.record_id, one.before, one.words, one.after) for one in seen.places] == [
        (1, "Oslo and ", "Oslo", ""),
        (2, "in ", "Oslo", ""),
    ]
    assert filled.record(1, "ann").head is None
    assert filled.bulk.label_every(QUEUE, "Oslo", "city") == seen


def test_open_records_become_drafts_and_finished_ones_stay(filled: AnnotationStore) -> None:
    filled.bulk.label_every(QUEUE, "Oslo", "city")
    assert mentions(filled, 1) == [(0, 4, "city"), (9, 13, "city")]
    assert mentions(filled, 2) == [(0, 2, "person"), (3, 7, "city")]
    assert mentions(filled, 3) == []
    head = filled.record(1, "ann").head
    assert head is not None
    assert (head.status, head.rev) == ("draft", 1)
    assert [one.source for one in head.output.entities] == ["model", "human"]
    assert [(one.rev, one.action) for one in filled.history(2, "ann")] == [(1, "save"), (2, "every 1")]
    assert filled.bulk.label_every(QUEUE, "Oslo", "city").mentions == 0
    assert [line.record_id for line in filled.queue(QueueFilter("p", "ann", label="city")).lines] == [1, 2]


def test_hidden_predictions_stay_hidden(filled: AnnotationStore) -> None:
    assert filled.bulk.label_every(QUEUE, "Oslo", "city", lambda record: record == 1).mentions == 3
    head = filled.record(1, "ann").head
    assert head is not None
    assert [one.source for one in head.output.entities] == ["human", "human"]


def test_only_the_queue_is_labelled(filled: AnnotationStore) -> None:
    assert filled.bulk.label_every(QueueFilter("p", "ann", search="and"), "Oslo", "city").records == 1
    assert filled.bulk.label_every(QueueFilter("q", "ann"), "Oslo", "city").records == 0
    assert mentions(filled, 2) == [(0, 2, "person")]


def test_it_is_undone_in_one_step_and_later_work_stays(filled: AnnotationStore) -> None:
    filled.bulk.label_every(QUEUE, "Oslo", "city")
    filled.save(2, "ann", Output(), "submitted", seen=2)
    assert filled.bulk.undo_label_every("p", "ann") == (1, 1)
    assert mentions(filled, 1) == [(0, 4, "city")]
    assert mentions(filled, 2) == []
    assert [one.action for one in filled.history(1, "ann")] == ["every 1", "undo every 1"]
    with pytest.raises(OccurrencesError, match="no labelling of every occurrence"):
        filled.bulk.undo_label_every("p", "ann")


def test_the_newest_of_several_is_undone_first(filled: AnnotationStore) -> None:
    filled.bulk.label_every(QUEUE, "Oslo", "city")
    filled.bulk.label_every(QUEUE, "and", "person")
    assert filled.bulk.undo_label_every("p", "ann") == (1, 0)
    assert mentions(filled, 1) == [(0, 4, "city"), (9, 13, "city")]
    # What the second one added is gone, but record 1 was saved since the first one.
    assert filled.bulk.undo_label_every("p", "ann") == (1, 1)
    assert mentions(filled, 2) == [(0, 2, "person")]


def test_undoing_never_overwrites(filled: AnnotationStore) -> None:
    filled.bulk.label_every(QueueFilter("p", "ann", search="and"), "Oslo", "city")
    filled.save(1, "ann", Output(), "submitted", seen=1)
    with pytest.raises(OccurrencesError, match="all its records were saved since"):
        filled.bulk.undo_label_every("p", "ann")
    with pytest.raises(OccurrencesError, match="no labelling"):
        filled.bulk.undo_label_every("p", "bob")


@pytest.mark.parametrize(("words", "label"), [(" ", "city"), ("x" * 501, "city"), ("Oslo", " ")])
def test_nothing_to_look_for_is_refused(filled: AnnotationStore, words: str, label: str) -> None:
    with pytest.raises(OccurrencesError, match=r"give 1 to 500|choose the label"):
        filled.bulk.label_every(QUEUE, words, label)
