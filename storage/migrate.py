"""Bring a database's tables to this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from storage.engine import in_words
from storage.errors import NewerDatabaseError

_FOLDER = Path(__file__).parent / "migrations"


def configured(connection: Connection | None = None) -> Config:
    """Return Alembic's settings, which lie in no file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def version_of(connection: Connection) -> str | None:
    """Return the revision of a database's tables; None if it has none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version works with."""
    return ScriptDirectory.from_config(configured()).get_current_head()


def migrate(engine: Engine) -> None:
    """Make or change the tables, all in one transaction; does nothing where they are as they should be.

    Raises:
        NewerDatabaseError: If a newer version of the workbench wrote the database.
        DatabaseError: If it cannot be read or written.
    """
    with in_words(engine), engine.connect() as connection:
        if version_of(connection) == newest():
            return
    with in_words(engine), engine.execution_options(writes=True).begin() as connection:
        found = version_of(connection)
        known = {script.revision for script in ScriptDirectory.from_config(configured()).walk_revisions()}
        if found is not None and found not in known:
            raise NewerDatabaseError(
                f"the database has version {found}, this workbench knows versions up to {newest()}; "
                "start the newer workbench, or restore an older backup"
            )
        command.upgrade(configured(connection), "head")
