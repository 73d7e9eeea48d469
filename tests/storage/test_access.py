"""Who may see and change what: every verb of the store, asked by a stranger, a member and the maker."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage import AnnotationStore, Checkpoint, Output, StorageError
from storage.access import Access
from storage.bulk_edits import BulkEdits
from storage.errors import AccessError, NotFoundError, OutputError
from storage.exports import export
from storage.formats.incoming import Incoming
from storage.people import Person
from storage.queues import QueueFilter
from storage.records import Exported
from storage.runs import Runs
from storage.sharing import Sharing
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT

ANN, BOB, EVE = Person("1", "ann"), Person("2", "Bob"), Person("3", "eve")
MODEL = Checkpoint("gliner2-mini")
EMPTY = Output()


class People:
    """A store with a project of Ann's, shared with Bob; and what each may do."""

    def __init__(self, store: AnnotationStore) -> None:
        self.all = store
        self.ann, self.bob, self.eve = (store.as_seen_by(one) for one in (ANN, BOB, EVE))
        self.record = self.ann.add_prediction("news", TEXT, SCHEMA, PREDICTED, MODEL).record_id
        self.ann.sharing.share("news", "bob")
        self.run = self.ann.runs.add("news", "gliner2-mini", "mine", "folder", {}).id


@pytest.fixture
def people(any_store: AnnotationStore) -> People:
    return People(any_store)


VERBS: dict[str, Callable[[AnnotationStore, People, str], Any]] = {
    "add_prediction": lambda store, it, name: store.add_prediction(name, "other", SCHEMA, EMPTY, MODEL),
    "add_texts": lambda store, it, name: store.add_texts(name, ["other"], SCHEMA),
    "take": lambda store, it, name: store.take(name, Incoming(text="other", schema=SCHEMA)),
    "predicted": lambda store, it, name: store.predicted(it.record, PREDICTED, MODEL),
    "record": lambda store, it, name: store.record(it.record, _who(store)),
    "save": lambda store, it, name: store.save(it.record, _who(store), EMPTY, "draft", seen=0),
    "history": lambda store, it, name: store.history(it.record, _who(store)),
    "restore": lambda store, it, name: store.restore(it.record, _who(store), rev=1, seen=1),
    "unread": lambda store, it, name: store.unread(name),
    "n_unread": lambda store, it, name: store.n_unread(name),
    "counts": lambda store, it, name: store.counts(name),
    "seconds": lambda store, it, name: store.seconds(name),
    "queue": lambda store, it, name: store.queue(QueueFilter(name, _who(store))),
    "annotated": lambda store, it, name: list(store.annotated(name)),
    "note_export": lambda store, it, name: store.note_export(name, Exported("gliner2", {}, "0", {})),
    "exports": lambda store, it, name: store.exports(name),
    "key": lambda store, it, name: store.key(name),
    "runs.add": lambda store, it, name: store.runs.add(name, "gliner2-mini", "other", "folder", {}),
    "runs.get": lambda store, it, name: store.runs.get(it.run),
    "runs.change": lambda store, it, name: store.runs.change(it.run, name="renamed"),
    "runs.remove": lambda store, it, name: store.runs.remove(it.run),
    "bulk.relabel": lambda store, it, name: store.bulk.relabel(name, "person", "human"),
    "bulk.labels": lambda store, it, name: store.bulk.labels(name),
    "bulk.undo_relabel": lambda store, it, name: store.bulk.undo_relabel(name),
    "bulk.label_every": lambda store, it, name: store.bulk.label_every(
        QueueFilter(name, _who(store)), "Bob", "person", is_preview=True
    ),
    "bulk.undo_label_every": lambda store, it, name: store.bulk.undo_label_every(name, _who(store)),
    "sharing.members": lambda store, it, name: store.sharing.members(name),
    "sharing.share": lambda store, it, name: store.sharing.share(name, "zoe"),
    "sharing.unshare": lambda store, it, name: store.sharing.unshare(name, "bob"),
}
"""Each verb that reaches a project, on the record and the run of Ann's."""
OPEN = {
    "as_seen_by",
    "bulk",
    "check_writable",
    "close",
    "forget",
    "projects",
    "runs",
    "sharing",
    "runs.all",
    "sharing.claim",
}
"""Those that reach one's own things alone, or none; other tests are about them."""
OWNERS = {
    "runs.add", "runs.get", "runs.change", "runs.remove", "bulk.relabel", "bulk.undo_relabel",
    "sharing.members", "sharing.share", "sharing.unshare",
}  # fmt: skip
"""Those that a member may not call."""
ALLOWED = {
    "restore": "there is no revision 1 of record 1 by Bob, there is no revision 1 of record 1 by ann",
    "bulk.undo_relabel": "project 'ann/news' has no change of a label that could be undone",
    "bulk.undo_label_every": "there is no labelling of every occurrence that could be undone",
}
"""What those may say that have nothing to undo yet."""


