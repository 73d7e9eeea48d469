"""What somebody might try who wants others' data, or wants the page to stop."""

from __future__ import annotations

import base64
import html
import json
import socket
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.space.conftest import cookie_of
from tests.browser.space.page_events import PageEvents
from tests.ui.fake_provider import SECRET, Provider
from ui.handlers.exports import EXPORTS
from ui.handlers.imports import FILE_FORMATS, TEXTS

pytestmark = pytest.mark.browser
EXPORTED = {"corrections-project": "ann/default", "corrections-export-kind": next(iter(EXPORTS))}


def test_forged_sign_ins_are_none(space: str, provider: Provider) -> None:
    n_before = len(provider.redirects)
    with httpx.Client(base_url=space) as client:
        # A state that this server never gave: sent to sign in anew, not signed in.
        answer = client.get("/login/callback", params={"code": "stolen", "state": "forged"})
        assert answer.status_code in (302, 307)
        assert answer.headers["location"].startswith("/login/huggingface")
        assert "oauth_info" not in answer.headers.get("set-cookie", "")
        # No way to other pages.
        back = client.get("/logout", params={"_target_url": "https://evil.example/x"})
        assert back.headers["location"] == "/x"
    assert len(provider.redirects) == n_before
    # A cookie that says so, but is signed with another key.
    claims = {"oauth_info": {"userinfo": {"sub": "1", "preferred_username": "ann"}, "expires_at": 4e9}}
    forged = base64.b64encode(json.dumps(claims).encode()).decode()
    for cookie in (f"session={forged}", f"session={forged}.aaaa.bbbb"):
        told = PageEvents(space, cookie, session="cookie").call("corrections-export-run", "click", EXPORTED)
        assert "Sign in first" in json.dumps(told)


def test_what_is_too_large_is_refused(space: str) -> None:
    with httpx.Client(base_url=space, timeout=30) as client:
        body = json.dumps({"data": ["x" * 300_000], "fn_index": 0, "session_hash": "x"})
        for content in (body, (part.encode() for part in (body[:150_000], body[150_000:]))):
            answer = client.post("/gradio_api/queue/join", content=content, headers={"Content-Type": "application/json"})  # type: ignore[arg-type]
            assert answer.status_code == 413, answer.text
            assert "200,000 bytes" in answer.text


@pytest.mark.parametrize("path", ["/etc/passwd", "corrections.sqlite3", "app.log", "../../app.py"])
def test_no_file_of_the_server_can_be_had(space: str, provider: Provider, folder: Path, path: str) -> None:
    """Neither as a download nor by importing it into a project of one's own."""
    wanted = path if path.startswith("/") else str(folder / path)
    with httpx.Client(base_url=space) as client:
        for prefix in ("/gradio_api/file=", "/file=", "/gradio_api/file=/tmp/../"):
            assert client.get(prefix + wanted).status_code in (403, 404)
    eve = PageEvents(space, cookie_of(space, provider, ("3", "eve")), session="thief")
    file = {"path": wanted, "meta": {"_type": "gradio.FileData"}, "orig_name": "texts.txt"}
    asked = {
        "corrections-project": "stolen", "corrections-annotator": "eve", "corrections-import-file": file,
        "corrections-import-kind": TEXTS, "corrections-import-asked": "what the Entities tab asks",
    }  # fmt: skip
    told = eve.call("corrections-import-run", "click", asked)
    assert TEXTS in FILE_FORMATS
    assert "added" not in json.dumps(told)
    with closing(sqlite3.connect(folder / "corrections.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM projects WHERE name = 'eve/stolen'").fetchone() == (0,)


@pytest.mark.parametrize("name", ["../../evil", "..", "a/../../b", "x" * 500, "\u0000", "ann/default' OR '1'='1"])
def test_a_projects_name_is_no_path_and_no_query(space: str, provider: Provider, folder: Path, name: str) -> None:
    eve = PageEvents(space, cookie_of(space, provider, ("3", "eve")), session="namer")
    before = sorted(one.name for one in folder.iterdir())
    told = html.unescape(json.dumps(eve.call("corrections-export-run", "click", {**EXPORTED, "corrections-project": name})))
    assert "Not done" in told
    assert "Quintero" not in told
    assert sorted(one.name for one in folder.iterdir()) == before


@pytest.mark.parametrize(
    "payload", [None, [], "x", {"record": "1"}, {"record": 1e99}, {"record": 1, "spans": [{"start": -1}]}]
)
def test_a_forged_edit_is_answered_in_words(space: str, provider: Provider, payload: Any) -> None:
    eve = PageEvents(space, cookie_of(space, provider, ("3", "eve")), session="editor")
    told = json.dumps(eve.call("corrections-submit", "click", {"corrections-editor": payload}))
    assert "Traceback" not in told
    assert "Open queue" in html.unescape(told) or "Not done" in told or "rror" in told


def test_slow_clients_hold_nobody_up(space: str) -> None:
    """Three hundred that never finish their request, and one that is in a hurry."""
    host, port = space.removeprefix("http://").split(":")
    with ExitStack() as opened:
        for number in range(300):
            slow = opened.enter_context(closing(socket.create_connection((host, int(port)), timeout=10)))
            half = (
                b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
                if number % 2
                else (b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
            )
            slow.sendall(half)
        started = time.monotonic()
        with httpx.Client(base_url=space, timeout=20) as client:
            assert client.get("/health").status_code == 200
            assert client.get("/config").status_code == 200
        assert time.monotonic() - started < 20


def test_the_log_holds_neither_texts_nor_secrets(folder: Path, space: str) -> None:
    """Last: what all the tests above made the server write."""
    log = (folder / "app.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert sum(one["message"] == "request" and one["status"] == 200 for one in lines) > 20
    for secret in ("Quintero", SECRET, "secret-token-of", "session="):
        assert secret not in log
