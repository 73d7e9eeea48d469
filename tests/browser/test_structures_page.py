"""Whole flows through the Structures tab, and schemas that are saved, loaded and shared on every tab."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from gliner2_core import Schema
from tests.browser.test_entities_page import HOSTILE

pytestmark = pytest.mark.browser
VALUES = "nodes => nodes.map(({dataset: d}) => [d.name, d.text, d.start === undefined ? null : Number(d.start)])"


@pytest.fixture
def tab(page: Page) -> Page:
    return opened(page)


def opened(page: Page) -> Page:
    page.get_by_role("tab", name="Structures").click()
    expect(structure(page, 1).first).to_be_visible()
    return page


def structure(tab: Page, number: int) -> Locator:
    return tab.locator("#structure-cards").get_by_role("group", name=f"Structure {number}")


def run(tab: Page, text: str) -> list[list[Any]]:
    tab.locator("#structure-text textarea").fill(text)
    tab.evaluate("document.querySelectorAll('.rv-text > *').forEach(node => { node.dataset.old = 1 })")
    tab.evaluate("document.querySelector('.rv-text').append(Object.assign(document.createElement('i'), {className: 'old'}))")
    tab.get_by_role("button", name="Fill structures (Ctrl+Enter)").click()
    return result(tab)


def result(tab: Page) -> list[list[Any]]:
    expect(tab.locator(".rv-text .old")).to_have_count(0, timeout=60_000)
    return tab.locator("#structure-records .rv-value").evaluate_all(VALUES)


def specs(tab: Page) -> Locator:
    tab.get_by_role("tab", name="Field specs").click()
    return tab.get_by_label("Structures as field specs")


def form(tab: Page) -> None:
    tab.get_by_role("tab", name="Form", exact=True).click()


def legends(tab: Page) -> list[str]:
    return tab.locator("#structure-cards legend").all_inner_texts()


def test_structures_are_built_by_hand_and_filled(tab: Page) -> None:
    while structure(tab, 1).count():
        structure(tab, 1).locator("> .cl-foot [data-act=remove]").click()
    tab.get_by_role("button", name="Add a structure").click()
    tab.keyboard.type("trip")
    first = structure(tab, 1)
    first.get_by_label("Field", exact=True).fill("city")
    first.get_by_role("group", name="Field 1: city").get_by_label("Threshold").fill("0")
    first.get_by_role("button", name="Duplicate: Field 1: city").click()
    expect(tab.get_by_role("group", name="Field 2: city copy")).to_be_visible()
    second = first.get_by_role("group", name="Field 2")
    second.get_by_label("Field", exact=True).fill("mood")
    second.get_by_text("Choices and rules").click()
    second.get_by_label("Choices").fill("calm, wild")
    found = run(tab, "Zoë 🎉 flew to Rome")
    text = "Zoë 🎉 flew to Rome"
    assert {name for name, _, _ in found} <= {"city", "mood"}
    for name, value, start in found:
        assert value in {"calm", "wild"} if name == "mood" else text[start : start + len(value)] == value
    expect(tab.locator("#structure-status")).to_contain_text("in one forward pass")
    assert specs(tab).input_value() == "trip\n  city::list\n  mood::[calm|wild]::list"


def test_a_value_shows_its_place(tab: Page) -> None:
    specs(tab).fill("thing\n  name::list")
    form(tab)
    tab.get_by_role("slider", name="Threshold").first.focus()
    expect(tab.get_by_role("group", name="Field 1: name")).to_be_visible()
    tab.locator("#structure-threshold input[type=number]").fill("0")
    found = [one for one in run(tab, "Zoë 🎉 flew to Rome") if one[2] is not None]
    assert found
    button = tab.locator("#structure-records button.rv-value").first
    button.focus()
    active = "".join(tab.locator(".rv-segment.rv-active").all_inner_texts())
    assert active == button.get_attribute("data-text")
    expect(tab.locator(".rv-detail")).to_contain_text("characters")


def test_json_specs_and_form_stay_in_step(tab: Page) -> None:
    specs(tab).fill("order\n  number::str\n  state::[open|shut]::str\nbuyer\n  name")
    form(tab)
    expect(tab.get_by_role("group", name="Structure 2: buyer")).to_be_visible()
    assert legends(tab) == ["Structure 1: order", "Field 1: number", "Field 2: state", "Structure 2: buyer", "Field 1: name"]
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    box = tab.get_by_label("Schema as JSON")
    data = json.loads(box.input_value())
    assert list(data["structures"]) == ["order", "buyer"]
    del data["structures"]["order"]
    box.fill(json.dumps({**data, "entities": ["person"]}))
    form(tab)
    expect(tab.get_by_role("group", name="Structure 1: buyer")).to_be_visible()
    assert legends(tab) == ["Structure 1: buyer", "Field 1: name"]
    assert specs(tab).input_value() == "buyer\n  name::list"


def test_nothing_runs_while_a_text_is_newer_than_the_form_and_cannot_be_read(tab: Page) -> None:
    before = legends(tab)
    specs(tab).fill("order\n  number::[open")
    expect(tab.locator("#structure-spec-status")).to_contain_text("Line 2")
    form(tab)
    expect(tab.locator("#structure-draft")).to_be_visible()
    for button, status in (("run", "status"), ("save", "schema-status"), ("share", "schema-status")):
        tab.locator(f"#structure-{button}").click()
        expect(tab.locator(f"#structure-{status}")).to_contain_text("newer than the form", timeout=60_000)
    tab.locator("#structure-draft-discard").click()
    expect(tab.locator("#structure-draft")).not_to_contain_text("newer")
    expect(tab.locator("#structure-draft-discard")).to_be_hidden()
    assert legends(tab) == before
    assert specs(tab).input_value().splitlines()[0] == "property"
    tab.locator("#structure-run").click()
    expect(tab.locator("#structure-status")).to_contain_text("in one forward pass", timeout=60_000)


def test_a_text_that_cannot_be_read_changes_nothing_and_says_where(tab: Page) -> None:
    before = legends(tab)
    specs(tab).fill("order\n  number::[open")
    expect(tab.locator("#structure-spec-status")).to_contain_text("Line 2")
    expect(tab.locator("#structure-draft")).to_contain_text("“Field specs” is newer")
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    tab.get_by_label("Schema as JSON").fill('{"structures": {"a": {"fields": []}}}')
    expect(tab.locator("#structure-json-status")).to_contain_text("structures.a.fields: at least one field is needed")
    expect(tab.locator("#structure-draft")).to_contain_text("“JSON” is newer")
    form(tab)
    assert legends(tab) == before


def test_pasted_specs_reach_the_form(tab: Page) -> None:
    box = specs(tab)
    box.fill("")
    box.focus()
    tab.keyboard.insert_text('{"visit": ["doctor::str", "date"]}')
    form(tab)
    expect(tab.get_by_role("group", name="Structure 1: visit")).to_be_visible()


def test_an_example_asks_everything_in_one_pass(tab: Page) -> None:
    tab.get_by_role("button", name="News, composed").click()
    expect(tab.locator("#structure-status")).to_contain_text("2 classifications in one forward pass", timeout=60_000)
    # The folded part opens, so that nobody overlooks what is asked.
    expect(tab.get_by_label("Relations")).to_be_visible()
    expect(tab.get_by_label("Relations")).to_have_value("works for")
    expect(tab.get_by_role("group", name="Task 2: sentiment")).to_be_visible()
    assert "announcement\n  company::str" in specs(tab).input_value()


def test_hostile_words_are_shown_as_typed_and_run_nothing(tab: Page) -> None:
    structure(tab, 1).get_by_label("Structure", exact=True).fill(HOSTILE)
    field = tab.locator("#structure-cards").get_by_label("Field", exact=True).first
    field.fill("<b>${window.PWNED=6}</b> {{value}}")
    run(tab, HOSTILE)
    expect(tab.locator("#structure-records h3").first).to_contain_text(HOSTILE)
    assert tab.evaluate("window.PWNED") is None


def test_a_schema_is_saved_and_loaded_again(tab: Page, tmp_path: Path) -> None:
    specs(tab).fill("order\n  number::str")
    expect(tab.locator("#structure-spec-status")).to_contain_text("In step")
    form(tab)
    expect(tab.get_by_role("group", name="Structure 1: order")).to_be_visible()
    with tab.expect_download() as started:
        tab.get_by_role("button", name="Save schema").last.click()
    saved = tmp_path / started.value.suggested_filename
    started.value.save_as(saved)
    assert Schema.from_json(saved.read_text(encoding="utf-8")).to_dict() == {
        "structures": {"order": {"fields": [{"name": "number", "dtype": "str"}]}}
    }
    tab.get_by_role("button", name="Prescription", exact=True).click()
    expect(tab.get_by_role("group", name="Structure 1: prescription")).to_be_visible()
    with tab.expect_file_chooser() as chooser:
        tab.locator("#structure-load").click()
    chooser.value.set_files(saved)
    expect(tab.get_by_role("group", name="Structure 1: order")).to_be_visible()
    expect(tab.locator("#structure-schema-status")).to_contain_text("“schema.json” is loaded")


def test_a_link_reopens_text_and_schema_but_no_result(page: Page, url: str) -> None:
    page.locator("#entity-text textarea").fill("Zoë 🎉 in <b>Rome</b>")
    page.locator("#entity-labels textarea").fill("city: where @ 0.3\nperson")
    page.locator("#entity-share").click()
    expect(page.locator("#entity-schema-status")).to_contain_text("The link is copied and in the address bar")
    link = page.url
    assert link.startswith(f"{url}/#w1.")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#wb-opened")).to_contain_text("Opened from a link", timeout=60_000)
    expect(page.locator("#entity-text textarea")).to_have_value("Zoë 🎉 in <b>Rome</b>")
    expect(page.locator("#entity-labels textarea")).to_have_value("city: where @ 0.3\nperson")
    expect(page.locator(".sv-chip")).to_have_count(0)
    page.goto("about:blank")
    page.goto(link[:-8])
    expect(page.get_by_role("alert")).to_contain_text("This link is damaged", timeout=60_000)


def test_a_link_opens_the_tab_it_was_made_on(tab: Page) -> None:
    structure(tab, 1).get_by_label("Structure", exact=True).fill("gadget")
    tab.locator("#structure-share").click()
    expect(tab.locator("#structure-schema-status")).to_contain_text("The link is copied")
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    expect(tab.get_by_role("group", name="Structure 1: gadget")).to_be_visible(timeout=60_000)
    expect(tab.get_by_role("button", name="Fill structures (Ctrl+Enter)")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_checker_finds_nothing(page: Page, url: str, theme: str) -> None:
    page.goto(f"{url}/?__theme={theme}")
    tab = opened(page)
    tab.locator("#structure-cards summary").first.click()
    tab.locator("#structure-also button").first.click()
    run(tab, "A text")
    for name in ("Records", "Probabilities", "JSON", "Field specs"):
        tab.get_by_role("tab", name=name, exact=True).first.click()
        violations = Axe().run(tab).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def test_a_phone_shows_it_all_without_scrolling_sideways(page: Page) -> None:
    tab = opened(page)
    page.set_viewport_size({"width": 390, "height": 844})
    run(tab, "A text")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("kind", ["card", "JSON", "Field specs"])
def test_a_run_asks_for_what_was_typed_a_moment_ago(tab: Page, kind: str) -> None:
    tab.locator("#structure-threshold input[type=number]").fill("0")
    if kind == "card":
        box, words = tab.locator("#structure-cards").get_by_label("Structure", exact=True).first, "voyage"
    else:
        tab.get_by_role("tab", name=kind, exact=True).first.click()
        box = tab.locator(f"#structure-{'schema-json' if kind == 'JSON' else 'specs'} textarea")
        words = '{"structures": {"voyage": {"fields": ["city"]}}}' if kind == "JSON" else "voyage\n  city"
    # In one step of the page's own script, because Playwright is slower than the page.
    box.evaluate(
        """(box, words) => {
          box.focus();
          box.value = words;
          box.dispatchEvent(new Event('input', { bubbles: true }));
          box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
        }""",
        words,
    )
    expect(tab.locator("#structure-status")).to_contain_text("in one forward pass", timeout=60_000)
    expect(tab.locator("#structure-records h3").first).to_contain_text("voyage")
    expect(tab.locator("#structure-status .wb-stale")).to_have_count(0)


def test_the_texts_show_what_an_example_asks_under_a_folded_part(tab: Page) -> None:
    tab.get_by_role("button", name="News, composed").click()
    expect(tab.locator("#structure-status")).to_contain_text("2 classifications in one forward pass", timeout=60_000)
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    box = tab.get_by_label("Schema as JSON")
    assert set(json.loads(box.input_value())) == {"structures", "entities", "classifications", "relations"}
    tab.locator("#structure-undo").click()
    expect(box).not_to_have_value(re.compile("relations"))
    assert list(json.loads(box.input_value())["structures"]) == ["property"]
    form(tab)
    tab.locator("#structure-cards").get_by_label("Structure", exact=True).first.fill("estate")
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    expect(box).to_have_value(re.compile("estate"))
    assert list(json.loads(box.input_value())) == ["structures"]


def test_what_a_json_text_asks_and_the_form_cannot_hold_is_said(tab: Page) -> None:
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    tab.get_by_label("Schema as JSON").fill('{"entities": {"email": {"dtype": "str"}}}')
    expect(tab.locator("#structure-json-status")).to_contain_text("no place for: entities.email.dtype. It is left out.")
    tab.wait_for_timeout(1_000)
    expect(tab.locator("#structure-json-status")).to_contain_text("no place for: entities.email.dtype. It is left out.")


def test_what_a_pasted_json_text_asks_besides_structures_is_unfolded(tab: Page) -> None:
    tab.get_by_role("tab", name="JSON", exact=True).first.click()
    tab.get_by_label("Schema as JSON").fill('{"structures": {"visit": ["doctor"]}, "entities": ["city"]}')
    form(tab)
    expect(tab.locator("#structure-labels textarea")).to_have_value("city")
    expect(tab.locator("#structure-labels textarea")).to_be_visible()


def test_a_result_says_when_what_it_answers_has_changed(tab: Page) -> None:
    status = tab.locator("#structure-status .wb-stale")
    name = tab.locator("#structure-cards").get_by_label("Structure", exact=True).first
    run(tab, "Zoë flew to Rome")
    expect(status).to_have_count(0)
    tab.locator("#structure-cards").get_by_role("button", name="Duplicate: Field").first.click()
    expect(status).to_have_count(1)
    # Changed while the run goes on.
    tab.evaluate("document.querySelector('#structure-run').click()")
    name.evaluate("box => { box.value = 'other'; box.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(status).to_have_count(1)
    tab.wait_for_timeout(1_500)
    expect(status).to_have_count(1)
    tab.get_by_role("button", name="News, composed").click()
    expect(tab.locator("#structure-status")).to_contain_text("2 classifications in one forward pass", timeout=60_000)
    expect(status).to_have_count(0)
