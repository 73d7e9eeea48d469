"""What was replaced or removed on a tab comes back, focus and result stay in reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_structures_page import legends, opened, structure

pytestmark = pytest.mark.browser
OWN = "Zoë 🎉 wrote this herself"


def test_an_example_gives_back_what_it_replaced(page: Page) -> None:
    page.locator("#entity-text textarea").fill(OWN)
    page.locator("#entity-labels textarea").fill("author")
    expect(page.locator("#entity-undo")).to_be_hidden()
    page.locator("#entity-examples").get_by_role("button").nth(2).click()
    expect(page.locator("#entity-text textarea")).not_to_have_value(OWN)
    replaced = page.locator("#entity-text textarea").input_value()
    page.locator("#entity-undo").click()
    expect(page.locator("#entity-text textarea")).to_have_value(OWN)
    expect(page.locator("#entity-labels textarea")).to_have_value("author")
    page.locator("#entity-undo").click()
    expect(page.locator("#entity-text textarea")).to_have_value(replaced)


def test_a_loaded_schema_gives_back_the_cards(page: Page, tmp_path: Path) -> None:
    tab = opened(page)
    structure(tab, 1).get_by_label("Structure", exact=True).fill("gadget")
    before = legends(tab)
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"structures": {"order": {"fields": ["number"]}}}), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.locator("#structure-load").click()
    chooser.value.set_files(file)
    expect(tab.get_by_role("group", name="Structure 1: order")).to_be_visible()
    tab.locator("#structure-undo").click()
    expect(tab.get_by_role("group", name="Structure 1: gadget")).to_be_visible()
    assert legends(tab) == before


def test_a_removed_card_comes_back_to_its_place(page: Page) -> None:
    tab = opened(page)
    before = legends(tab)
    assert len(before) > 3
    structure(tab, 1).locator("[data-act=remove]").nth(1).click()
    expect(tab.locator(".cl-back")).to_contain_text("Field 2")
    assert len(legends(tab)) == len(before) - 1
    tab.locator(".cl-back button").click()
    assert legends(tab) == before
    expect(tab.locator(".cl-back")).to_have_count(0)


def test_a_card_at_the_end_of_its_list_keeps_the_focus(page: Page) -> None:
    tab = opened(page)
    moved = legends(tab)[2].partition(": ")[2]
    up = tab.get_by_role("button", name=f"Up: Field 2: {moved}")
    up.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("group", name=f"Field 1: {moved}")).to_be_visible()
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == f"Down: Field 1: {moved}"


def test_the_result_is_in_sight_of_the_button_below_a_long_form(page: Page) -> None:
    tab = opened(page)
    run = tab.locator("#structure-run")
    run.scroll_into_view_if_needed()
    assert tab.evaluate("scrollY") > 200
    run.click()
    expect(tab.locator("#structure-status")).to_contain_text("in one forward pass", timeout=60_000)
    expect(tab.locator("#structure-status")).to_be_in_viewport()
    expect(run).to_be_in_viewport()


def test_a_message_about_the_schema_goes_when_the_schema_changes(page: Page) -> None:
    page.locator("#entity-share").click()
    expect(page.locator("#entity-schema-status")).to_contain_text("The link is copied")
    page.locator("#entity-labels textarea").press_sequentially(", author")
    expect(page.locator("#entity-schema-status")).not_to_contain_text("The link is copied")
    page.locator("#entity-share").click()
    expect(page.locator("#entity-schema-status")).to_contain_text("The link is copied")


def test_a_link_in_the_open_page_gives_back_what_was_typed(page: Page) -> None:
    page.locator("#entity-text textarea").fill("Linked")
    page.locator("#entity-share").click()
    expect(page.locator("#entity-schema-status")).to_contain_text("The link is copied")
    fragment = page.url.partition("#")[2]
    page.evaluate("location.hash = ''")
    page.locator("#entity-text textarea").fill(OWN)
    page.locator("#entity-run").click()
    expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=60_000)
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    expect(page.locator("#entity-text textarea")).to_have_value("Linked")
    expect(page.locator("#wb-opened .wb-status")).to_contain_text("Opened from a link")
    expect(page.locator("#entity-status .wb-stale")).to_be_visible()
    page.locator("#entity-undo").click()
    expect(page.locator("#entity-text textarea")).to_have_value(OWN)


def test_a_reload_keeps_what_was_typed(page: Page, url: str) -> None:
    page.locator("#entity-text textarea").fill(OWN)
    page.locator("#entity-threshold input[type=number]").fill("0.31")
    tab = opened(page)
    structure(tab, 1).get_by_label("Structure", exact=True).fill("gadget")
    expect(tab.get_by_role("group", name="Structure 1: gadget")).to_be_visible()
    page.wait_for_function("sessionStorage.getItem('gliner2-workbench')?.includes('gadget')")
    page.reload()
    # The tab that was edited last.
    expect(tab.get_by_role("group", name="Structure 1: gadget")).to_be_visible(timeout=60_000)
    expect(page.locator("#wb-opened")).to_contain_text("before the page was reloaded")
    page.get_by_role("tab", name="Entities", exact=True).first.click()
    expect(page.locator("#entity-text textarea")).to_have_value(OWN)
    expect(page.locator("#entity-threshold input[type=number]")).to_have_value("0.31")
    # Another tab of the browser begins with the page's own example.
    other = page.context.new_page()
    other.goto(url)
    expect(other.locator("#entity-text textarea")).not_to_have_value(OWN, timeout=60_000)
    expect(other.locator("#entity-text textarea")).not_to_have_value("")


@pytest.mark.parametrize("kept", ["no json", '{"last": "entity", "tabs": {"entity": [1]}}', '{"last": "x", "tabs": {}}'])
def test_what_another_version_kept_is_left_alone(page: Page, kept: str) -> None:
    example = page.locator("#entity-text textarea").input_value()
    page.evaluate("kept => sessionStorage.setItem('gliner2-workbench', kept)", kept)
    page.reload()
    expect(page.locator("#entity-text textarea")).to_have_value(example, timeout=60_000)
    page.locator("#entity-run").click()
    expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=60_000)


def test_an_empty_threshold_says_what_to_type(page: Page) -> None:
    box = page.locator("#entity-threshold input[type=number]")
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entity-status")).to_contain_text("The threshold is empty", timeout=60_000)
    expect(page.locator("#entity-cancel")).to_be_disabled()
