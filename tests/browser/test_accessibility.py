"""The accessibility checker axe-core on every view of the page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_entities_page import ask, run

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_checker_finds_nothing(page: Page, url: str, theme: str) -> None:
    page.goto(f"{url}/?__theme={theme}")
    text = "🎉 Zoë of the Bank of England met Tim in Rome."
    ask(page, text, "person\norganization", policy=None)
    run(page, text)
    page.get_by_role("button", name="Many texts from a file").click()
    for tab in ("In the text", "Table", "JSON", "Python", "Command"):
        page.get_by_role("tab", name=tab, exact=True).first.click()
        expect(page.get_by_role("tab", name=tab, exact=True).first).to_have_attribute("aria-selected", "true")
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


@pytest.mark.parametrize(("tab", "id_"), [("Entities", "entity"), ("Classification", "class"), ("Structures", "structure")])
def test_checker_finds_nothing_on_a_phone_with_the_upload_open(page: Page, tab: str, id_: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name=tab, exact=True).first.click()
    page.locator(f"#{id_}-file").get_by_role("button").first.click()
    expect(page.locator(f"#{id_}-file-in").get_by_text("Drop File Here")).to_be_visible()
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
