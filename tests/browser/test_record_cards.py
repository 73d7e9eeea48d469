"""Structures and relations corrected in a browser: added, filled by typing and by dragging, split, merged, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from storage import AnnotationStore, Checkpoint, Output
from storage.outputs import FieldValue, Instance, Span
from tests.browser.conftest import serving
from tests.browser.test_corrections_page import press

pytestmark = pytest.mark.browser
TEXT = "🎉 Ann, 54, has a fever; Bob, 61, has a cough. Dr. Lee treats Ann."
SCHEMA = {
    "structures": {
        "patient": {
            "fields": [
                {"name": "name", "dtype": "str"},
                {"name": "age", "dtype": "str"},
                {"name": "state", "dtype": "str", "choices": ["well", "ill"]},
                {"name": "signs", "dtype": "list"},
            ]
        }
    },
    "relations": {"treats": {}},
}
DRAG = """(word) => {
  const walker = document.createTreeWalker(document.querySelector('.se-text'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at + 1);
    range.setEnd(node, at + word.length - 1);
    const found = range.getBoundingClientRect();
    return [found.left, found.right, found.top + found.height / 2];
  }
}"""


def value(word: str) -> FieldValue:
    at = TEXT.index(word)
    return FieldValue(span=Span(start=at, end=at + len(word), score=0.9))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records") / "c.sqlite3"


@pytest.fixture(scope="module")
def served(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), "--db", str(database)) as address:
        yield address


@pytest.fixture
def tab(chromium: Browser, served: str, database: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    project = request.node.name[:60]
    store = AnnotationStore(database)
    # What a model that counts to one makes of two patients.
    fields = {"name": (value("Ann"),), "age": (value("54"),), "signs": (value("fever"), value("cough"))}
    store.add_prediction(
        project, TEXT, SCHEMA, Output(structures=(Instance(name="patient", fields=fields),)), Checkpoint("m")
    )
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
    expect(page.locator("#corrections-counts")).to_contain_text("record", timeout=60_000)
    page.get_by_label("Project").click()
    page.get_by_role("option", name=project, exact=True).click()
    expect(page.locator(".se-text")).to_contain_text("Ann", timeout=30_000)


def cards(page: Page) -> list[dict[str, list[str]]]:
    """Return field → values of every card."""
    found: list[dict[str, list[str]]] = page.evaluate(
        """() => [...document.querySelectorAll('.se-card')].map((card) => Object.fromEntries(
          [...card.querySelectorAll('.se-row')].map((row) => [row.querySelector('.se-field').textContent,
            [...row.querySelectorAll('.se-surface')].map((one) => one.textContent)])))"""
    )
    return [{name: values for name, values in one.items() if values} for one in found]


def drag(page: Page, word: str) -> None:
    left, right, middle = page.evaluate(DRAG, word)
    page.mouse.move(left, middle)
    page.mouse.down()
    page.mouse.move(right, middle, steps=4)
    page.mouse.up()


def submitted(page: Page, database: Path, project: str) -> Output:
    page.locator("#corrections-submit").click()
    expect(page.locator("#corrections-status")).to_contain_text("submitted", timeout=30_000)
    store = AnnotationStore(database)
    (record,) = store.annotated(project[:60])
    store.close()
    assert record.head is not None
    return record.head.output


def surfaces(output: Output) -> list[dict[str, list[str]]]:
    return [
        {
            name: [TEXT[one.span.start : one.span.end] if one.span else str(one.choice) for one in values]
            for name, values in instance.fields.items()
        }
        for instance in output.structures
    ]


def test_a_second_record_is_typed_without_a_mouse(tab: Page, database: Path) -> None:
    tab.get_by_role("button", name="Add patient").focus()
    press(tab, "Enter")
    for words in ("bob", "61"):
        tab.keyboard.type(words)
        press(tab, "Enter")
    tab.keyboard.type("coughs")
    press(tab, "Enter")
    expect(tab.locator(".se-fault")).to_contain_text("“coughs” is not in the text")
    press(tab, "Backspace", "Enter")
    tab.get_by_label("state of patient 2").select_option("ill")
    assert cards(tab)[1] == {"name": ["Bob"], "age": ["61"], "signs": ["cough"]}
    output = submitted(tab, database, "test_a_second_record_is_typed_without_a_mouse")
    assert surfaces(output)[1] == {"name": ["Bob"], "age": ["61"], "signs": ["cough"], "state": ["ill"]}
    assert surfaces(output)[0] == {"name": ["Ann"], "age": ["54"], "signs": ["fever", "cough"]}
    assert output.structures[0].fields["name"][0] == value("Ann")


def test_a_value_is_dragged_into_the_field_in_hand(tab: Page) -> None:
    tab.get_by_label("name of patient: a part of the text").click()
    drag(tab, "Bob")
    assert cards(tab)[0]["name"] == ["Bob"]
    tab.get_by_role("button", name="Add treats").click()
    drag(tab, "Lee")
    drag(tab, "Ann")
    assert cards(tab)[1] == {"head": ["Lee"], "tail": ["Ann"]}
    tab.locator(".se-text").focus()
    press(tab, *["Control+z"] * 4)
    assert cards(tab) == [{"name": ["Ann"], "age": ["54"], "signs": ["fever", "cough"]}]
    press(tab, *["Control+y"] * 4)
    assert cards(tab)[1] == {"head": ["Lee"], "tail": ["Ann"]}


def test_one_record_becomes_two_and_one_again(tab: Page) -> None:
    tab.get_by_role("button", name="cough: signs").click()
    tab.get_by_role("button", name="Split: patient").click()
    assert cards(tab) == [{"name": ["Ann"], "age": ["54"], "signs": ["fever"]}, {"signs": ["cough"]}]
    tab.get_by_role("button", name="Merge with next: patient 1").click()
    assert cards(tab) == [{"name": ["Ann"], "age": ["54"], "signs": ["fever", "cough"]}]
    tab.get_by_role("button", name="Remove cough from signs").click()
    assert cards(tab)[0]["signs"] == ["fever"]
    tab.get_by_role("button", name="Remove: patient").click()
    assert cards(tab) == []


def test_half_a_pair_is_not_submitted(tab: Page) -> None:
    tab.get_by_role("button", name="Add treats").click()
    drag(tab, "Lee")
    tab.locator("#corrections-submit").click()
    expect(tab.locator("#corrections-status")).to_contain_text("A pair of “treats” has no tail", timeout=30_000)
    assert cards(tab)[1] == {"head": ["Lee"]}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_hard_to_reach(tab: Page, served: str, theme: str) -> None:
    tab.goto(f"{served}/?__theme={theme}")
    open_project(tab, f"test_nothing_is_hard_to_reach[{theme}]")
    faults = Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in faults] == []


def test_a_phone_needs_no_sideways_scrolling(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    expect(tab.locator("#corrections-submit")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
