"""Backups that are made while others write, damaged ones, and taking one back."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from storage import AnnotationStore
from storage.backup import backup, check, path_of, restore
from storage.engine import url_of
from storage.errors import BackupError
from storage.records import Counts
from tests.storage.conftest import PREDICTED
from tests.storage.test_store import added, saved


def file_of(store: AnnotationStore) -> Path:
    return path_of(store.engine.url)


def test_a_backup_holds_everything_and_is_checked(store: AnnotationStore, tmp_path: Path) -> None:
    saved(store, added(store), 0)
    report = backup(file_of(store), tmp_path / "copies" / "one.sqlite3")
    assert report == check(tmp_path / "copies" / "one.sqlite3") == check(file_of(store))
    assert report.rows["revisions"] == 1
    assert list((tmp_path / "copies").iterdir()) == [tmp_path / "copies" / "one.sqlite3"]


def test_backups_made_while_sixteen_threads_write_are_sound(store: AnnotationStore, tmp_path: Path) -> None:
    def write(worker: int) -> None:
        for number in range(8):
            saved(store, added(store, f"Ann {worker} met Bob {number} in Rome"), 0, PREDICTED)

    writers = [threading.Thread(target=write, args=(worker,)) for worker in range(16)]
    for one in writers:
        one.start()
    seen = []
    while any(one.is_alive() for one in writers):
        report = backup(file_of(store), tmp_path / "copy.sqlite3")
        assert report.rows["annotations"] == report.rows["revisions"]
        seen.append(report.rows["annotations"])
    assert seen == sorted(seen)
    assert store.counts("news") == Counts(128, submitted=128)
    assert backup(file_of(store), tmp_path / "copy.sqlite3").rows["annotations"] == 128


def test_a_backup_comes_back_and_the_former_database_stays(store: AnnotationStore, tmp_path: Path) -> None:
    saved(store, added(store), 0)
    backup(file_of(store), tmp_path / "good.sqlite3")
    added(store, "A text that came later, about Ann")
    path = file_of(store)
    store.close()
    former = restore(tmp_path / "good.sqlite3", path)
    assert former == path.with_name(path.name + ".before-restore-1")
    again, before = AnnotationStore(path), AnnotationStore(former)
    assert (again.counts("news").records, before.counts("news").records) == (1, 2)
    again.close()
    before.close()


def test_a_damaged_backup_is_refused_and_nothing_changes(store: AnnotationStore, tmp_path: Path) -> None:
    for number in range(50):
        added(store, f"Text {number} " + "about Ann and Bob in Rome " * 30)
    good = tmp_path / "good.sqlite3"
    backup(file_of(store), good)
    damaged = bytearray(good.read_bytes())
    damaged[8192:40960] = b"\xff" * (40960 - 8192)
    good.write_bytes(damaged)
    path = file_of(store)
    store.close()
    with pytest.raises(BackupError, match=r"damaged|no sound database"):
        restore(good, path)
    assert check(path).rows["documents"] == 50


@pytest.mark.parametrize("content", [b"", b"no database " * 400])
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BackupError, match="no sound database of the workbench"):
        check(path)
    with pytest.raises(BackupError, match="there is no such"):
        check(tmp_path / "nothing")
    with pytest.raises(BackupError, match="there is no such database"):
        backup(tmp_path / "nothing", path)


def test_a_missing_revision_is_found(store: AnnotationStore) -> None:
    at = added(store)
    saved(store, at, 0)
    saved(store, at, 1)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM revisions WHERE rev = 1")
    with pytest.raises(BackupError, match="1 annotations lack revisions"):
        check(file_of(store))


def test_a_database_in_use_is_not_replaced(store: AnnotationStore, tmp_path: Path) -> None:
    added(store)
    backup(file_of(store), tmp_path / "good.sqlite3")
    with sqlite3.connect(file_of(store)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupError, match="is in use"):
            restore(tmp_path / "good.sqlite3", file_of(store))
        writer.rollback()
    writer.close()
    assert store.counts("news").records == 1


def test_the_database_itself_is_no_backup(store: AnnotationStore) -> None:
    with pytest.raises(BackupError, match="the database itself"):
        backup(file_of(store), file_of(store))
    with pytest.raises(BackupError, match="the database itself"):
        restore(file_of(store), file_of(store))


def test_other_databases_have_tools_of_their_own() -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        path_of(url_of("postgresql+psycopg://user@host/name"))
