"""A Space with accounts: visitors try, who signs in stores, and nobody reaches what is not theirs."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.space.conftest import cookie_of
from tests.browser.space.page_events import PageEvents
from tests.ui.fake_provider import Provider
from ui.handlers.exports import EXPORTS
from ui.handlers.training import CHOSEN

pytestmark = pytest.mark.browser
TEXT = "Ana Quintero lives in Oslo"
EXPORTED = {"corrections-project": "ann/default", "corrections-export-kind": next(iter(EXPORTS))}


def _sign_in(page: Page, provider: Provider, account: tuple[str, str]) -> None:
    provider.account = account
    page.get_by_role("tab", name="Corrections").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in with Hugging Face").click()
    page.get_by_role("tab", name="Corrections").click()
    expect(page.get_by_role("button", name=f"Sign out ({account[1]})")).to_be_visible()
    expect(page.locator("#corrections-open")).to_be_visible()


def _find(page: Page, text: str) -> None:
    page.get_by_role("tab", name="Entities").click()
    page.get_by_label("Text", exact=True).first.fill(text)
    page.get_by_label("Labels").first.fill("person")
    page.locator("#entity-run").click()
    expect(page.locator("#entity-status")).to_contain_text("words per second")


def _rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "corrections.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def test_a_visitor_tries_everything_and_stores_nothing(visitor: Page, folder: Path) -> None:
    _find(visitor, TEXT)
    visitor.get_by_role("button", name="Send to corrections").first.click()
    expect(visitor.locator("#entity-sent")).to_contain_text("Sign in first, on the Corrections tab")
    visitor.get_by_role("tab", name="Corrections").click()
    expect(visitor.locator("#corrections-notice")).to_contain_text("Texts that you only try are not stored")
    expect(visitor.locator("#corrections-open")).to_have_count(0)
    assert not (folder / "corrections.sqlite3").exists() or _rows(folder, "SELECT * FROM documents") == []


def test_what_is_stored_belongs_to_who_signed_in(visitor: Page, provider: Provider, folder: Path) -> None:
    _sign_in(visitor, provider, ("1", "ann"))
    _find(visitor, TEXT)
    visitor.get_by_role("button", name="Send to corrections").first.click()
    expect(visitor.locator("#entity-sent")).to_contain_text("Stored as record 1")
    visitor.get_by_role("tab", name="Corrections").click()
    expect(visitor.locator("#corrections-annotator input, #corrections-annotator textarea")).to_have_value("ann")
    expect(visitor.locator("#corrections-counts")).to_contain_text("1 record")
    visitor.locator("#corrections-submit").click()
    expect(visitor.locator("#corrections-counts")).to_contain_text("1 submitted")
    assert _rows(folder, "SELECT name, owner FROM projects") == [("ann/default", "1")]
    assert _rows(folder, "SELECT DISTINCT annotator FROM annotations") == [("ann",)]


@pytest.mark.parametrize("account", [None, ("3", "eve"), ("4", "ann")])
def test_nobody_else_reaches_it_with_forged_events(
    space: str, provider: Provider, folder: Path, account: tuple[str, str] | None
) -> None:
    """Neither a visitor, nor another account, nor one that took the name."""
    forger = PageEvents(space, cookie_of(space, provider, account) if account else "", session=f"forger-{account}")
    project = "ann/default"
    asked = {
        "corrections-project": project, "corrections-annotator": "ann", "corrections-show": "All",
        "corrections-order": "As they came", "corrections-search": "", "corrections-label": "", "corrections-most": 1,
        "corrections-blind": 0,
    }  # fmt: skip
    exported = {**asked, **EXPORTED}
    own = {**asked, "corrections-project": "default"}
    line = {"index": [0, 0], "value": "1", "row_value": [], "col_value": []}
    queue = {"corrections-queue": {"headers": ["No."], "data": [["1"]], "metadata": None}}
    calls = [
        forger.call("corrections-open", "click", asked),
        forger.call("corrections-open", "click", own),  # an own queue, from which another's record is opened
        forger.call("corrections-queue", "select", queue, event_data=line),
        forger.call("corrections-submit", "click", {"corrections-editor": {"record": 1, "spans": []}}),
        forger.call("corrections-export-run", "click", exported),
        forger.call("corrections-share", "click", {**asked, "corrections-share-name": "eve"}),
        forger.call("training-start", "click", {**asked, "training-method": CHOSEN}),
    ]
    told = [html.unescape(json.dumps(one)) for one in calls]
    assert not any("Quintero" in one for one in told)
    assert re.search("Sign in first|no project 'ann/default'|Type your name", told[0]), told[0]
    assert re.search("Sign in first|no record 1|Open queue", told[2]), told[2]
    assert re.search("Sign in first|no project 'ann/default'", told[4]), told[4]
    assert re.search("Sign in first|only boss may train", told[-1]), told[-1]
    assert _rows(folder, "SELECT count(*) FROM revisions") == [(1,)]
    assert _rows(folder, "SELECT count(*) FROM members") == [(0,)]


def test_a_shared_project_opens_to_who_is_named(visitor: Page, space: str, provider: Provider, folder: Path) -> None:
    _sign_in(visitor, provider, ("1", "ann"))
    visitor.get_by_role("button", name="Who sees this project").click()
    visitor.get_by_label("Share with the account").fill("Bob")
    visitor.locator("#corrections-share").click()
    expect(visitor.locator("#corrections-sharing-status")).to_contain_text("Bob can now see, correct and export “default”")
    expect(visitor.locator("#corrections-members input")).to_have_value("bob")
    bob = visitor.context.browser.new_context().new_page()  # type: ignore[union-attr]
    bob.goto(space)
    _sign_in(bob, provider, ("2", "bob"))
    bob.locator("#corrections-project input").fill("ann/default")
    bob.locator("#corrections-project input").press("Enter")
    bob.locator("#corrections-open").click()
    expect(bob.locator("#corrections-editor")).to_contain_text("Quintero")
    bob.locator("#corrections-submit").click()
    expect(bob.locator("#corrections-counts")).to_contain_text("1 submitted")
    assert _rows(folder, "SELECT annotator FROM annotations ORDER BY annotator") == [("ann",), ("bob",)]
    # Not theirs to open further.
    bob.get_by_role("button", name="Who sees this project").click()
    bob.get_by_label("Share with the account").fill("zoe")
    bob.locator("#corrections-share").click()
    expect(bob.locator("#corrections-sharing-status")).to_contain_text("only who made it may do that")
    bob.context.close()


def test_deleted_is_deleted(visitor: Page, provider: Provider, folder: Path) -> None:
    _sign_in(visitor, provider, ("1", "ann"))
    visitor.get_by_role("button", name="Delete my data").first.click()
    visitor.locator("#corrections-forget").click()
    expect(visitor.locator("#corrections-forgetting-status")).to_contain_text("Tick")
    visitor.get_by_label("Yes, delete everything of mine").check()
    visitor.locator("#corrections-forget").click()
    said = visitor.locator("#corrections-forgetting-status")
    expect(said).to_contain_text("Deleted: 1 project with 1 record, 2 versions of corrections.")
    expect(said).to_contain_text("The backup holds none of it any more.")
    expect(visitor.locator("#corrections-counts")).to_contain_text("0 records")
    assert _rows(folder, "SELECT * FROM documents") == []
    files = [*folder.glob("corrections.sqlite3*"), *(folder / "shelf").iterdir()]
    assert len(files) >= 3
    assert not any(b"Quintero" in one.read_bytes() for one in files if not one.name.endswith("-wal"))
