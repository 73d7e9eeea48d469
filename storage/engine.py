"""The database: how it is opened, and what a transaction is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.errors import DatabaseError

BUSY_MS = 10_000
"""How long a writer waits for another one."""
_WRITES = {"writes": True}


def default_path() -> Path:
    """Return where the database lies if nobody says otherwise: the user's data folder."""
    return user_data_path("gliner2-workbench", appauthor=False) / "workbench.sqlite3"


def url_of(database: str | Path | None) -> URL:
    """Return the address of a database.

    Args:
        database: A file, an address such as `postgresql+psycopg://user@host/name`, or None for the default file.

    Raises:
        DatabaseError: If it is an address that cannot be read.
    """
    if isinstance(database, str) and "://" in database:
        try:
            return make_url(database)
        except (ArgumentError, ValueError) as error:
            raise DatabaseError(f"the database's address cannot be read: {error}") from error
    return URL.create("sqlite", database=str(Path(database or default_path()).expanduser()))


def open_engine(url: URL) -> Engine:
    """Return an engine; a SQLite file's folder is made where missing.

    Raises:
        DatabaseError: If the folder cannot be made or the driver is missing.
    """
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, pool_pre_ping=True)
        except (ModuleNotFoundError, SQLAlchemyError) as error:
            raise DatabaseError(f"{url.render_as_string()}: {error}; is its driver installed?") from error
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"{url.database}: its folder cannot be made: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun by `_begin` alone: the driver would begin them late, and a reader that turns into a writer
    # fails at once whatever the busy timeout is.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a transaction that may write; committed at the end, undone if anything is raised.

    Raises:
        DatabaseError: If the database is locked, full, read-only or gone.
    """
    with in_words(engine), Session(engine.execution_options(**_WRITES)) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a transaction that only reads.

    Raises:
        DatabaseError: If the database is gone or damaged.
    """
    with in_words(engine), Session(engine) as session, session.begin():
        yield session


@contextmanager
def in_words(engine: Engine) -> Iterator[None]:
    """Turn a driver's errors into ours.

    Raises:
        DatabaseError: In place of them; says what to do.
    """
    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(_words(str(error.orig), engine.url)) from error
    except SQLAlchemyError as error:
        raise DatabaseError(f"{_named(engine.url)}: {str(error).splitlines()[0]}") from error


def _words(reason: str, url: URL) -> str:
    known = {
        "locked": f"it is locked by another program, {BUSY_MS // 1000} s were not enough; close that program and try again",
        "full": "the disk is full; make room and try again, nothing was stored",
        "readonly": "it may not be written; check the file's rights",
        "unable to open": "it cannot be opened; check the path and the rights",
        "not a database": "it is no SQLite database, or damaged; restore a backup: python -m storage restore",
        "malformed": "it is damaged; restore a backup: python -m storage restore",
    }
    words = next((words for mark, words in known.items() if mark in reason), reason)
    return f"{_named(url)}: {words}"


def _named(url: URL) -> str:
    """Return the database's name without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
