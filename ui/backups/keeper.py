"""Keeps the database backed up: takes the newest sound snapshot back at the start, makes new ones while people work.

Nothing may be stored before it is known what the backup holds: else an empty database would take its place.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.backup import backup, restore
from storage.errors import BackupError, StorageError
from ui.backups.shelves import Shelf
from ui.backups.snapshot import Snapshot, SnapshotList, describe, read_list, sha256_of

logger = logging.getLogger(__name__)
TICK_S = 5.0
LONGEST_PAUSE_S = 60.0
"""Between attempts after one that failed."""


@dataclass(frozen=True, slots=True)
class BackupState:
    """What is known of the backup.

    Attributes:
        is_ready: Whether the store may be used: what the backup held is here, or it held nothing.
        last_good: When the newest snapshot was made; None if there is none.
        error: Why the last attempt failed; None if it did not.
        refused: What was wrong with snapshots that were passed over at the start.
        has_unsaved: Whether something changed since the newest snapshot.
    """

    is_ready: bool = False
    last_good: datetime | None = None
    error: str | None = None
    refused: tuple[str, ...] = ()
    has_unsaved: bool = False

    def age_s(self) -> float | None:
        """Return the seconds since the newest snapshot."""
        return None if self.last_good is None else (datetime.now(UTC) - self.last_good).total_seconds()


class Keeper:
    """Watches one SQLite database.

    Args:
        database: Its file.
        shelf: Where snapshots lie.
        minutes: A change is on the shelf after so many minutes …
        submits: … or after so many corrections were saved.
        tick_s: How often is looked whether something changed.
    """

    def __init__(
        self, database: Path, shelf: Shelf, *, minutes: float = 5, submits: int = 20, tick_s: float = TICK_S
    ) -> None:
        self.database, self.shelf, self.minutes, self.submits = database, shelf, minutes, submits
        self._tick_s = tick_s
        self._state = BackupState()
        self._listed = SnapshotList()
        self._seen = (0, 0)
        self._changed_at: float | None = None
        self._n_saved = 0
        self._must_forget = False
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> BackupState:
        """What is known now."""
        return self._state

    def start(self) -> None:
        """Take back what the shelf has, then watch, both in the background."""
        self._thread = threading.Thread(target=self._watch, name="backups", daemon=True)
        self._thread.start()

    def wait_until_ready(self) -> None:
        """Return when the store may be used, or when the keeper stops."""
        while not self._state.is_ready and not self._stopping.wait(0.2):
            pass

    def stop(self) -> None:
        """Make a last snapshot if anything changed; returns when it is made, or has failed."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(60)
        if self._state.is_ready and self._look():
            self._try(self.snapshot)

    def take_back(self) -> None:
        """Put the newest sound snapshot in the database's place, where there is no database yet.

        Raises:
            BackupError: If the shelf cannot be read, none of its snapshots is sound, or it holds more than is here.
        """
        with self._lock:
            self._listed = read_list(self.shelf.listed(), self.shelf.name)
            snapshots = self._listed.snapshots
            refused: list[str] = []
            newest = snapshots[0] if snapshots else None
            if self.database.exists():
                self._expect_not_older(newest)
            elif snapshots:
                newest = next((one for one in snapshots if self._took(one, refused)), None)
                if newest is None:
                    raise BackupError(
                        f"no snapshot of {self.shelf.name} is sound ({refused[0]}); put one there, or name another place"
                    )
                self._seen = _changes(self.database)
            self._n_saved = newest.n_saved if newest else 0
            self._state = BackupState(True, newest.made_at if newest else None, refused=tuple(refused))

    def snapshot(self) -> None:
        """Copy the database to the shelf now.

        Raises:
            BackupError: If it cannot be copied, or the shelf not written.
        """
        with self._lock, TemporaryDirectory() as folder:
            seen = _changes(self.database)
            copy = Path(folder) / "copy.sqlite3"
            report = backup(self.database, copy)
            made = describe(copy, report.rows["revisions"], self._listed.snapshots)
            if self._must_forget:
                listed = self._listed.with_only(made)
            elif self._listed.has_newest(made):
                # Nothing but the file's times changed.
                listed = self._listed
            else:
                listed = self._listed.with_newest(made)
            if listed is not self._listed:
                self.shelf.put(copy, made.file, listed.model_dump_json(indent=2).encode(), self._listed.without(listed))
            if self._must_forget:
                self.shelf.forget_past(made.file)
                self._must_forget = False
            self._listed, self._seen, self._n_saved, self._changed_at = listed, seen, made.n_saved, None
            self._state = replace(self._state, last_good=made.made_at, error=None, has_unsaved=False)
        logger.info("snapshot %s: %d versions, %d bytes", made.file, made.n_saved, made.size)

    def forget_past(self) -> None:
        """Make a snapshot and let no older one remain; where that fails, the next one that succeeds does it.

        Raises:
            BackupError: If it cannot be made, or the older ones not removed.
        """
        self._must_forget = True
        self.snapshot()

    def _expect_not_older(self, newest: Snapshot | None) -> None:
        n_here = _n_saved(self.database)
        if newest is not None and newest.n_saved > n_here:
            raise BackupError(
                f"{self.shelf.name} holds {newest.n_saved} versions of corrections, the database here {n_here}; move "
                f"{self.database} away to take the backup back, or name another place for the backup"
            )

    def _took(self, snapshot: Snapshot, refused: list[str]) -> bool:
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.sqlite3"
            self.shelf.fetch(snapshot.file, copy)
            try:
                if sha256_of(copy) != snapshot.sha256:
                    raise BackupError(f"{snapshot.file} is not the file that was put there")
                _check_plain(copy, snapshot.file)
                restore(copy, self.database)
            except StorageError as error:
                refused.append(str(error).replace(str(copy), snapshot.file))
                logger.warning("a snapshot is refused: %s", refused[-1])
                return False
        logger.info("took back %s: %d versions", snapshot.file, snapshot.n_saved)
        return True

    def _watch(self) -> None:
        while not self._stopping.is_set():
            if not self._state.is_ready:
                self._try(self.take_back)
            elif self._look() and self._is_due():
                self._try(self.snapshot)
            self._stopping.wait(self._tick_s if self._state.error is None else min(4 * self._tick_s, LONGEST_PAUSE_S))

    def _try(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:  # noqa: BLE001 - whatever it is: the page must say so, and the next attempt may succeed
            self._state = replace(self._state, error=str(error) if isinstance(error, StorageError) else type(error).__name__)
            logger.warning("backup: %s", error)

    def _look(self) -> bool:
        """Whether the database differs from the newest snapshot."""
        if _changes(self.database) == self._seen and not self._must_forget:
            return False
        if self._changed_at is None:
            self._changed_at = time.monotonic()
        self._state = replace(self._state, has_unsaved=True)
        return True

    def _is_due(self) -> bool:
        waited = time.monotonic() - (self._changed_at or time.monotonic())
        return waited >= 60 * self.minutes or _n_saved(self.database) - self._n_saved >= self.submits


def _check_plain(path: Path, name: str) -> None:
    """Refuse a database that would do things by itself: ours has tables and indexes alone."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            query = "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
            found = connection.execute(query).fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"{name} is no sound database of the workbench: {error}") from error
    if found:
        raise BackupError(f"{name} holds a {found[0]} ({found[1]}), which no database of the workbench has")


def _changes(database: Path) -> tuple[int, int]:
    """Return what differs after a write: time and size of the file and of its log, in one figure each."""
    files = [path for path in (database, database.with_name(database.name + "-wal")) if path.exists()]
    stats = [path.stat() for path in files]
    return max((one.st_mtime_ns for one in stats), default=0), sum(one.st_size for one in stats)


def _n_saved(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            return int(connection.execute("SELECT count(*) FROM revisions").fetchone()[0])
    except sqlite3.Error:
        return 0