def _who(store: AnnotationStore) -> str:
    person = store._access.person
    return person.name if person else "ann"


def test_every_verb_is_tried() -> None:
    parts = {"": AnnotationStore, "runs.": Runs, "bulk.": BulkEdits, "sharing.": Sharing}
    found = {prefix + name for prefix, part in parts.items() for name in vars(part) if not name.startswith("_")}
    assert found == set(VERBS) | OPEN


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_reaches_nothing(people: People, verb: str) -> None:
    with pytest.raises(NotFoundError):
        VERBS[verb](people.eve, people, "ann/news")
    assert people.all.counts("ann/news").records == 1
    assert people.all.history(people.record, "eve") == []
    assert people.all.runs.get(people.run).name == "mine"


@pytest.mark.parametrize("verb", VERBS)
def test_a_member_may_correct_and_no_more(people: People, verb: str) -> None:
    error = _raised(lambda: VERBS[verb](people.bob, people, "ann/news"))
    if verb in OWNERS:
        assert isinstance(error, (AccessError, NotFoundError))
    else:
        assert str(error) in ALLOWED.get(verb, "None")


@pytest.mark.parametrize("verb", VERBS)
def test_the_maker_may_do_everything(people: People, verb: str) -> None:
    error = _raised(lambda: VERBS[verb](people.ann, people, "news"))
    assert str(error) in ALLOWED.get(verb, "None")


def _raised(act: Callable[[], object]) -> StorageError | None:
    try:
        act()
    except StorageError as error:
        return error
    return None


