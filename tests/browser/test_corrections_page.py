"""Correcting in a browser: by keyboard alone, by mouse, with undo, through a reload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from storage import AnnotationStore, Checkpoint, Output
from storage.outputs import EntitySpan
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser
SCHEMA = {
    "entities": {"person": {}, "city": {}, "organization": {}},
    "classifications": [{"task": "tone", "labels": ["warm", "cold"]}],
}
TEXT = "🎉 Ann Lee of the University of Oxford met Bob in Oxford <b>${1+1}</b>"
CITY = TEXT.index("Oxford")
MIDDLE_OF_BOB = """() => {
  const walker = document.createTreeWalker(document.querySelector('.se-text'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf('Bob');
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at + 1);
    range.setEnd(node, at + 2);
    const found = range.getBoundingClientRect();
    return [found.left, found.right, found.top + found.height / 2];
  }
}"""
"""Left, right and height of the “o”."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corrections") / "c.sqlite3"


@pytest.fixture(scope="module")
def served(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), "--db", str(database)) as address:
        yield address


@pytest.fixture
def tab(chromium: Browser, served: str, database: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The Corrections tab with three records of a project of the test's own."""
    project = request.node.name[:60]
    store = AnnotationStore(database)
    for number in (1, 2, 3):
        span = EntitySpan(start=2, end=9, label="person", score=0.5 + number / 10)
        store.add_prediction(project, f"{TEXT} {number}", SCHEMA, Output(entities=(span,)), Checkpoint("m"))
    store.close()
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(served)
    open_project(page, project)
    yield page
    context.close()
    assert errors == []


def open_project(page: Page, project: str) -> None:
    page.get_by_role("tab", name="Corrections").click()
    box = page.get_by_label("Project")
    expect(box).to_be_visible(timeout=60_000)
    expect(page.locator("#corrections-counts")).to_contain_text("record", timeout=60_000)
    box.click()
    page.get_by_role("option", name=project, exact=True).click()
    expect(page.locator("#corrections-counts")).to_contain_text("3 records")
    expect(page.locator(".se-text")).to_contain_text("Ann Lee")


def spans(page: Page) -> list[tuple[str, int, int]]:
    found: list[dict[str, Any]] = page.evaluate(
        "() => [...document.querySelectorAll('.se-chip')].map((one) => ({...one.dataset}))"
    )
    return sorted((one["label"], int(one["start"]), int(one["end"])) for one in found)


def stored(database: Path, project: str, name: str = "me") -> list[tuple[str, Output]]:
    store = AnnotationStore(database)
    found = [(one.text, one.head.output) for one in store.annotated(project) if one.head is not None]
    store.close()
    return found


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_record_is_corrected_by_keyboard_alone(tab: Page, database: Path) -> None:
    tab.locator(".se-text").focus()
    press(tab, "]", ".", ".", ".", ".")  # the person begins four characters later: “Lee”
    assert spans(tab) == [("person", 6, 9)]
    press(tab, "Control+z", "Control+z", "Control+z", "Control+z", "Control+y", "Control+z")
    assert spans(tab) == [("person", 2, 9)]
    press(tab, "Escape", "Home", *["Control+ArrowRight"] * 4, "ArrowRight", *["Control+Shift+ArrowRight"] * 3, "3")
    university = TEXT.index("University")
    assert ("organization", university, CITY + 6) in spans(tab)
    press(tab, "Shift+Control+ArrowLeft", "2")  # nested: Oxford inside the university
    assert ("city", CITY, CITY + 6) in spans(tab)
    press(tab, "]", "]")
    tab.locator("[data-choice='0 1']").focus()
    press(tab, "Space")
    press(tab, "Control+Enter")
    expect(tab.locator("#corrections-status")).to_contain_text("submitted. Record", timeout=30_000)
    ((text, output),) = stored(database, "test_a_record_is_corrected_by_keyboard_alone"[:60])
    assert text == f"{TEXT} 1"
    assert {(one.label, one.start, one.end, one.source) for one in output.entities} == {
        ("person", 2, 9, "model"),
        ("organization", university, CITY + 6, "human"),
        ("city", CITY, CITY + 6, "human"),
    }
    assert [(one.task, one.chosen) for one in output.classifications] == [("tone", ("cold",))]


def test_every_occurrence_and_a_reload(tab: Page, database: Path, served: str) -> None:
    tab.locator(".se-text").focus()
    press(tab, "Home", *["Control+ArrowRight"] * 7, *["Control+Shift+ArrowLeft"])
    tab.get_by_role("button", name="2 city").click()
    press(tab, "e")
    second = TEXT.index("Oxford", CITY + 1)
    assert [one for one in spans(tab) if one[0] == "city"] == [("city", CITY, CITY + 6), ("city", second, second + 6)]
    expect(tab.locator("#corrections-status")).to_contain_text("Draft of record")
    tab.reload()
    open_project(tab, "test_every_occurrence_and_a_reload")
    assert len([one for one in spans(tab) if one[0] == "city"]) == 2
    expect(tab.locator("#corrections-status")).to_contain_text("your draft version")


def test_dragging_snaps_to_words(tab: Page) -> None:
    ends = tab.evaluate(MIDDLE_OF_BOB)
    tab.mouse.move(ends[0], ends[2])
    tab.mouse.down()
    tab.mouse.move(ends[1], ends[2], steps=4)
    tab.mouse.up()
    tab.keyboard.press("1")
    at = TEXT.index("Bob")
    assert ("person", at, at + 3) in spans(tab)


def test_fast_hands_lose_nothing(tab: Page, database: Path) -> None:
    """Edits and submits that follow each other at once arrive in order."""
    tab.locator(".se-text").focus()
    for number in (1, 2, 3):
        expect(tab.locator(".se-text")).to_contain_text(f" {number}", timeout=30_000)
        tab.locator(".se-text").focus()
        press(tab, "]", "2", "Control+Enter")
        expect(tab.locator("#corrections-counts")).to_contain_text(f"{number} submitted", timeout=30_000)
    expect(tab.locator("#corrections-status")).to_contain_text("Everything here is done")
    found = stored(database, "test_fast_hands_lose_nothing")
    assert [[one.label for one in output.entities] for _, output in found] == [["city"]] * 3


def test_an_earlier_version_is_brought_back(tab: Page) -> None:
    tab.locator(".se-text").focus()
    press(tab, "]", "2")
    expect(tab.locator("#corrections-status")).to_contain_text("version 1")
    press(tab, "Delete")
    expect(tab.locator("#corrections-status")).to_contain_text("version 2")
    tab.locator("#corrections-history").get_by_text("Versions of this record").click()
    tab.get_by_label("Saved versions, newest first").click()
    tab.get_by_role("option", name="1 · draft").click()
    tab.locator("#corrections-bring-back").click()
    expect(tab.locator("#corrections-status")).to_contain_text("Version 1 is back")
    assert spans(tab) == [("city", 2, 9)]


def test_submitted_records_leave_as_training_data(tab: Page, tmp_path: Path) -> None:
    tab.locator("#corrections-export").get_by_text("Export").first.click()
    tab.locator("#corrections-export-run").click()
    status = tab.locator("#corrections-export-status")
    expect(status).to_contain_text("has no submitted record yet")
    tab.locator(".se-text").focus()
    press(tab, "Control+Enter")
    expect(tab.locator("#corrections-status")).to_contain_text("submitted. Record", timeout=30_000)
    tab.locator("#corrections-export-run").click()
    expect(status).to_contain_text("1 record (", timeout=30_000)
    with tab.expect_download() as download:
        tab.locator("#corrections-archive a").first.click()
    path = tmp_path / "export.zip"
    download.value.save_as(path)
    with ZipFile(path) as archive:
        lines = b"".join(archive.read(f"{split}.jsonl") for split in ("train", "dev", "test")).splitlines()
    (record,) = [json.loads(line) for line in lines]
    assert record["output"]["entities"]["person"] == [{"text": TEXT[2:9], "start": 2, "end": 9}]
    tab.get_by_label("Only those of").fill("Zoë")
    tab.locator("#corrections-export-run").click()
    expect(status).to_contain_text("no submitted record with annotator 'Zoë'")


def test_what_a_document_holds_stays_text(tab: Page) -> None:
    assert tab.locator(".se-text b").count() == tab.locator(".se-chip b").count()
    expect(tab.locator(".se-text")).to_contain_text("<b>${1+1}</b>")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_hard_to_reach(tab: Page, served: str, theme: str) -> None:
    tab.goto(f"{served}/?__theme={theme}")
    open_project(tab, f"test_nothing_is_hard_to_reach[{theme}]"[:60])
    faults = Axe().run(tab).response["violations"]
    assert json.dumps([(one["id"], one["nodes"][0]["html"]) for one in faults]) == "[]"


def test_a_phone_needs_no_sideways_scrolling(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    expect(tab.locator("#corrections-submit")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_texts_are_imported_read_by_the_model_and_shown(tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("Ann 🎉 flew to Rome\n\nBob stayed <b>here</b>\n", encoding="utf-8")
    tab.get_by_label("Project").fill("zoo")
    tab.keyboard.press("Enter")
    tab.locator("#corrections-import button").first.click()
    tab.locator("#corrections-import-run").click()
    expect(tab.locator("#corrections-import-status")).to_contain_text("Choose a file first")
    tab.locator("#corrections-import-file input[type=file]").set_input_files(path)
    expect(tab.locator("#corrections-import-file")).to_contain_text("in.txt")
    tab.locator("#corrections-import-run").click()
    expect(tab.locator("#corrections-import-status")).to_contain_text("2 records added to “zoo”", timeout=30_000)
    tab.locator("#corrections-read").click()
    expect(tab.locator("#corrections-read-status")).to_contain_text("2 of 2 records read", timeout=60_000)
    expect(tab.locator("#corrections-read-stop")).to_be_hidden()
    tab.locator("#corrections-open").click()
    expect(tab.locator("#corrections-status")).to_contain_text("predicted by", timeout=30_000)
    expect(tab.locator(".se-text")).to_contain_text("Ann 🎉 flew to Rome")


def test_leaving_the_project_box_keeps_what_is_being_edited(tab: Page) -> None:
    box = tab.locator("#corrections-project input")
    box.focus()
    tab.locator(".se-text").focus()
    press(tab, "]", ".", ".", ".", ".")
    assert spans(tab) == [("person", 6, 9)]
    box.focus()
    tab.locator("#corrections-annotator textarea, #corrections-annotator input").focus()
    tab.wait_for_timeout(1_500)
    assert spans(tab) == [("person", 6, 9)]


def test_the_model_is_measured_by_what_is_submitted(tab: Page) -> None:
    tab.get_by_role("button", name="How good is the model").click()
    tab.locator("#quality-compute").click()
    expect(tab.locator("#quality-tables")).to_contain_text("has no submitted records yet")
    tab.locator(".se-text").focus()
    press(tab, "]", ".", ".", ".", ".")  # the person is “Lee” alone
    tab.locator("#corrections-submit").click()
    expect(tab.locator("#corrections-status")).to_contain_text("submitted")
    tab.locator("#quality-compute").click()
    expect(tab.locator("#quality-tables")).to_contain_text("1 record, read by m. Too few to tell")
    row = tab.locator("#quality-tables tr", has_text="person").locator("th, td")
    assert row.all_inner_texts() == ["person", "1", "1", "0.0", "0.0", "0.0"]
    expect(tab.locator("#quality-sweep canvas, #quality-sweep svg").first).to_be_visible()
    assert Axe().run(tab, "#quality").response["violations"] == []


def test_predictions_stay_hidden_in_blind_correction(tab: Page, database: Path, request: pytest.FixtureRequest) -> None:
    tab.get_by_role("button", name="Blind correction").click()
    share = tab.locator("#corrections-blind input[type=number]")
    expect(share).to_be_visible()
    tab.wait_for_timeout(500)  # A box that has just appeared is filled once more with its first value.
    share.fill("100")
    share.press("Tab")
    expect(share).to_have_value("100")
    tab.locator("#corrections-open").click()
    expect(tab.locator("#corrections-status")).to_contain_text("its prediction is hidden")
    assert spans(tab) == []
    tab.locator("#corrections-submit").click()
    expect(tab.locator("#corrections-status")).to_contain_text("submitted")
    assert stored(database, request.node.name[:60])[0][1].entities == ()


def test_a_label_is_renamed_over_the_project_and_back(tab: Page) -> None:
    tab.get_by_role("button", name="Rename, merge or delete a label").click()
    change = tab.locator("#labels-change")
    expect(change).to_be_disabled()
    tab.locator("#labels-label input").click()
    tab.get_by_role("option", name="person", exact=True).click()
    tab.get_by_label("Becomes").fill("human")
    tab.locator("#labels-preview").click()
    expect(tab.locator("#labels-status")).to_contain_text("“person” becomes “human”: in 3 records")
    expect(change).to_be_enabled()
    tab.get_by_label("Becomes").press("End")
    tab.get_by_label("Becomes").press_sequentially(" being")
    expect(change).to_be_disabled()
    tab.locator("#labels-preview").click()
    expect(change).to_be_enabled()
    change.click()
    expect(tab.locator("#labels-status")).to_contain_text("Done. “person” becomes “human being”")
    expect(tab.locator(".se-palette")).to_contain_text("human being")
    assert spans(tab) == [("human being", 2, 9)]
    tab.locator("#labels-undo").click()
    expect(tab.locator("#labels-status")).to_contain_text("“person” is back")
    expect(tab.locator(".se-palette")).not_to_contain_text("human being")
    assert spans(tab) == [("person", 2, 9)]
    assert Axe().run(tab, "#labels").response["violations"] == []


def test_every_occurrence_in_the_queue_is_labelled_and_undone(tab: Page) -> None:
    tab.locator("#corrections-submit").click()
    expect(tab.locator("#corrections-status")).to_contain_text("submitted. Record")
    tab.get_by_role("button", name="Label every occurrence in the queue").click()
    tab.locator("#every-words textarea, #every-words input").first.fill("Oxford")
    tab.locator("#every-preview").click()
    expect(tab.locator("#every-status")).to_contain_text("Choose the label")
    tab.locator("#every-label input").click()
    tab.get_by_role("option", name="city", exact=True).click()
    expect(tab.locator("#every-change")).to_be_disabled()
    tab.locator("#every-preview").click()
    expect(tab.locator("#every-status")).to_contain_text(
        "gets the label “city” 4 times in 2 records of this queue, as drafts"
    )
    expect(tab.locator("#every-status li")).to_have_count(4)
    tab.locator("#every-change").click()
    expect(tab.locator("#every-status")).to_contain_text("Done. “Oxford” gets the label “city” 4 times")
    expect(tab.locator("#corrections-counts")).to_contain_text("2 drafts")
    expect(tab.locator(".se-chip[data-label='city']")).to_have_count(2)
    tab.locator("#every-undo").click()
    expect(tab.locator("#every-status")).to_contain_text("2 records are as before, as drafts")
    expect(tab.locator(".se-chip[data-label='city']")).to_have_count(0)
