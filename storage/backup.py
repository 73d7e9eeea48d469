"""Backups of a SQLite database: made while others write, checked before they count, taken back only when sound."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from storage.engine import open_engine
from storage.errors import BackupError, StorageError
from storage.migrate import migrate

_COUNTED = ("projects", "schemas", "documents", "records", "predictions", "annotations", "revisions", "exports", "runs")


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Attributes:
        version: Of the tables.
        rows: Table → number of rows.
    """

    version: str
    rows: dict[str, int]


def path_of(url: URL) -> Path:
    """Return the file of a SQLite database.

    Raises:
        BackupError: If it is another kind of database.
    """
    if url.get_backend_name() != "sqlite":
        raise BackupError(f"{url.get_backend_name()} has its own tools for this, such as pg_dump and pg_restore")
    return Path(str(url.database))


def check(path: Path) -> Report:
    """Read a whole database file and count its rows.

    Args:
        path: Read only, also while others write.

    Raises:
        BackupError: If it is missing, damaged, or no database of the workbench.
    """
    if not path.is_file():
        raise BackupError(f"{path}: there is no such file")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if faults != ["ok"]:
                raise BackupError(f"{path} is damaged: {faults[0]}")
            if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
                raise BackupError(f"{path} is damaged: {len(orphans)} rows refer to rows that are not there")
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}
            _check_versions(path, connection)
    except sqlite3.Error as error:
        raise BackupError(f"{path} is no sound database of the workbench: {error}") from error
    return Report(str(version[0]), rows)


def _check_versions(path: Path, connection: sqlite3.Connection) -> None:
    """Every annotation must be its newest revision, and no revision may be missing."""
    query = """
        SELECT count(*) FROM annotations a
        WHERE a.rev != (SELECT max(rev) FROM revisions r WHERE r.annotation_id = a.id)
           OR a.rev != (SELECT count(*) FROM revisions r WHERE r.annotation_id = a.id)
           OR NOT EXISTS (SELECT 1 FROM revisions r WHERE r.annotation_id = a.id)
    """
    if n_broken := connection.execute(query).fetchone()[0]:
        raise BackupError(f"{path} is damaged: {n_broken} annotations lack revisions")


def backup(source: Path, target: Path) -> Report:
    """Copy a database while it is in use; the copy is checked, then appears under its name all at once.

    Args:
        source: The database's file.
        target: A file, or a folder in which it gets the same name.

    Returns:
        What the copy holds.

    Raises:
        BackupError: If the database cannot be read, the copy not written, or the copy is not sound.
    """
    target = target / source.name if target.is_dir() else target
    if target.resolve() == source.resolve():
        raise BackupError(f"{target} is the database itself; give another file")
    if not source.is_file():
        raise BackupError(f"{source}: there is no such database")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as read,
            closing(sqlite3.connect(partial)) as written,
        ):
            read.backup(written)
            # A copy in one file, which a read-only place can hold too.
            written.execute("PRAGMA journal_mode=DELETE").close()
        report = check(partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target}: the backup cannot be made: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return report


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in a database's place; what was there stays beside it.

    Args:
        source: The backup; checked first.
        target: The database's file; nobody may be using it.

    Returns:
        Where the former database lies now; None if there was none.

    Raises:
        BackupError: If the backup is not sound or of a newer version, or the database is in use.
    """
    check(source)
    if target.exists() and target.resolve() == source.resolve():
        raise BackupError(f"{source} is the database itself; give a backup")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, partial)
        _bring_up(partial)
        former = _set_aside(target)
        os.replace(partial, target)
    except OSError as error:
        raise BackupError(f"{target}: the backup cannot be taken back: {error}") from error
    finally:
        for leftover in target.parent.glob(partial.name + "*"):
            leftover.unlink(missing_ok=True)
    return former


def _bring_up(path: Path) -> None:
    """Bring the copy to this version before it replaces anything."""
    engine = open_engine(URL.create("sqlite", database=str(path)))
    try:
        migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except StorageError as error:
        raise BackupError(f"{path}: {error}") from error
    finally:
        engine.dispose()


def _set_aside(target: Path) -> Path | None:
    if not target.exists():
        return None
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").close()
            connection.execute("BEGIN EXCLUSIVE").close()
            connection.rollback()
    except sqlite3.OperationalError as error:
        raise BackupError(f"{target} is in use ({error}); stop the workbench first") from error
    except sqlite3.DatabaseError:
        pass  # a damaged database is what backups are for
    number = 1
    while (aside := target.with_name(f"{target.name}.before-restore-{number}")).exists():
        number += 1
    target.rename(aside)
    for companion in ("-wal", "-shm"):
        leftover = target.with_name(target.name + companion)
        if leftover.exists():
            leftover.rename(aside.with_name(aside.name + companion))
    return aside
