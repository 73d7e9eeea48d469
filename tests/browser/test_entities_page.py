"""Whole flows through the Entities tab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
ALL_SPANS = "Everything that reaches the threshold (allow)"
SPANS = """chips => chips.map(({dataset: d}) => ({
    start: Number(d.start), end: Number(d.end), label: d.label, surface: d.surface, score: Number(d.score)}))"""
SHOWN = "box => [...box.childNodes].filter(n => n.tagName !== 'BUTTON').map(n => n.textContent).join('')"
HOSTILE = (
    '<img src=x onerror="window.PWNED=1"> ${window.PWNED=2} `${window.PWNED=3}` {{value}} </div>'
    "<script>window.PWNED=4</script> C:\\new\\table"
)


def view(page: Page) -> Locator:
    return page.get_by_role("region", name="Text with entities")


def ask(page: Page, text: str, labels: str, *, threshold: str = "0", policy: str | None = ALL_SPANS) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_label("Labels to find").fill(labels)
    page.get_by_role("spinbutton", name="Threshold").fill(threshold)
    if policy:
        page.get_by_label("Overlapping spans").click()
        page.get_by_role("option", name=policy).click()


def run(page: Page, text: str) -> list[dict[str, Any]]:
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").click()
    return result(page, text)


def result(page: Page, text: str) -> list[dict[str, Any]]:
    page.wait_for_function(f"text => ({SHOWN})(document.querySelector('.sv-text')) === text", arg=text, timeout=60_000)
    return view(page).get_by_role("button").evaluate_all(SPANS)


@pytest.mark.parametrize("text", ["🎉 Zoë 👩‍👩‍👧 of the Bank of England\nmet 北京大学 staff 🇬🇧 in London.", HOSTILE])
def test_spans_are_exact_overlap_and_run_nothing(page: Page, text: str) -> None:
    ask(page, text, "person\norganization\n<b>${window.PWNED=5}</b>")
    spans = run(page, text)
    assert len(spans) > 20
    assert all(text[span["start"] : span["end"]] == span["surface"] != "" for span in spans)
    assert any(a["start"] < b["start"] < a["end"] < b["end"] for a in spans for b in spans), "no crossing spans"
    places = [(span["start"], span["end"]) for span in spans]
    assert len(set(places)) < len(places), "no span with two labels"
    assert page.evaluate("window.PWNED") is None
    chip = view(page).get_by_role("button").first
    chip.focus()
    first = spans[0]
    expect(page.locator(".sv-detail")).to_contain_text(f"characters {first['start']}–{first['end']}")
    expect(page.locator(".sv-detail")).to_contain_text(f"{100 * first['score']:.0f}")


def test_every_view_of_the_result_says_the_same(page: Page) -> None:
    text = "Tim Cook met Zoë in Paris 🎉 today."
    ask(page, text, "person @ 40%\nplace: Cities", threshold="0.5")
    spans = run(page, text)
    page.get_by_role("tab", name="JSON").click()
    answer = json.loads(page.get_by_role("region", name="Everything the model said").inner_text())
    assert {(one["start"], one["end"], one["label"]) for one in answer["entities"]} == {
        (span["start"], span["end"], span["label"]) for span in spans
    }
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_role("region", name="The same from Python")).to_contain_text("GLiNER2.from_pretrained(")
    page.get_by_role("tab", name="Table").click()
    for name in ("Label", "Text", "Start", "End", "Confidence"):
        expect(page.get_by_role("columnheader", name=name).first).to_be_visible()
    expect(page.locator("#entity-status")).to_contain_text(f"{len(spans)} entit")
    expect(page.locator("#entity-status")).to_contain_text("ms")


def test_the_keyboard_is_enough(page: Page) -> None:
    box = page.get_by_label("Text", exact=True)
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Zoë in Rome")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("place @ 0")
    page.keyboard.press("Control+Enter")
    assert result(page, "Zoë in Rome")


@pytest.mark.parametrize(
    ("text", "labels", "words"),
    [("  ", "person", "Type or paste a text first"), ("x", "", "at least one label"), ("x", "a\nb @ 7", "@7 in line 2")],
)
def test_wrong_input_gets_words(page: Page, text: str, labels: str, words: str) -> None:
    ask(page, text, labels, policy=None)
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").click()
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible(timeout=60_000)


def test_an_example_runs_at_once(page: Page) -> None:
    page.get_by_role("button", name="Recipe").click()
    expect(page.locator("#entity-status")).to_contain_text("words", timeout=60_000)
    expect(page.get_by_label("Text", exact=True)).to_have_value(page.locator(".sv-text").evaluate(SHOWN))
    expect(page.locator(".sv-legend")).to_contain_text("ingredient")


def test_a_file_gives_two_downloads(page: Page, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('id,body\n1,"=Tim 🎉 in Paris"\n2\n3,Zoë\n', encoding="utf-8")
    ask(page, "x", "person\nplace")
    page.get_by_role("button", name="Many texts from a file").click()
    page.locator("#entity-file-in input[type=file]").set_input_files(source)
    column = page.get_by_label("Column that holds the text")
    expect(column).to_be_visible(timeout=60_000)
    column.click()
    page.get_by_role("option", name="body").click()
    page.get_by_role("button", name="Find entities in the file").click()
    expect(page.locator("#entity-file-status")).to_contain_text("Done.", timeout=60_000)
    expect(page.locator("#entity-file-status")).to_contain_text("line 3: 1 value for 2 columns")
    downloads = []
    for name in ("entities.jsonl", "entities.csv"):
        with page.expect_download() as download:
            page.locator(f"#entity-file-out a[download='{name}']").first.click()
        downloads.append(Path(download.value.path()).read_text(encoding="utf-8-sig"))
    lines = [json.loads(line) for line in downloads[0].splitlines()]
    assert [line["text"] for line in lines] == ["=Tim 🎉 in Paris", "Zoë"]
    spans = [(line["text"], span) for line in lines for found in line["result"]["entities"].values() for span in found]
    assert spans
    assert all(text[span["start"] : span["end"]] == span["text"] for text, span in spans)
    assert ",'=Tim" in downloads[1]


def test_a_file_run_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Tim met Zoë in Paris.\n" * 9_000, encoding="utf-8")
    ask(page, "x", "person", threshold="0.5")
    page.get_by_role("button", name="Many texts from a file").click()
    page.locator("#entity-file-in input[type=file]").set_input_files(source)
    expect(page.locator("#entity-file-status")).to_contain_text("Ready", timeout=60_000)
    page.get_by_role("button", name="Find entities in the file").click()
    page.get_by_role("button", name="Cancel").click(timeout=60_000)
    expect(page.locator("#entity-file-status")).to_contain_text("Stopped", timeout=60_000)
    expect(page.locator("#entity-file-out a[download]").first).to_be_visible()


def test_another_file_ends_the_run_of_the_former_one(page: Page, tmp_path: Path) -> None:
    long, short = tmp_path / "long.txt", tmp_path / "short.txt"
    long.write_text("Tim met Zoë in Paris.\n" * 9_000, encoding="utf-8")
    short.write_text("Only this one in Oslo.\n", encoding="utf-8")
    ask(page, "x", "person", threshold="0.5")
    page.get_by_role("button", name="Many texts from a file").click()
    page.locator("#entity-file-in input[type=file]").set_input_files(long)
    status, run = page.locator("#entity-file-status"), page.get_by_role("button", name="Find entities in the file")
    expect(status).to_contain_text("Ready", timeout=60_000)
    run.click()
    expect(status).to_contain_text("of the file", timeout=60_000)
    expect(run).to_be_disabled()
    page.locator("#entity-file-in button[aria-label='Clear']").click()
    expect(status).to_contain_text("The run of the file before was stopped.", timeout=60_000)
    page.locator("#entity-file-in input[type=file]").set_input_files(short)
    expect(run).to_be_enabled(timeout=60_000)
    expect(status).to_contain_text("Ready to run: ")
    run.click()
    expect(status).to_contain_text("Done. 1 text,", timeout=60_000)
    with page.expect_download() as download:
        page.locator("#entity-file-out a[download='entities.jsonl']").first.click()
    assert [json.loads(line)["text"] for line in Path(download.value.path()).read_text().splitlines()] == [
        "Only this one in Oslo."
    ]


def test_a_phone_needs_no_sideways_scrolling(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    text = "🎉 Zoë of the Bank of England met Tim. " + "unbroken" * 20
    ask(page, text, "person\norganization\n" + "long" * 30)
    run(page, text)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    labels, output = page.get_by_label("Labels to find").bounding_box(), view(page).bounding_box()
    assert labels is not None
    assert output is not None
    assert output["y"] > labels["y"] + labels["height"]


def test_nothing_jumps_when_the_result_comes(page: Page) -> None:
    before = page.locator("#entity-run").bounding_box()
    ask(page, "Zoë", "person", policy=None)
    run(page, "Zoë")
    assert page.locator("#entity-run").bounding_box() == before


def test_a_result_is_sent_to_the_corrections(page: Page) -> None:
    page.locator("#entity-send").click()
    expect(page.locator("#entity-sent")).to_contain_text("Run first")
    page.locator("#entity-run").click()
    expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=60_000)
    page.locator("#entity-send").click()
    expect(page.locator("#entity-sent")).to_contain_text("of project “default”")
    expect(page.locator("#entity-sent")).to_contain_text("Stored as record")


def test_a_list_of_choices_closes_when_tab_leaves_it(page: Page) -> None:
    policy = page.get_by_role("combobox", name="Overlapping spans")
    policy.focus()
    expect(page.get_by_role("listbox")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(policy).to_have_value("Best ones, no overlap within a label")


def test_a_result_says_when_a_choice_or_the_threshold_has_changed(page: Page) -> None:
    stale, text = page.locator("#entity-status .wb-stale"), "Zoë flew to Rome"
    ask(page, text, "person", threshold="0.2")
    run(page, text)
    expect(stale).to_have_count(0)
    page.get_by_label("Overlapping spans").click()
    page.get_by_role("option").first.click()
    expect(stale).to_have_count(1)
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").click()
    expect(stale).to_have_count(0)
    page.locator("#entity-threshold").get_by_role("button").click()
    expect(stale).to_have_count(1)


def test_an_emptied_threshold_stays_empty_and_is_told(page: Page) -> None:
    box = page.get_by_role("spinbutton", name="Threshold")
    box.fill("")
    page.get_by_label("Labels to find").click()
    page.wait_for_timeout(300)
    expect(box).to_have_value("")
    page.get_by_role("button", name="Find entities (Ctrl+Enter)").click()
    expect(page.locator("#entity-status")).to_contain_text("The threshold is empty. Type a number from 0 to 1.")
