"""The verbs of the store: what is stored, what is refused, and that nothing is ever overwritten."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from storage import AnnotationStore, Checkpoint, StorageError
from storage.errors import DatabaseError, NewerDatabaseError, NotFoundError, OutputError, StaleError
from storage.outputs import EntitySpan, Output
from storage.records import Added, Counts, Texts
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT

MODEL = Checkpoint("gliner2-mini", None, {"threshold": 0.5})
CORRECTED = Output(entities=(EntitySpan(start=10, end=13, label="person", source="human"), *PREDICTED.entities))


@pytest.fixture
def store(any_store: AnnotationStore) -> AnnotationStore:
    """Every verb is tried on both kinds of database."""
    return any_store


def added(store: AnnotationStore, text: str = TEXT, project: str = "news") -> Added:
    return store.add_prediction(project, text, SCHEMA, PREDICTED, MODEL, source="the page")


def saved(store: AnnotationStore, at: Added, seen: int, output: Output = CORRECTED, annotator: str = "ann") -> int:
    return store.save(at.record_id, annotator, output, "submitted", seen=seen).rev


def test_a_prediction_comes_back_as_it_was_stored(store: AnnotationStore) -> None:
    at = added(store)
    record = store.record(at.record_id, "ann")
    assert (record.text, record.project, record.prediction, record.head) == (TEXT, "news", PREDICTED, None)
    assert record.checkpoint == MODEL
    assert record.schema == SCHEMA
    assert list(record.schema) == list(SCHEMA)
    assert record.split in ("train", "dev", "test")


def test_the_same_text_is_one_document_and_predictions_add_up(store: AnnotationStore) -> None:
    first, second = added(store), added(store)
    assert (first.record_id, first.is_new, second.is_new) == (second.record_id, True, False)
    assert store.record(first.record_id, "ann").prediction_id == second.prediction_id
    assert added(store, project="other").record_id != first.record_id
    assert store.projects() == ["news", "other"]


def test_a_correction_stands_beside_the_prediction(store: AnnotationStore) -> None:
    at = added(store)
    head = store.save(at.record_id, "ann", CORRECTED, "submitted", seen=0, prediction_id=at.prediction_id, seconds=4.5)
    record = store.record(at.record_id, "ann")
    assert record.head == head
    assert (head.rev, head.output, record.prediction) == (1, CORRECTED, PREDICTED)
    assert store.record(at.record_id, "bob").head is None


def test_every_version_stays_and_can_be_taken_back(store: AnnotationStore) -> None:
    at = added(store)
    saved(store, at, 0)
    store.save(at.record_id, "ann", Output(), "draft", seen=1)
    head = store.restore(at.record_id, "ann", rev=1, seen=2)
    assert (head.rev, head.output, head.status) == (3, CORRECTED, "submitted")
    found = store.history(at.record_id, "ann")
    assert [(one.rev, one.action, one.status) for one in found] == [
        (1, "save", "submitted"), (2, "save", "draft"), (3, "restore 1", "submitted"),
    ]  # fmt: skip
    assert found[0].created_at.tzinfo is not None
    with pytest.raises(NotFoundError, match="no revision 9 of record 1 by ann"):
        store.restore(at.record_id, "ann", rev=9, seen=3)


@pytest.mark.parametrize("seen", [0, 2])
def test_who_did_not_see_the_newest_version_overwrites_nothing(store: AnnotationStore, seen: int) -> None:
    at = added(store)
    saved(store, at, 0)
    with pytest.raises(StaleError, match=f"revision 1, yours began at {seen}"):
        saved(store, at, seen, Output())
    assert store.record(at.record_id, "ann").head is not None
    assert [one.output for one in store.history(at.record_id, "ann")] == [CORRECTED]


def test_two_annotators_do_not_meet(store: AnnotationStore) -> None:
    at = added(store)
    assert (saved(store, at, 0), saved(store, at, 0, Output(), "bob")) == (1, 1)
    assert store.counts("news") == Counts(1, submitted=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [("a\r\nb", "carriage returns"), ("a\ud800", "lone surrogate"), ("a\0", "NUL character")],
)
def test_texts_that_would_shift_or_be_lost_are_refused(store: AnnotationStore, text: str, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        store.add_prediction("news", text, SCHEMA, Output(), MODEL)
    assert store.projects() == []


def test_what_does_not_fit_is_refused_and_leaves_nothing(store: AnnotationStore) -> None:
    at = added(store)
    wrong = Output(entities=(EntitySpan(start=2, end=99, label="river"),))
    with pytest.raises(OutputError, match=r"ends at 99, the text has 23 characters; .*unknown label “river”"):
        saved(store, at, 0, wrong)
    assert store.history(at.record_id, "ann") == []


@pytest.mark.parametrize(("status", "annotator", "words"), [("done", "ann", "one of draft"), ("draft", " ", "is empty")])
def test_status_and_annotator_are_checked(store: AnnotationStore, status: str, annotator: str, words: str) -> None:
    at = added(store)
    with pytest.raises(OutputError, match=words):
        store.save(at.record_id, annotator, CORRECTED, status, seen=0)  # type: ignore[arg-type]


def test_what_is_not_there_is_said(store: AnnotationStore) -> None:
    at, other = added(store), added(store, "Another text about a person")
    with pytest.raises(NotFoundError, match="no record 99"):
        store.record(99, "ann")
    with pytest.raises(NotFoundError, match="no record 99"):
        store.predicted(99, PREDICTED, MODEL)
    with pytest.raises(NotFoundError, match=f"prediction {other.prediction_id} is not one of record {at.record_id}"):
        store.save(at.record_id, "ann", CORRECTED, "draft", seen=0, prediction_id=other.prediction_id)


def test_texts_come_before_their_predictions(store: AnnotationStore) -> None:
    texts = [f"Ann {number} met Bob in Zürich" for number in range(5)]
    assert store.add_texts("news", texts, SCHEMA, source="texts.csv") == Texts(5, 0)
    assert store.add_texts("news", [*texts, "One more about Ann"], SCHEMA) == Texts(1, 5)
    record = store.record(3, "ann")
    assert (record.text, record.source, record.prediction, record.checkpoint) == (texts[2], "texts.csv", None, None)
    store.predicted(3, PREDICTED, MODEL)
    assert store.record(3, "ann").prediction == PREDICTED


def test_of_faulty_texts_none_is_stored(store: AnnotationStore) -> None:
    with pytest.raises(OutputError, match="text 2 has a NUL"):
        store.add_texts("news", ["good", "bad\0"], SCHEMA)
    assert store.projects() == []


def test_all_submitted_records_are_walked(store: AnnotationStore) -> None:
    for number in range(450):
        at = added(store, f"Text {number} about Ann and Bob in Rome")
        store.save(at.record_id, "ann", PREDICTED, "submitted" if number % 2 else "draft", seen=0)
    assert [one.text.split()[1] for one in store.annotated("news")] == [str(number) for number in range(1, 450, 2)]
    assert store.counts("news") == Counts(450, draft=225, submitted=225)
    assert store.counts("news").pending == 225


def test_sixteen_writers_lose_nothing(store: AnnotationStore) -> None:
    faults: list[StorageError] = []

    def write(worker: int) -> None:
        try:
            for number in range(10):
                at = added(store, f"Ann {worker} met Bob {number} in Rome")
                saved(store, at, 0, PREDICTED)
        except StorageError as error:
            faults.append(error)

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert store.counts("news") == Counts(160, submitted=160)


def test_of_many_savers_of_one_version_one_wins(store: AnnotationStore) -> None:
    at, outcomes = added(store), []

    def save() -> None:
        try:
            outcomes.append(saved(store, at, 0))
        except StaleError:
            outcomes.append(0)

    savers = [threading.Thread(target=save) for _ in range(8)]
    for one in savers:
        one.start()
    for one in savers:
        one.join()
    assert sorted(outcomes) == [0] * 7 + [1]


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite3"
    first = AnnotationStore(path)
    with first.engine.begin() as connection:
        connection.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    first.close()
    with pytest.raises(NewerDatabaseError, match="has version 9999, this workbench knows versions up to 0004"):
        AnnotationStore(path)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, but long enough to look like one " * 40)
    with pytest.raises(DatabaseError, match="it is no SQLite database, or damaged"):
        AnnotationStore(path)


def test_an_address_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="address cannot be read"):
        AnnotationStore("nonsense://:bad:port:")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="its folder cannot be made"):
        AnnotationStore(tmp_path / "file" / "store.sqlite3")
