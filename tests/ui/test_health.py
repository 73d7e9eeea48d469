"""What `/health` says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from gliner2_core import __version__
from storage import AnnotationStore
from tests.ui.conftest import SMALL
from ui.health import PATH, health_of, health_route
from ui.services import Services


def test_a_server_that_works_says_so(tmp_path: Path) -> None:
    services = Services(replace(SMALL, database=str(tmp_path / "w.sqlite3")))
    assert health_of(services)["status"] == "starting"
    services.warm_up()
    services.store()
    assert health_of(services) == {
        "status": "ok",
        "version": __version__,
        "model": {"loaded": True, "error": None},
        "database": {"used": True, "writable": True, "error": None},
        "backup": {"used": False, "error": None},
    }
    services.close()


def test_looking_makes_no_database(tmp_path: Path) -> None:
    services = Services(replace(SMALL, database=str(tmp_path / "w.sqlite3")))
    assert health_of(services)["database"] == {"used": True, "writable": None, "error": None}
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_stores_nothing_has_no_database() -> None:
    assert health_of(Services(replace(SMALL, can_store=False)))["database"]["used"] is False


def test_a_model_that_cannot_be_loaded_is_a_failure_and_its_path_stays_here(tmp_path: Path) -> None:
    services = Services(replace(SMALL, models=(str(tmp_path / "secret-name"),), can_store=False))
    services.warm_up()
    found = health_of(services)
    assert (found["status"], found["model"]) == ("failing", {"loaded": False, "error": "CheckpointError"})
    assert "secret-name" not in json.dumps(found)


def test_a_damaged_database_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    AnnotationStore(path).close()
    path.write_bytes(b"no database" * 1_000)
    found = health_of(Services(replace(SMALL, database=str(path))))
    assert (found["status"], found["database"]["writable"]) == ("failing", False)
    assert str(tmp_path) not in json.dumps(found)


def test_hosts_read_it_from_the_status(tmp_path: Path) -> None:
    working = Services(replace(SMALL, can_store=False))
    failing = Services(replace(SMALL, models=(str(tmp_path / "none"),), can_store=False))
    failing.warm_up()
    for services, status in ((working, 200), (failing, 503)):
        answer = TestClient(FastAPI(routes=[health_route(services)])).get(PATH)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-store"
