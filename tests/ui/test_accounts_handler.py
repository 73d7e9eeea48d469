"""Accounts: who is signed in, what they may do here, and how everything of theirs is deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.context import LocalContext

from storage.errors import BackupError, StorageError
from storage.people import Person
from tests.ui.conftest import SMALL
from ui.handlers import accounts
from ui.identity import account, account_in, annotator_of, signed_in
from ui.messages import PageError
from ui.services import Services

SCHEMA = {"entities": {"person": ""}}


def _scope(subject: str | None = "1", name: str | None = "ann", expires_in: float = 60) -> dict[str, Any]:
    user = {"sub": subject, "preferred_username": name}
    return {"session": {"oauth_info": {"userinfo": user, "expires_at": time.time() + expires_in}}}


class _Visit:
    """Requests of somebody."""

    def __init__(self) -> None:
        self.token = LocalContext.request.set(None)

    def of(self, *account: str) -> None:
        scope = _scope(*account) if account else {}
        LocalContext.request.set(SimpleNamespace(request=SimpleNamespace(scope=scope)))  # type: ignore[arg-type]


@pytest.fixture
def visit() -> Iterator[_Visit]:
    visiting = _Visit()
    yield visiting
    LocalContext.request.reset(visiting.token)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Services]:
    database, shelf = str(tmp_path / "home" / "c.sqlite3"), str(tmp_path / "shelf")
    settings = replace(SMALL, has_accounts=True, admins=("boss",), database=database, backup=shelf, is_alone=False)
    services = Services(settings)
    assert services.keeper is not None
    services.keeper.take_back()
    yield services
    services.close()


@pytest.mark.parametrize(
    "scope",
    [
        {}, {"session": {}}, {"session": None}, {"session": {"oauth_info": None}}, _scope(expires_in=-1),
        _scope(subject=None), _scope(name=""), _scope(name="a/b"), {"session": {"oauth_info": {"userinfo": {"sub": "1"}}}},
    ],
)  # fmt: skip
def test_nobody_is_signed_in(scope: dict[str, Any]) -> None:
    assert account_in(scope) is None


def test_who_signed_in_counts(visit: _Visit) -> None:
    visit.of("1", "ann")
    assert account() == Person("1", "ann")
    assert signed_in() == annotator_of("mallory") == "ann"
    visit.of()
    assert signed_in() is None


def test_a_visitor_gets_no_store(space: Services, visit: _Visit) -> None:
    visit.of()
    for act in (space.store, space.check_may_train):
        with pytest.raises(PageError, match="Sign in first"):
            act()
    # Behind the page there is no visitor: it must name the whole store.
    LocalContext.request.set(None)
    with pytest.raises(PageError, match="Sign in first"):
        space.store()
    assert space.whole_store().projects() == []


def test_only_who_runs_the_page_trains(space: Services, visit: _Visit) -> None:
    visit.of("2", "Boss")
    space.check_may_train()
    visit.of("1", "ann")
    with pytest.raises(PageError, match="only boss may train"):
        space.trainer.start("default", None, "mine")


def test_anothers_reading_is_neither_seen_nor_stopped(space: Services, visit: _Visit) -> None:
    visit.of("1", "ann")
    space.store().add_texts("default", ["Ana lives in Oslo"], SCHEMA)
    reading = space.reader.start("default", None)
    assert (reading.key, reading.by) == ("ann/default", Person("1", "ann"))
    visit.of("3", "eve")
    assert space.reader.state() is None
    space.reader.stop()
    assert not space.reader._stop.is_set()
    if reading.is_on:
        space.store().add_texts("default", ["of eve"], SCHEMA)
        with pytest.raises(PageError, match="Somebody else's records"):
            space.reader.start("default", None)
    while reading.is_on:
        time.sleep(0.05)
    visit.of("1", "ann")
    assert space.reader.state() is reading
    assert reading.done == 1
    assert space.store().n_unread("default") == 0


def test_sharing_in_words(space: Services, visit: _Visit) -> None:
    visit.of("1", "ann")
    assert accounts.members_of(space, "default") == []
    with pytest.raises(StorageError, match="no project 'default' yet"):
        accounts.shared(space, "default", "bob")
    space.store().add_texts("default", ["a text"], SCHEMA)
    with pytest.raises(PageError, match="Type the name"):
        accounts.shared(space, "default", " ")
    assert "Bob can now see" in accounts.shared(space, "default", "Bob ")
    assert accounts.members_of(space, "default") == ["bob"]
    visit.of("2", "bob")
    accounts.claim_shared(space)
    assert space.store().projects() == ["ann/default"]
    visit.of("1", "ann")
    with pytest.raises(PageError, match="Choose who"):
        accounts.unshared(space, "default", None)
    assert "sees “default” no longer" in accounts.unshared(space, "default", "bob")
    assert accounts.members_of(space, "default") == []


def test_deleted_data_leaves_the_backup_too(space: Services, visit: _Visit, tmp_path: Path) -> None:
    visit.of("1", "ann")
    assert space.keeper is not None
    for text in ("unmistakable one", "unmistakable two"):
        space.store().add_texts("default", [text], SCHEMA)
        space.keeper.snapshot()
    assert len(list((tmp_path / "shelf").glob("*.sqlite3"))) == 2
    words = accounts.forgotten(space)
    assert words.startswith("Deleted: 1 project with 2 records, 0 versions of corrections. The backup holds none")
    (kept,) = (tmp_path / "shelf").glob("*.sqlite3")
    assert b"unmistakable" not in kept.read_bytes()


def test_where_the_backup_fails_it_is_told_and_made_good(
    space: Services, visit: _Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.of("1", "ann")
    assert space.keeper is not None
    space.store().add_texts("default", ["unmistakable"], SCHEMA)
    space.keeper.snapshot()

    def refused(*_: object) -> None:
        raise BackupError("the hub cannot be reached")

    with monkeypatch.context() as patched:
        patched.setattr(space.keeper.shelf, "put", refused)
        words = accounts.forgotten(space)
    assert "The backup still holds it: the hub cannot be reached. The next one that succeeds removes it there." in words
    assert space.keeper._look()
    space.keeper.snapshot()
    (kept,) = (tmp_path / "shelf").glob("*.sqlite3")
    assert b"unmistakable" not in kept.read_bytes()
    assert not space.keeper._look()


def test_the_notice_warns_where_nothing_is_backed_up(space: Services) -> None:
    assert "has no backup" not in accounts.notice_words(space)
    without = Services(replace(space.settings, backup=None))
    assert "everything stored here is lost" in accounts.notice_words(without)
    elsewhere = Services(replace(space.settings, backup=None, database="postgresql+psycopg://me@host/db"))
    assert "has no backup" not in accounts.notice_words(elsewhere)
