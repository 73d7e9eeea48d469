"""A store in a file of its own for each test; and in a PostgreSQL where one can be started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage import AnnotationStore
from storage.outputs import EntitySpan, Output
from tests.storage.postgres import running

TEXT = "🎉 Ann met Bob in Zürich"
SCHEMA = {
    "entities": {"person": {}, "city": {"description": "A town"}},
    "structures": {
        "meeting": {
            "fields": [
                {"name": "who", "dtype": "list"},
                {"name": "where", "dtype": "str"},
                {"name": "mood", "dtype": "str", "choices": ["good", "bad"]},
            ]
        }
    },
    "classifications": [
        {"task": "tone", "labels": ["warm", "cold"]},
        {"task": "parts", "labels": ["a", "b"], "multi_label": True},
    ],
    "relations": {"met": {}},
}
PREDICTED = Output(
    entities=(
        EntitySpan(start=2, end=5, label="person", score=0.9),
        EntitySpan(start=17, end=23, label="city", score=0.4),
    )
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnnotationStore]:
    """A store in a SQLite file."""
    opened = AnnotationStore(tmp_path / "store.sqlite3")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnnotationStore]:
    """The same store in a SQLite file and in a database of a PostgreSQL server."""
    if request.param == "sqlite":
        opened = AnnotationStore(tmp_path / "store.sqlite3")
    else:
        server = create_engine(request.getfixturevalue("postgres"), isolation_level="AUTOCOMMIT")
        name = f"t{abs(hash(request.node.nodeid)):x}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        opened = AnnotationStore(server.url.set(database=name).render_as_string(hide_password=False))
        server.dispose()
    yield opened
    opened.close()
