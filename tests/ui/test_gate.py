"""How much one visitor may send, and how often."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from storage.people import Person
from ui import gate
from ui.gate import Gate, shown_path
from ui.settings import Settings

OTHERS = Settings(is_alone=False, max_requests=3, max_file_bytes=1_000)


async def _told(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def _client(settings: Settings) -> TestClient:
    paths = ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/heartbeat/", "/gradio_api/file=/tmp/secret.txt")
    routes = [Route(path, _told, methods=["GET", "POST"]) for path in paths]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Gate, settings)]))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with _client(OTHERS) as opened:
        yield opened


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    def asked(address: str) -> int:
        return client.post("/gradio_api/queue/join", headers={"X-Forwarded-For": address}).status_code

    with _client(replace(OTHERS, is_behind_proxy=True)) as client:
        assert [asked("1.1.1.1") for _ in range(4)] == [200, 200, 200, 429]
        assert asked("2.2.2.2, 10.0.0.1") == 200
        refused = client.post("/gradio_api/queue/join", headers={"X-Forwarded-For": "1.1.1.1"})
        assert "more than 3 times within a minute" in refused.json()["detail"]
        assert refused.headers["retry-after"]
        # Looking is not counted.
        assert client.get("/gradio_api/queue/join", headers={"X-Forwarded-For": "1.1.1.1"}).status_code == 200


def test_without_a_proxy_a_header_makes_nobody_new(client: TestClient) -> None:
    told = [client.post("/gradio_api/queue/join", headers={"X-Forwarded-For": str(one)}).status_code for one in range(4)]
    assert told == [200, 200, 200, 429]


def test_an_account_counts_wherever_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "account_in", lambda scope: Person("1", "ann"))
    with _client(replace(OTHERS, is_behind_proxy=True)) as client:
        told = [client.post("/gradio_api/queue/join", headers={"X-Forwarded-For": str(one)}).status_code for one in range(4)]
    assert told == [200, 200, 200, 429]


def test_on_ones_own_machine_nothing_is_counted() -> None:
    with _client(replace(OTHERS, is_alone=True)) as client:
        assert {client.post("/gradio_api/queue/join").status_code for _ in range(10)} == {200}


@pytest.mark.parametrize(("size", "status"), [(1_000, 200), (1_001, 413)])
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_large_body_is_refused_whatever_it_says_of_its_length(
    client: TestClient, size: int, status: int, is_stream: bool
) -> None:
    content = iter([b"x" * (size - 1), b"x"]) if is_stream else b"x" * size
    answer = client.post("/gradio_api/queue/join", content=content)
    assert answer.status_code == status
    assert answer.text == ("1000" if status == 200 else answer.text)
    assert status == 200 or "1,000 bytes" in answer.text


def test_uploads_are_counted_by_gradio(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", content=b"x" * 5_000).text == "5000"


def test_every_request_is_a_line_without_names_of_files(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ui.gate"):
        client.get("/gradio_api/file=/tmp/secret.txt?name=mine")
    (line,) = [one for one in caplog.records if one.name == "ui.gate"]
    assert (line.__dict__["method"], line.__dict__["path"], line.__dict__["status"]) == ("GET", "/gradio_api/file=…", 200)
    assert line.__dict__["ms"] >= 0


def test_long_paths_are_cut() -> None:
    assert len(shown_path("/" + "a" * 500)) == 100
