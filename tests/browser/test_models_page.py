"""Choosing a model, and two models side by side, in a browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.tiny_model import BERT, DEBERTA

pytestmark = pytest.mark.browser
HOSTILE = "/no/<img src=x onerror=alert(1)>${1+1}{{value}}"


@pytest.fixture
def bar(page: Page) -> Page:
    page.locator("#model-bar").get_by_text("Model:").first.click()
    expect(page.get_by_label("Compare with")).to_be_visible()
    return page


def choose(page: Page, label: str, model: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(model)
    box.press("Enter")


def test_the_bar_says_what_is_loaded(bar: Page) -> None:
    expect(bar.locator("#model-status")).to_contain_text("bert encoder of 2 layers", timeout=60_000)
    expect(bar.locator("#model-bar")).to_contain_text(f"Model: {BERT}")


def test_the_model_that_answers_is_not_compared_with_itself(bar: Page) -> None:
    choose(bar, "Compare with", str(BERT))
    expect(bar.locator("#model-status")).to_contain_text("is the model that answers already", timeout=60_000)
    expect(bar.get_by_label("Compare with", exact=True)).to_have_value("none")


def test_another_model_answers_every_tab(bar: Page) -> None:
    choose(bar, "Model", str(DEBERTA))
    expect(bar.locator("#model-status")).to_contain_text("deberta-v2 encoder", timeout=60_000)
    bar.locator("#entity-run").click()
    expect(bar.locator("#entity-status")).to_contain_text(f"model {DEBERTA}", timeout=60_000)
    bar.get_by_role("tab", name="Classification").click()
    bar.locator("#class-run").click()
    expect(bar.locator("#class-status")).to_contain_text(f"model {DEBERTA}", timeout=60_000)


def test_a_model_that_cannot_be_loaded_leaves_the_former_one(bar: Page) -> None:
    choose(bar, "Model", HOSTILE)
    expect(bar.locator("#model-status")).to_contain_text(f"no such folder: '{HOSTILE}'", timeout=60_000)
    expect(bar.locator("#model-status")).to_contain_text(f"As before: Model: {BERT}")
    # What was typed stays, to be mended.
    expect(bar.get_by_label("Model", exact=True)).to_have_value(HOSTILE)
    bar.locator("#entity-run").click()
    expect(bar.locator("#entity-status")).to_contain_text(f"model {BERT}", timeout=60_000)


@pytest.mark.parametrize(
    ("tab", "prefix"), [("Entities", "entity"), ("Classification", "class"), ("Structures", "structure")]
)
def test_two_models_answer_side_by_side(bar: Page, tab: str, prefix: str) -> None:
    choose(bar, "Compare with", str(DEBERTA))
    expect(bar.locator("#model-status")).to_contain_text("side by side", timeout=60_000)
    bar.get_by_role("tab", name=tab, exact=True).click()
    bar.locator(f"#{prefix}-run").click()
    expect(bar.locator(f"#{prefix}-first-title")).to_contain_text(str(BERT), timeout=60_000)
    expect(bar.locator(f"#{prefix}-second-title")).to_contain_text(str(DEBERTA))
    expect(bar.locator(f"#{prefix}-compared")).to_contain_text("found")
    expect(bar.locator(f"#{prefix}-first-view")).to_be_visible()
    expect(bar.locator(f"#{prefix}-second-view")).to_be_visible()
    faults = Axe().run(bar).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in faults] == []
    choose(bar, "Compare with", "none")
    expect(bar.locator(f"#{prefix}-comparison")).to_be_hidden()


def test_on_a_phone_the_two_answers_stand_below_each_other(bar: Page) -> None:
    bar.set_viewport_size({"width": 390, "height": 844})
    choose(bar, "Compare with", str(DEBERTA))
    expect(bar.locator("#model-status")).to_contain_text("side by side", timeout=60_000)
    bar.locator("#entity-run").click()
    expect(bar.locator("#entity-second-title")).to_contain_text(str(DEBERTA), timeout=60_000)
    assert bar.evaluate("document.documentElement.scrollWidth") <= 390
