"""The Entities tab as a visitor meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ui.examples import ENTITY_EXAMPLES

pytestmark = pytest.mark.browser

TEXT = "🎉 Tim Cook of Apple Inc. met `${alert(1)}` <script>window.PWNED=1</script> {{value}} in Cupertino 🍎 yesterday."
LABELS = "company: firms\nperson\nlocation @ 0.3\ndate"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    outside: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else outside.append(request.url),
    )
    page.goto(address)
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").wait_for()
    yield page
    context.close()
    assert outside == []


def fill(page: Page, text: str = TEXT, labels: str = LABELS) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_label("Labels to find").fill(labels)


def chips(page: Page) -> list[dict[str, Any]]:
    # The first run loads the model.
    page.locator(".sv-chip").first.wait_for(timeout=120_000)
    found: list[dict[str, Any]] = page.locator(".sv-chip").evaluate_all("nodes => nodes.map((node) => ({...node.dataset}))")
    return found


def test_spans_read_back_from_the_page_are_exact(page: Page) -> None:
    fill(page)
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").click()
    found = chips(page)
    assert all(TEXT[int(one["start"]) : int(one["end"])] == one["surface"] for one in found)
    page.get_by_role("tab", name="JSON").click()
    answer = json.loads(page.get_by_label("Everything the model said").input_value())
    assert sorted((one["start"], one["end"], one["label"]) for one in answer["entities"]) == sorted(
        (int(one["start"]), int(one["end"]), one["label"]) for one in found
    )
    places = [(int(one["start"]), int(one["end"])) for one in found]
    assert any(a != b and a[0] < b[1] and b[0] < a[1] for a in places for b in places), "no overlap to show"


def test_shown_text_is_the_given_text_and_runs_nothing(page: Page) -> None:
    fill(page)
    page.get_by_label("Text", exact=True).press("Control+Enter")
    chips(page)
    shown = page.locator(".sv-text").evaluate(
        "box => [...box.childNodes].filter((node) => !node.classList?.contains('sv-chip'))"
        ".map((node) => node.textContent).join('')"
    )
    assert shown == TEXT
    assert page.evaluate("window.PWNED") is None


def test_focus_on_a_span_tells_confidence_and_offsets(page: Page) -> None:
    fill(page)
    page.get_by_label("Text", exact=True).press("Control+Enter")
    first = chips(page)[0]
    page.locator(".sv-chip").first.focus()
    expect(page.locator(".sv-detail")).to_contain_text(f"{first['label']}, ")
    expect(page.locator(".sv-detail")).to_contain_text(f"characters {first['start']}–{first['end']}")


def test_empty_text_says_what_to_do_and_keeps_the_labels(page: Page) -> None:
    fill(page, text="")
    page.get_by_label("Labels to find").press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Type or paste a text first")
    expect(page.get_by_label("Labels to find")).to_have_value(LABELS)


def test_example_fills_the_page_and_runs(page: Page) -> None:
    page.get_by_role("button", name="Medicine").click()
    medicine = next(example for example in ENTITY_EXAMPLES if example.name == "Medicine")
    expect(page.get_by_label("Labels to find")).to_have_value(medicine.labels)
    expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=120_000)


def test_file_runs_and_its_results_download(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text(f'id,body\n1,"{TEXT}"\n2,\n3,Paris\n')
    fill(page)
    page.get_by_role("button", name="Many texts from a file").click()
    page.locator("#entity-file-in input[type=file]").set_input_files(file)
    page.get_by_label("Column that holds the text").click()
    page.get_by_role("option", name="body").click()
    page.get_by_role("button", name="Find entities in the file").click()
    expect(page.locator("#entity-file-status")).to_contain_text("Done. 3 texts", timeout=30_000)
    expect(page.locator("#entity-file-status")).to_contain_text("line 3: the column 'body' is empty")
    with page.expect_download() as download:
        page.locator("#entity-file-out a[download]").first.click()
    saved = tmp_path / "out.jsonl"
    download.value.save_as(saved)
    records = [json.loads(line) for line in saved.read_text().splitlines()]
    assert [record["line"] for record in records] == [2, 4]
    assert all(record["text"][one["start"] : one["end"]] == one["text"] for record in records for one in record["entities"])


def test_phone_screen_needs_no_sideways_scroll(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    fill(page)
    page.get_by_label("Text", exact=True).press("Control+Enter")
    chips(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessibility_checker_finds_nothing(page: Page, address: str, theme: str) -> None:
    page.goto(f"{address}/?__theme={theme}")
    fill(page)
    page.get_by_label("Text", exact=True).press("Control+Enter")
    chips(page)
    for tab in ("In the text", "Table", "JSON", "Python"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
