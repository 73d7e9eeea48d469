"""A store in a file of its own for each test; and in a PostgreSQL where one can be started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import AnnotationStore
from storage.outputs import EntitySpan, Output

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
    opened = AnnotationStore(tmp_path / "store.sqlite3")
    yield opened
    opened.close()
