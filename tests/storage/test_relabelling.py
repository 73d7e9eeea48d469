"""A label renamed, merged or deleted over a project, and undone: what changes, what stays, what is refused."""

from __future__ import annotations

import pytest

from storage import AnnotationStore, Checkpoint, Output
from storage.errors import NotFoundError
from storage.label_changes import ENTITIES, Place
from storage.outputs import Decision, EntitySpan, FieldValue, Instance, RelationPair, Span
from storage.queues import QueueFilter
from storage.relabelling import RelabellingError
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT

PLAIN = {"entities": {"person": {"description": "Somebody"}, "city": {}, "town": {"threshold": 0.3}}}


def labels(output: Output | None) -> list[str]:
    return [one.label for one in output.entities] if output else []


@pytest.fixture
def filled(any_store: AnnotationStore) -> AnnotationStore:
    """Three records: corrected, predicted, and one of another project."""
    for project, number in (("p", 1), ("p", 2), ("q", 3)):
        any_store.add_prediction(project, f"{TEXT} {number}", PLAIN, PREDICTED, Checkpoint("m", params={"threshold": 0.5}))
    town = EntitySpan(start=17, end=23, label="town", source="human")
    any_store.save(1, "ann", Output(entities=(*PREDICTED.entities, town)), "submitted", seen=0)
    return any_store


def test_a_label_is_renamed_everywhere_and_nothing_is_lost(filled: AnnotationStore) -> None:
    seen = filled.bulk.relabel("p", "person", "human being", is_preview=True)
    assert (seen.records, seen.corrections, seen.mentions, seen.is_merge) == (2, 1, 1, False)
    assert labels(filled.record(1, "ann").prediction) == ["person", "city"]
    assert filled.bulk.relabel("p", "person", "human being") == seen
    record = filled.record(1, "ann")
    assert record.schema["entities"] == {"human being": {"description": "Somebody"}, "city": {}, "town": {"threshold": 0.3}}
    assert record.head is not None
    assert (record.head.rev, record.head.status) == (2, "submitted")
    assert labels(record.head.output) == ["human being", "city", "town"]
    assert labels(record.prediction) == ["human being", "city"]
    assert record.checkpoint == Checkpoint("m", params={"threshold": 0.5, "relabelled": ["person", "human being"]})
    assert [(one.rev, one.action, labels(one.output)[0]) for one in filled.history(1, "ann")] == [
        (1, "save", "person"),
        (2, "relabel 1", "human being"),
    ]
    assert labels(filled.record(3, "ann").prediction) == ["person", "city"]
    found = filled.queue(QueueFilter("p", "ann", status=None, label="human being")).lines
    assert [line.record_id for line in found] == [1, 2]
    assert filled.queue(QueueFilter("p", "ann", status=None, label="person")).lines == ()
    # What is edited from now on fits the new schema.
    assert filled.save(2, "ann", filled.record(2, "ann").prediction or Output(), "submitted", seen=0).rev == 1


def test_a_label_becomes_one_that_is_there(filled: AnnotationStore) -> None:
    done = filled.bulk.relabel("p", "town", "city")
    assert (done.is_merge, done.corrections, done.mentions) == (True, 1, 1)
    record = filled.record(1, "ann")
    assert list(record.schema["entities"]) == ["person", "city"]
    assert record.head is not None
    # Both called the same words so; the model's mention was there first.
    assert [(one.label, one.start, one.score) for one in record.head.output.entities] == [
        ("person", 2, 0.9),
        ("city", 17, 0.4),
    ]


def test_a_label_is_deleted_and_comes_back(filled: AnnotationStore) -> None:
    before = [filled.record(number, "ann") for number in (1, 2, 3)]
    filled.bulk.relabel("p", "city", None)
    assert labels(filled.record(2, "ann").prediction) == ["person"]
    assert list(filled.record(1, "ann").schema["entities"]) == ["person", "town"]
    assert filled.bulk.undo_relabel("p") == ("city", None)
    after = [filled.record(number, "ann") for number in (1, 2, 3)]
    assert [(one.schema, one.prediction, one.prediction_id) for one in after] == [
        (one.schema, one.prediction, one.prediction_id) for one in before
    ]
    assert after[0].head is not None
    assert before[0].head is not None
    assert after[0].head.output == before[0].head.output
    assert [one.action for one in filled.history(1, "ann")] == ["save", "relabel 1", "undo relabel 1"]
    assert [line.record_id for line in filled.queue(QueueFilter("p", "ann", status=None, label="city")).lines] == [1, 2]
    with pytest.raises(RelabellingError, match="no change of a label that could be undone"):
        filled.bulk.undo_relabel("p")


def test_two_changes_are_undone_from_the_newest_on(filled: AnnotationStore) -> None:
    filled.bulk.relabel("p", "city", "place")
    filled.bulk.relabel("p", "place", "settlement")
    assert filled.bulk.undo_relabel("p") == ("place", "settlement")
    assert filled.bulk.undo_relabel("p") == ("city", "place")
    assert labels(filled.record(2, "ann").prediction) == ["person", "city"]


