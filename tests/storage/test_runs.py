"""Training runs in the store, and a database of the version before there were names for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text as sql

from storage import AnnotationStore, Checkpoint
from storage.engine import open_engine, url_of
from storage.errors import NotFoundError, OutputError
from storage.migrate import configured
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT


@pytest.fixture
def store(any_store: AnnotationStore) -> AnnotationStore:
    return any_store


def test_a_run_waits_runs_and_ends(store: AnnotationStore) -> None:
    first = store.runs.add("news", "gliner2-mini", "First try", "/runs/1", {"records": 40})
    second = store.runs.add("news", "gliner2-mini", "Second", "/runs/2", {})
    assert [one.id for one in store.runs.all()] == [second.id, first.id]
    assert (first.status, first.project, first.config, first.ended_at) == ("waiting", "news", {"records": 40}, None)
    store.runs.change(first.id, status="running")
    assert store.runs.get(first.id).ended_at is None
    store.runs.change(first.id, status="done", metrics={"test": {"records": 5}}, artifact="/runs/1/model")
    done = store.runs.get(first.id)
    assert (done.status, done.artifact, done.metrics) == ("done", "/runs/1/model", {"test": {"records": 5}})
    assert done.ended_at is not None
    assert done.ended_at >= done.created_at
    store.runs.change(first.id, status="waiting")
    assert store.runs.get(first.id).ended_at is None


def test_a_run_is_renamed_and_forgotten(store: AnnotationStore) -> None:
    run = store.runs.add("news", "m", "a", "", {})
    store.runs.change(run.id, name=" Menus 🍜 ")
    assert store.runs.get(run.id).name == "Menus 🍜"
    store.runs.remove(run.id)
    assert store.runs.all() == []
    for act in (store.runs.get, store.runs.remove, lambda run_id: store.runs.change(run_id, name="b")):
        with pytest.raises(NotFoundError, match=f"there is no training run {run.id}"):
            act(run.id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_that_is_none_is_refused(store: AnnotationStore, name: str) -> None:
    with pytest.raises(OutputError, match="a run's name must have 1 to 200 characters"):
        store.runs.add("news", "m", name, "", {})
    assert store.runs.all() == []


def test_a_status_that_is_none_is_refused(store: AnnotationStore) -> None:
    run = store.runs.add("news", "m", "a", "", {})
    with pytest.raises(OutputError, match="the status must be one of waiting, running, done, failed, cancelled, got 'lost'"):
        store.runs.change(run.id, status="lost")


def test_a_database_of_the_first_version_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    engine = open_engine(url_of(path))
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(configured(connection), "0001")
        connection.execute(sql("INSERT INTO projects (id, name, created_at) VALUES (1, 'news', '2026-01-01 00:00:00')"))
        connection.execute(
            sql(
                "INSERT INTO runs (id, project_id, base_checkpoint, status, config, metrics, created_at) "
                "VALUES (7, 1, 'gliner2-mini', 'done', '{}', '{}', '2026-01-01 00:00:00')"
            )
        )
    engine.dispose()
    store = AnnotationStore(path)
    (run,) = store.runs.all()
    assert (run.id, run.project, run.base, run.status, run.name, run.message) == (7, "news", "gliner2-mini", "done", "", "")
    at = store.add_prediction("news", TEXT, SCHEMA, PREDICTED, Checkpoint("m"))
    assert store.record(at.record_id, "ann").prediction == PREDICTED
    store.close()
