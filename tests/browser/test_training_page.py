"""The loop in a browser: submitted corrections → fine-tune → plot and scores → use the new model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gliner2_core import GLiNER2
from storage import AnnotationStore
from tests.browser.conftest import serving
from tests.ui.test_training_runner import NAMES, add

NEW_LABEL = "blick"
"""Of no language: no model knows it."""
WAIT = 60_000
"""Milliseconds; the libraries of training take seconds to load on a busy machine."""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("training") / "c.sqlite3"
    store = AnnotationStore(path)
    for name in NAMES:
        for number in (2, 3):
            add(store, "pets", f"{name} has {number} cats.", NEW_LABEL)
    store.close()
    return path


@pytest.fixture(scope="module")
def served(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), "--db", str(database)) as address:
        yield address


@pytest.fixture
def tab(chromium: Browser, served: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(served)
    page.get_by_role("tab", name="Corrections").click()
    expect(page.locator("#corrections-counts")).to_contain_text("record", timeout=WAIT)
    page.get_by_role("button", name="Fine-tune a model on what is submitted").click()
    yield page
    context.close()
    assert errors == []


def test_too_few_corrections_are_told(tab: Page) -> None:
    tab.locator("#training-start").click()
    expect(tab.locator("#training-said")).to_contain_text(
        "“default” has 0 submitted records, at least 10 are needed", timeout=WAIT
    )


def test_corrections_become_a_model_that_every_tab_asks(tab: Page, tmp_path: Path) -> None:
    tab.get_by_label("Project").click()
    tab.get_by_role("option", name="pets", exact=True).click()
    expect(tab.locator("#corrections-counts")).to_contain_text("24 records", timeout=WAIT)
    # From the embedded model, with the settings chosen for so few records.
    tab.locator("#model-bar button").first.click()
    tab.locator("#model-choice input").click()
    tab.get_by_role("option", name="gliner2-mini").click()
    expect(tab.locator("#model-status")).to_contain_text("gliner2-mini", timeout=WAIT)
    tab.get_by_label("Name of the new model").fill("Cat owners")
    tab.get_by_role("button", name="Advanced settings").click()
    tab.get_by_label("Learning rate, heads").fill("7")
    tab.locator("#training-start").click()
    expect(tab.locator("#training-said")).to_contain_text("must be greater than 0 and at most 1, got “7”", timeout=WAIT)
    tab.get_by_label("Learning rate, heads").fill("")
    tab.locator("#training-start").click()
    expect(tab.locator("#training-said")).to_contain_text("Run 1 makes “Cat owners”", timeout=WAIT)
    expect(tab.locator("#training-use")).to_be_disabled()
    expect(tab.locator("#training-progress")).to_contain_text("step", timeout=WAIT)
    # The page may be closed meanwhile.
    tab.reload()
    tab.get_by_role("tab", name="Corrections").click()
    tab.get_by_role("button", name="Fine-tune a model on what is submitted").click()
    expect(tab.locator("#training-progress")).to_contain_text("is done: held-out score", timeout=4 * WAIT)
    expect(tab.locator("#training-loss canvas, #training-loss svg").first).to_be_visible()
    expect(tab.locator(".wb-scores")).to_contain_text("general entities")
    expect(tab.locator(".wb-scores")).to_contain_text("too few to tell")
    assert Axe().run(tab, "#training").response["violations"] == []

    tab.locator("#training-use").click()
    expect(tab.locator("#training-said")).to_contain_text("Every tab now asks Cat owners", timeout=WAIT)
    tab.get_by_role("tab", name="Entities").click()
    tab.get_by_label("Text", exact=True).fill("Zoe has 4 cats.")
    tab.get_by_label("Labels to find").fill(NEW_LABEL)
    tab.locator("#entity-run").click()
    expect(tab.locator("#entity-status")).to_contain_text("model Cat owners", timeout=WAIT)
    expect(tab.locator(".sv-text")).to_contain_text(f"Zoe{NEW_LABEL}")

    tab.get_by_role("tab", name="Corrections").click()
    with tab.expect_download() as download:
        tab.locator("#training-download").click()
        tab.locator("#training-archive a[download]").first.click(timeout=WAIT)
    with ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path / "model")
    model = GLiNER2.from_pretrained(tmp_path / "model")
    assert model.extract_entities("Zoe has 4 cats.", [NEW_LABEL]) == {"entities": {NEW_LABEL: ["Zoe"]}}
    assert GLiNER2.from_pretrained().extract_entities("Zoe has 4 cats.", [NEW_LABEL]) != {"entities": {NEW_LABEL: ["Zoe"]}}

    tab.get_by_label("New name").fill("Owners of cats")
    tab.locator("#training-rename").click()
    expect(tab.locator("#training-said")).to_contain_text("Renamed.", timeout=WAIT)
    expect(tab.locator("#training-runs")).to_contain_text("Owners of cats", timeout=WAIT)
    tab.locator("#training-delete").click()
    tab.locator("#training-sure").click()
    expect(tab.locator("#training-progress")).to_contain_text("No run yet.", timeout=WAIT)