@pytest.mark.parametrize(
    "verb", ["record", "save", "history", "restore", "queue", "bulk.label_every", "bulk.undo_label_every"]
)
def test_nobody_works_under_anothers_name(people: People, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.storage.test_access._who", lambda store: "ann")
    with pytest.raises(AccessError, match="signed in as 'Bob'"):
        VERBS[verb](people.bob, people, "ann/news")


def test_each_has_projects_of_the_same_name(people: People) -> None:
    people.eve.add_texts("news", ["of eve"], SCHEMA)
    people.bob.add_texts("news", ["of bob", "another"], SCHEMA)
    assert [one.counts("news").records for one in (people.ann, people.bob, people.eve)] == [1, 2, 1]
    assert people.all.projects() == ["Bob/news", "ann/news", "eve/news"]
    assert people.bob.projects() == ["news", "ann/news"]
    assert people.eve.projects() == ["news"]
    assert people.eve.runs.all() == people.bob.runs.all() == []
    assert [run.id for run in people.ann.runs.all()] == [people.run]


def test_what_nobody_made_yet_is_empty_and_not_made_by_looking(people: People) -> None:
    assert people.eve.counts("mine").records == 0
    assert people.eve.queue(QueueFilter("mine", "eve")).lines == ()
    assert people.eve.projects() == []


def test_a_project_without_owner_is_nobodys(people: People) -> None:
    people.all.add_texts("old", ["from before accounts"], SCHEMA)
    assert people.ann.projects() == ["news"]
    assert people.ann.counts("old").records == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_projects_name_is_checked(people: People, name: str) -> None:
    with pytest.raises(AccessError, match="1 to 100 characters"):
        people.ann.add_texts(name, ["a"], SCHEMA)


def test_who_takes_a_name_gets_nothing_of_its_former_owner(people: People) -> None:
    thief = people.all.as_seen_by(Person("9", "ann"))
    assert thief.projects() == []
    assert thief.counts("news").records == 0
    with pytest.raises(NotFoundError):
        thief.record(people.record, "ann")
    thief.add_texts("news", ["of the thief"], SCHEMA)
    assert thief.projects() == people.ann.projects() == ["news"]
    assert thief.counts("news").records == people.ann.counts("news").records == 1


def test_what_is_shared_stays_with_the_account_that_came_first(people: People) -> None:
    people.bob.sharing.claim()
    assert people.all.as_seen_by(Person("2", "robert")).projects() == ["ann/news"]
    assert people.all.as_seen_by(Person("8", "bob")).projects() == []


def test_sharing_ends(people: People) -> None:
    assert people.ann.sharing.members("news") == ["bob"]
    people.ann.sharing.share("news", "BOB")  # known already
    people.ann.sharing.unshare("news", "Bob")
    assert people.ann.sharing.members("news") == []
    with pytest.raises(NotFoundError):
        people.bob.record(people.record, "Bob")
    with pytest.raises(NotFoundError, match="not shared with"):
        people.ann.sharing.unshare("news", "Bob")


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a b", "x" * 200, "Ann"])
def test_nobody_can_be_named_who_could_not_sign_in(people: People, name: str) -> None:
    with pytest.raises(AccessError):
        people.ann.sharing.share("news", name)


def test_a_member_exports_what_is_shared(people: People, tmp_path: Path) -> None:
    people.ann.save(people.record, "ann", PREDICTED, "submitted", seen=0)
    written = export(people.bob, "ann/news", tmp_path / "out", "native")
    assert sum(one["records"] for one in written.files.values()) == 1
    with pytest.raises(NotFoundError):
        export(people.eve, "ann/news", tmp_path / "stolen", "native")


def test_my_data_is_forgotten_and_others_stay(people: People) -> None:
    people.ann.save(people.record, "ann", PREDICTED, "submitted", seen=0)
    people.bob.save(people.record, "Bob", EMPTY, "submitted", seen=0)
    people.bob.add_texts("own", ["of bob"], SCHEMA)
    gone = people.bob.forget()
    assert (gone.projects, gone.records, gone.versions) == (1, 1, 1)
    assert people.all.projects() == ["ann/news"]
    assert people.all.history(people.record, "Bob") == []
    assert len(people.all.history(people.record, "ann")) == 1
    assert people.bob.projects() == []
    gone = people.ann.forget()
    assert (gone.projects, gone.records, gone.versions) == (1, 1, 1)
    assert people.all.projects() == []
    assert people.all.runs.all() == []


def test_the_words_of_who_is_forgotten_are_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = AnnotationStore(path)
    mine = store.as_seen_by(ANN)
    added = mine.add_prediction(
        "p", "A quite unmistakable sentence.", {"entities": {"unmistakable label": {}}}, EMPTY, MODEL
    )
    mine.save(added.record_id, "ann", EMPTY, "submitted", seen=0)
    mine.forget()
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"unmistakable" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_without_a_person_nobody_owns_and_nobody_is_forgotten(store: AnnotationStore) -> None:
    store.add_texts("a/b", ["text"], SCHEMA)
    assert store.projects() == ["a/b"]
    assert store.key("a/b") == "a/b"
    with pytest.raises(AccessError):
        store.sharing.share("a/b", "bob")
    with pytest.raises(AccessError):
        store.forget()
    assert Access().owned() is None
    with pytest.raises(OutputError):
        store.runs.add("a/b", "m", "", "f", {})
