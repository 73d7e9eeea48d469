"""A running workbench with the smallest recorded checkpoint, and a page that may only talk to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tests.tiny_model import BERT, DEBERTA

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_S = 120
expect.set_options(timeout=30_000)  # Milliseconds; a busy machine takes many times what a quiet one does.


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(START_S * 4):
        try:
            urllib.request.urlopen(url + "/health", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return  # up, whatever it says of its model
        except (urllib.error.URLError, OSError):
            pass
        try:
            process.wait(0.25)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"app.py ended:\n{log.read_text()}")
    pytest.fail(f"app.py did not answer in {START_S} s:\n{log.read_text()}")


@contextmanager
def serving(folder: Path, *options: str, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Run app.py with the recorded checkpoint, and more in its environment; yields its address."""
    log, port = folder / "app.log", free_port()
    command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port), "--model", str(BERT)]
    command += ["--db", str(folder / "corrections.sqlite3"), *options]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", **more}
    with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as process:
        try:
            wait_until_up(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), "--model", str(DEBERTA)) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing; `make test` installs it where apt allows"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    """The page, loaded; fails at the end if a request went elsewhere or the page raised an error."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    left: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            left.append(route.request.url)
            route.abort()

    try:
        context.route("**/*", guard)
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(url)
        expect(opened.get_by_role("button", name="Find entities (Ctrl+Enter)")).to_be_visible(timeout=60_000)
        yield opened
        assert left == []
        assert errors == []
    finally:
        context.close()
