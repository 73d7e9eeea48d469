"""What goes wrong around a database: a killed writer, a full disk, another program's lock, a read-only file."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from storage import AnnotationStore
from storage import engine as engine_module
from storage.backup import check
from storage.errors import DatabaseError
from tests.storage.test_store import added, saved

ROOT = Path(__file__).parents[2]
SUBMIT = """
import sys
from storage import AnnotationStore
from tests.storage.test_store import added, saved
store = AnnotationStore(sys.argv[1])
for number in range(1000):
    at = added(store, f"Ann {number} met Bob in Zürich, far away")
    saved(store, at, 0)
    print(at.record_id, flush=True)
"""


@pytest.fixture
def path(store: AnnotationStore) -> Path:
    return Path(str(store.engine.url.database))


def test_a_killed_writer_loses_nothing_that_was_acknowledged(store: AnnotationStore, path: Path) -> None:
    command = [sys.executable, "-c", SUBMIT, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().split() for _ in range(200)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in writer.stdout if line.endswith("\n")]
    assert len(acknowledged) < 1000, "the writer was done before it was killed"
    for (record,) in acknowledged:
        head = store.record(int(record), "ann").head
        assert head is not None
        assert (head.rev, head.status) == (1, "submitted")
    assert check(path).rows["annotations"] >= len(acknowledged)


def limited(store: AnnotationStore, pragma: str) -> None:
    """Let every further connection be under a pragma."""
    store.engine.dispose()

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(pragma).close()

    event.listen(store.engine, "connect", prepare)


def test_a_full_disk_is_said_and_nothing_is_half_stored(store: AnnotationStore, path: Path) -> None:
    at = added(store)
    pages = sqlite3.connect(path)
    (used,) = pages.execute("PRAGMA page_count").fetchone()
    pages.close()
    limited(store, f"PRAGMA max_page_count={used}")
    with pytest.raises(DatabaseError, match="the disk is full; make room and try again, nothing was stored"):
        added(store, "A long text about Ann in Zürich " * 20_000)
    assert saved(store, at, 0) == 1
    assert check(path).rows["annotations"] == 1


def test_a_database_that_may_not_be_written_is_said(store: AnnotationStore) -> None:
    added(store)
    limited(store, "PRAGMA query_only=ON")
    with pytest.raises(DatabaseError, match="it may not be written; check the file's rights"):
        added(store, "Another text about Ann and Bob")
    assert store.counts("news").records == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnnotationStore]:
    monkeypatch.setattr(engine_module, "BUSY_MS", 200)
    opened = AnnotationStore(tmp_path / "other.sqlite3")
    yield opened
    opened.close()


def test_another_programs_lock_is_said_and_waited_for(impatient: AnnotationStore) -> None:
    added(impatient)
    other = sqlite3.connect(str(impatient.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError, match="it is locked by another program"):
        added(impatient, "Another text about Ann and Bob")
    assert impatient.counts("news").records == 1  # readers do not wait
    other.execute("ROLLBACK")
    other.close()
    assert added(impatient, "Another text about Ann and Bob").is_new