def test_what_was_saved_since_is_not_undone(filled: AnnotationStore) -> None:
    filled.bulk.relabel("p", "city", "place")
    kept = filled.save(2, "ben", Output(), "submitted", seen=0)
    with pytest.raises(RelabellingError, match="record 2 was saved by ben since"):
        filled.bulk.undo_relabel("p")
    assert filled.record(2, "ben").head == kept
    assert labels(filled.record(2, "ben").prediction) == ["person", "place"]


def test_what_cannot_be_done_is_refused_and_changes_nothing(filled: AnnotationStore) -> None:
    with pytest.raises(NotFoundError, match="no record of 'p' is asked for the label 'x'; labels: city, person, town"):
        filled.bulk.relabel("p", "x", "y")
    for becomes, words in (("", "a label has 1 to 300 characters"), ("city", "is called 'city' already")):
        with pytest.raises(RelabellingError, match=words):
            filled.bulk.relabel("p", "city", becomes)
    filled.add_texts("alone", [TEXT], {"entities": {"city": {}}})
    with pytest.raises(RelabellingError, match="all that some records are asked for"):
        filled.bulk.relabel("alone", "city", None)
    filled.add_texts("p", [f"{TEXT} 2"], {"entities": {"person": {"description": "Somebody"}, "town": {"threshold": 0.3}}})
    with pytest.raises(RelabellingError, match="1 texts are there twice"):
        filled.bulk.relabel("p", "city", None)
    assert labels(filled.record(2, "ann").prediction) == ["person", "city"]


def test_other_parts_of_a_schema_stay(any_store: AnnotationStore) -> None:
    any_store.add_prediction("p", TEXT, {**SCHEMA, "entity_attributes": {"person": {}}}, PREDICTED, Checkpoint("m"))
    any_store.bulk.relabel("p", "person", "human")
    schema = any_store.record(1, "ann").schema
    assert schema == {
        **SCHEMA,
        "entities": {"human": {}, "city": {"description": "A town"}},
        "entity_attributes": {"human": {}},
    }


TONE = Place("class", "tone")
TASKS = {
    "entities": {"person": {}},
    "classifications": [
        {"task": "tone", "labels": ["warm", "cold", "icy"], "descriptions": {"icy": "Very cold"}},
        {"task": "parts", "labels": ["a", "b"], "multi_label": True},
    ],
}


@pytest.fixture
def decided(any_store: AnnotationStore) -> AnnotationStore:
    """One record: the model says warm, a person icy; both parts are chosen."""
    said = Output(classifications=(Decision(task="tone", chosen=("warm",), scores={"warm": 0.6, "cold": 0.1, "icy": 0.3}),))
    any_store.add_prediction("p", TEXT, TASKS, said, Checkpoint("m"))
    made = (
        Decision(task="tone", chosen=("icy",), source="human"),
        Decision(task="parts", chosen=("a", "b"), source="human"),
    )
    any_store.save(1, "ann", Output(classifications=made), "submitted", seen=0)
    return any_store


def chosen(store: AnnotationStore) -> list[tuple[str, ...]]:
    head = store.record(1, "ann").head
    return [one.chosen for one in head.output.classifications] if head else []


def test_a_class_is_renamed_and_back(decided: AnnotationStore) -> None:
    assert decided.bulk.labels("p") == {
        ENTITIES: ["person"], TONE: ["cold", "icy", "warm"], Place("class", "parts"): ["a", "b"],
    }  # fmt: skip
    done = decided.bulk.relabel("p", "icy", "freezing", place=TONE)
    assert (done.place, done.records, done.corrections, done.mentions, done.is_merge) == (TONE, 1, 1, 1, False)
    record = decided.record(1, "ann")
    assert record.schema["classifications"][0] == {
        "task": "tone", "labels": ["warm", "cold", "freezing"], "descriptions": {"freezing": "Very cold"},
    }  # fmt: skip
    assert chosen(decided) == [("freezing",), ("a", "b")]
    assert record.prediction is not None
    assert record.prediction.classifications[0].scores == {"warm": 0.6, "cold": 0.1, "freezing": 0.3}
    assert decided.bulk.undo_relabel("p") == ("icy", "freezing")
    assert chosen(decided) == [("icy",), ("a", "b")]
    assert decided.record(1, "ann").schema == TASKS


def test_a_class_is_merged(decided: AnnotationStore) -> None:
    assert decided.bulk.relabel("p", "icy", "cold", place=TONE).is_merge
    record = decided.record(1, "ann")
    assert record.schema["classifications"][0]["labels"] == ["warm", "cold"]
    assert chosen(decided)[0] == ("cold",)
    assert record.prediction is not None
    assert record.prediction.classifications[0].scores == {"warm": 0.6, "cold": 0.3}


