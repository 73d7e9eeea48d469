"""A page with a password: who does not know it sees and does nothing; corrections are by who signed in."""

from __future__ import annotations

import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    (folder / "password").write_text(PASSWORD + "\n")
    with serving(folder, "--password-file", str(folder / "password")) as url:
        yield url


@pytest.fixture
def entrance(chromium: Browser, served: str) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served)
    yield page
    context.close()


def _sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("username").fill(name)
    page.get_by_label("password").fill(password)
    page.get_by_role("button", name="Login").click()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/config", None),
        ("/gradio_api/info", None),
        ("/gradio_api/call/extract_entities", {"data": ["Ana", ["person"], 0.5]}),
        ("/gradio_api/queue/join", {"data": [], "fn_index": 0, "session_hash": "x"}),
        ("/gradio_api/file=/etc/passwd", None),
        ("/gradio_api/upload", {}),
    ],
)
def test_without_a_password_nothing_is_answered(served: str, path: str, body: object) -> None:
    with httpx.Client(base_url=served, timeout=30) as client:
        answer = client.get(path) if body is None else client.post(path, json=body)
    assert answer.status_code in (401, 403), answer.text


def test_programs_need_it_too(served: str) -> None:
    with pytest.raises(ValueError, match="Could not login"):
        Client(served, verbose=False, auth=("ann", "wrong password"))
    client = Client(served, verbose=False, auth=("ann", PASSWORD))
    assert "entities" in client.predict("Ana lives in Oslo", ["person"], api_name="/extract_entities")
    client.close()


def test_health_is_open_and_says_nothing_of_the_password(served: str) -> None:
    with urllib.request.urlopen(served + "/health", timeout=20) as answer:
        assert PASSWORD not in answer.read().decode()


def test_a_wrong_password_is_refused(entrance: Page) -> None:
    _sign_in(entrance, "ann", "wrong password")
    expect(entrance.get_by_text("Incorrect credentials")).to_be_visible()
    expect(entrance.get_by_role("tab", name="Entities")).to_have_count(0)


def test_a_correction_is_by_who_signed_in(entrance: Page, folder: Path) -> None:
    _sign_in(entrance, "ann", PASSWORD)
    entrance.get_by_label("Text", exact=True).first.fill("Ana lives in Oslo")
    entrance.get_by_label("Labels").first.fill("person")
    entrance.locator("#entity-run").click()
    expect(entrance.locator("#entity-status")).to_contain_text("words per second")
    entrance.get_by_role("button", name="Send to corrections").first.click()
    entrance.get_by_role("tab", name="Corrections").click()
    name = entrance.locator("#corrections-annotator input, #corrections-annotator textarea")
    expect(name).to_have_value("ann")
    expect(name).to_be_disabled()
    # A forged page could send any name.
    name.evaluate("box => { box.disabled = false }")
    name.fill("mallory")
    entrance.locator("#corrections-open").click()
    expect(entrance.locator("#corrections-counts")).to_contain_text("1 record")
    entrance.locator("#corrections-submit").click()
    expect(entrance.locator("#corrections-counts")).to_contain_text("1 submitted")
    with closing(sqlite3.connect(folder / "corrections.sqlite3")) as connection:
        assert connection.execute("SELECT DISTINCT annotator FROM annotations").fetchall() == [("ann",)]
    # And out again.
    entrance.get_by_role("link", name="Sign out").click()
    expect(entrance.get_by_label("password")).to_be_visible()
