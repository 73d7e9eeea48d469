"""Whole flows through the Classification tab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_entities_page import HOSTILE

pytestmark = pytest.mark.browser
ROWS = "rows => rows.map(({dataset: d}) => [d.label, Number(d.probability), d.chosen === 'true'])"


@pytest.fixture
def tab(page: Page) -> Page:
    page.get_by_role("tab", name="Classification").click()
    expect(page.get_by_role("button", name="Classify (Ctrl+Enter)")).to_be_visible()
    return page


def card(tab: Page, number: int) -> Locator:
    return tab.get_by_role("group", name=f"Task {number}")


def classify(tab: Page, text: str) -> dict[str, list[list[Any]]]:
    tab.locator("#class-text textarea").fill(text)
    make_stale(tab)
    tab.get_by_role("button", name="Classify (Ctrl+Enter)").click()
    return result(tab)


def make_stale(tab: Page) -> None:
    tab.evaluate("document.querySelectorAll('.bv-box > *').forEach(node => { node.dataset.old = 1 })")


def result(tab: Page) -> dict[str, list[list[Any]]]:
    tab.wait_for_selector(".bv-box > section:not([data-old])", timeout=60_000)
    tasks = tab.get_by_role("region", name="Classifications").locator("section")
    return {one.locator("h3").inner_text(): one.locator("li").evaluate_all(ROWS) for one in tasks.all()}


def test_tasks_are_added_filled_moved_copied_and_removed(tab: Page) -> None:
    while card(tab, 1).count():
        card(tab, 1).get_by_role("button", name="Remove: ").click()
    tab.get_by_role("button", name="Add a task").click()
    expect(card(tab, 1).get_by_label("Task", exact=True)).to_be_focused()
    tab.keyboard.type("mood")
    expect(tab.get_by_role("group", name="Task 1: mood")).to_be_visible()
    card(tab, 1).get_by_label("Labels", exact=False).last.fill("good, bad")
    card(tab, 1).get_by_role("button", name="Duplicate: ").click()
    card(tab, 2).get_by_label("Task", exact=True).fill("parts")
    card(tab, 2).get_by_role("checkbox", name="Several labels").check()
    card(tab, 2).get_by_label("Threshold").fill("0")
    card(tab, 2).get_by_role("button", name="Up: ").click()
    found = classify(tab, "A text 🎉")
    assert list(found) == ["parts", "mood"]
    assert all(chosen for _, _, chosen in found["parts"])
    assert sum(chosen for _, _, chosen in found["mood"]) == 1
    assert sum(probability for _, probability, _ in found["mood"]) == pytest.approx(1, abs=1e-3)
    expect(tab.locator("#class-status")).to_contain_text("2 tasks in one pass")
    card(tab, 1).get_by_role("button", name="Remove: ").click()
    assert list(classify(tab, "Another text")) == ["mood"]


def test_hostile_words_are_shown_as_typed_and_run_nothing(tab: Page) -> None:
    card(tab, 1).get_by_label("Task", exact=True).fill(HOSTILE)
    card(tab, 1).get_by_label("Labels", exact=False).last.fill("<b>${window.PWNED=6}</b>, {{value}}")
    found = classify(tab, HOSTILE)
    assert [label for label, _, _ in found[HOSTILE]] == ["<b>${window.PWNED=6}</b>", "{{value}}"]
    assert tab.evaluate("window.PWNED") is None


def test_wrong_input_gets_words_and_what_was_typed_stays(tab: Page) -> None:
    card(tab, 1).get_by_label("Labels", exact=False).last.fill("only one")
    tab.get_by_role("button", name="Classify (Ctrl+Enter)").click()
    expect(tab.get_by_role("alert").filter(has_text="“only one” is its only label")).to_be_visible(timeout=60_000)
    expect(card(tab, 1).get_by_label("Labels", exact=False).last).to_have_value("only one")


def test_an_example_fills_the_cards_and_runs(tab: Page) -> None:
    tab.get_by_role("button", name="Support ticket").click()
    expect(tab.get_by_role("group", name="Task 2: urgency")).to_be_visible(timeout=60_000)
    expect(tab.locator("#class-status")).to_contain_text("2 tasks in one pass", timeout=60_000)


def test_ctrl_enter_runs_from_inside_a_card(tab: Page) -> None:
    tab.locator("#class-text textarea").fill("By keyboard")
    make_stale(tab)
    card(tab, 1).get_by_label("Task", exact=True).press("Control+Enter")
    assert result(tab)


def test_a_file_is_classified(tab: Page, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"text": "Tim"}\n{"text": "Zoë 🎉"}\n', encoding="utf-8")
    tab.locator("#class-file button").first.click()
    tab.locator("#class-file-in input[type=file]").set_input_files(source)
    expect(tab.locator("#class-file-status")).to_contain_text("Ready to run", timeout=60_000)
    tab.get_by_role("button", name="Classify the texts of the file").click()
    expect(tab.locator("#class-file-status")).to_contain_text("Done. 2 texts", timeout=60_000)
    with tab.expect_download() as started:
        tab.locator("#class-file-out a[download]").first.click()
    lines = Path(started.value.path()).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["Tim", "Zoë 🎉"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_checker_finds_nothing(page: Page, url: str, theme: str) -> None:
    page.goto(f"{url}/?__theme={theme}")
    page.get_by_role("tab", name="Classification").click()
    classify(page, "A text")
    page.locator("#class-tasks summary").first.click()
    for name in ("Probabilities", "Table", "Command"):
        page.get_by_role("tab", name=name, exact=True).last.click()
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def test_a_phone_needs_no_sideways_scrolling(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    classify(tab, "A text")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_run_asks_for_what_was_typed_a_moment_ago(tab: Page) -> None:
    tab.locator("#class-tasks textarea[data-key=labels]").first.evaluate(
        """box => {
          box.focus();
          box.value = 'calm, wild';
          box.dispatchEvent(new Event('input', { bubbles: true }));
          box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
        }"""
    )
    expect(tab.locator("#class-scores")).to_contain_text("calm", timeout=60_000)
    expect(tab.locator("#class-scores")).to_contain_text("wild")


def test_a_threshold_is_asked_only_where_several_labels_may_hold(tab: Page) -> None:
    threshold = tab.locator("#class-tasks input[data-key=threshold]").first
    expect(threshold).to_be_disabled()
    tab.get_by_label("Several labels").first.check()
    expect(threshold).to_be_enabled()