@pytest.mark.parametrize(
    ("label", "task", "words"),
    [
        ("icy", "tone", "1 corrections chose 'icy'; say which label takes its place"),
        ("a", "parts", "task 'parts' would have one label left"),
        ("person", "tone", "labels: cold, icy, warm"),
        ("a", "none", "labels: none"),
    ],
)
def test_classes_that_cannot_go_are_named(decided: AnnotationStore, label: str, task: str, words: str) -> None:
    with pytest.raises((NotFoundError, RelabellingError), match=words):
        decided.bulk.relabel("p", label, None, place=Place("class", task))
    assert chosen(decided) == [("icy",), ("a", "b")]


def test_a_class_that_nobody_chose_is_deleted(decided: AnnotationStore) -> None:
    assert decided.bulk.relabel("p", "cold", None, place=TONE).mentions == 0
    assert decided.record(1, "ann").schema["classifications"][0]["labels"] == ["warm", "icy"]


FILLED = {
    "entities": {"person": {}},
    "structures": {"visit": {"fields": [{"name": "guest"}, {"name": "kind", "choices": ["long", "short"]}]}},
    "relations": {"met": {}, "knows": {"description": "Is acquainted with"}},
}
ZOE, PARIS = Span(start=2, end=5), Span(start=17, end=23)


@pytest.fixture
def related(any_store: AnnotationStore) -> AnnotationStore:
    """One record with a visit and two relations of the same pair, corrected once."""
    visit = Instance(name="visit", fields={"guest": (FieldValue(span=ZOE),), "kind": ()})
    pairs = tuple(RelationPair(name=name, head=ZOE, tail=PARIS) for name in ("met", "knows"))
    said = Output(structures=(visit,), relations=pairs)
    any_store.add_prediction("p", TEXT, FILLED, said, Checkpoint("m"))
    any_store.save(1, "ann", said, "submitted", seen=0)
    return any_store


def saved(store: AnnotationStore) -> Output:
    head = store.record(1, "ann").head
    assert head is not None
    return head.output


@pytest.mark.parametrize(
    ("place", "label", "becomes", "left"),
    [
        (Place("relation"), "met", "saw", [["saw", "knows"], ["visit"], ["guest", "kind"]]),
        (Place("relation"), "met", "knows", [["knows"], ["visit"], ["guest", "kind"]]),
        (Place("relation"), "met", None, [["knows"], ["visit"], ["guest", "kind"]]),
        (Place("structure"), "visit", "stay", [["met", "knows"], ["stay"], ["guest", "kind"]]),
        (Place("structure"), "visit", None, [["met", "knows"], [], []]),
        (Place("field", "visit"), "guest", "who", [["met", "knows"], ["visit"], ["who", "kind"]]),
        # The only value was that of the guest.
        (Place("field", "visit"), "guest", None, [["met", "knows"], [], []]),
    ],
)
def test_relations_structures_and_fields_change_and_come_back(
    related: AnnotationStore, place: Place, label: str, becomes: str | None, left: list[list[str]]
) -> None:
    before, schema = saved(related), related.record(1, "ann").schema
    seen = related.bulk.relabel("p", label, becomes, place=place, is_preview=True)
    assert (seen.place, seen.records, seen.corrections, seen.mentions) == (place, 1, 1, 1)
    assert related.bulk.relabel("p", label, becomes, place=place) == seen
    after = saved(related)
    fields = [name for one in after.structures for name in one.fields]
    assert [[one.name for one in after.relations], [one.name for one in after.structures], fields] == left
    # What is edited from now on fits the new schema.
    assert related.save(1, "ben", after, "submitted", seen=0).rev == 1
    related.save(1, "ben", after, "draft", seen=1)
    with pytest.raises(RelabellingError, match="saved by ben since"):
        related.bulk.undo_relabel("p")
    assert related.record(1, "ann").schema != schema
    assert saved(related) != before


def test_a_changed_relation_is_undone(related: AnnotationStore) -> None:
    before, schema = saved(related), related.record(1, "ann").schema
    related.bulk.relabel("p", "met", "knows", place=Place("relation"))
    assert related.bulk.undo_relabel("p") == ("met", "knows")
    assert (saved(related), related.record(1, "ann").schema) == (before, schema)


@pytest.mark.parametrize(
    ("place", "label", "becomes", "words"),
    [
        (Place("field", "visit"), "guest", "kind", "fields cannot be merged"),
        (Place("structure"), "visit", "met", "'met' is the name of one of the relations"),
        (Place("relation"), "met", "visit", "'visit' is the name of one of the structures"),
        (Place("relation"), "guest", "visit", "labels: knows, met"),
    ],
)
def test_names_that_would_clash_are_refused(
    related: AnnotationStore, place: Place, label: str, becomes: str, words: str
) -> None:
    with pytest.raises((RelabellingError, NotFoundError), match=words):
        related.bulk.relabel("p", label, becomes, place=place)
    assert [one.name for one in saved(related).relations] == ["met", "knows"]


def test_the_last_field_stays(any_store: AnnotationStore) -> None:
    any_store.add_texts("p", [TEXT], {"structures": {"visit": {"fields": [{"name": "guest"}]}}, "entities": {"person": {}}})
    with pytest.raises(RelabellingError, match="'guest' is the only field of structure 'visit'"):
        any_store.bulk.relabel("p", "guest", None, place=Place("field", "visit"))
