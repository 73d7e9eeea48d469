"""Takes README's screenshots of the app as it is: `python -m tests.docs.screenshots [--data DIR] [NAME …]`.

NAME is entities, structures, corrections, account or training; the last one needs DIR, a folder with the training sources:
a hundred and fifty of its records are learned from.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from gliner2_core.training.example_records import examples_to_jsonl
from gliner2_core.training.held_out import held_out_examples
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, free_port, wait_until_up
from tests.ui.fake_provider import fake_provider

FOLDER = Path(__file__).parent
N_RECORDS = 150
WAIT, RUN = 60_000, 600_000
"""Milliseconds; a training run takes minutes."""


def entities(page: Page) -> None:
    """The result of the first example."""
    page.set_viewport_size({"width": 1280, "height": 1040})
    run(page, "Find entities (Ctrl+Enter)", "entity")
    page.screenshot(path=FOLDER / "entities.png")


def structures(page: Page) -> None:
    """The first example's record, one of its values chosen."""
    page.set_viewport_size({"width": 1280, "height": 1150})
    page.get_by_role("tab", name="Structures").click()
    run(page, "Fill structures (Ctrl+Enter)", "structure")
    page.locator("#structure-records .rv-value").nth(2).click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / "structures.png")


def corrections(page: Page) -> None:
    """A queue of three examples, a mention chosen in the first."""
    page.set_viewport_size({"width": 1280, "height": 1140})
    for number, example in enumerate(("Medicine", "Business news", "Sport"), 1):
        page.get_by_role("button", name=example, exact=True).click()
        expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=WAIT)
        page.wait_for_timeout(1_500)
        page.locator("#entity-send").click()
        expect(page.locator("#entity-sent")).to_contain_text(f"Stored as record {number}", timeout=WAIT)
    page.get_by_role("tab", name="Corrections").click()
    page.locator("#corrections-open").click()
    expect(page.locator("#corrections-counts")).to_contain_text("3 records", timeout=WAIT)
    page.locator("#corrections-editor").get_by_role("button", name="person").last.click()
    page.wait_for_timeout(1_500)
    page.screenshot(path=FOLDER / "corrections.png")


def account(page: Page) -> None:
    """A signed-in page of a Space."""
    page.set_viewport_size({"width": 1280, "height": 1140})
    page.get_by_role("tab", name="Corrections").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in with Hugging Face").click()
    page.get_by_role("button", name="Business news", exact=True).click()
    expect(page.locator("#entity-status")).to_contain_text("words per second", timeout=WAIT)
    page.wait_for_timeout(1_500)
    page.locator("#entity-send").click()
    expect(page.locator("#entity-sent")).to_contain_text("Stored as record 1", timeout=WAIT)
    page.get_by_role("tab", name="Corrections").click()
    page.locator("#corrections-open").click()
    expect(page.locator("#corrections-counts")).to_contain_text("1 record", timeout=WAIT)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1_500)
    page.screenshot(path=FOLDER / "account.png")


def training(page: Page) -> None:
    """A finished run."""
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.get_by_role("tab", name="Corrections").click()
    expect(page.locator("#corrections-counts")).to_contain_text("record", timeout=WAIT)
    page.get_by_role("button", name="Fine-tune a model on what is submitted").click()
    page.get_by_label("Name of the new model").fill("Conflict reports")
    page.locator("#training-start").click()
    expect(page.locator("#training-progress")).to_contain_text("is done", timeout=RUN)
    page.get_by_label("Name of the new model").fill("")
    page.wait_for_timeout(2_000)
    page.locator("#training").screenshot(path=FOLDER / "training.png")


def run(page: Page, button: str, prefix: str) -> None:
    """Press a run button twice: the first answer's time would be that of a cold start."""
    for _ in range(2):
        page.get_by_role("button", name=button).click()
        page.wait_for_timeout(2_000)
        expect(page.locator(f"#{prefix}-status")).to_contain_text("words per second", timeout=WAIT)


SHOTS: dict[str, Callable[[Page], None]] = {
    "entities": entities,
    "structures": structures,
    "corrections": corrections,
    "account": account,
    "training": training,
}


def main() -> int:
    """Take those that are asked for, each on a fresh store; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    for name in options.names or list(SHOTS):
        if name not in SHOTS:
            parser.error(f"unknown screenshot {name!r}; there are {', '.join(SHOTS)}")
        if name == "training" and options.data is None:
            parser.error("training needs --data")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            more: Mapping[str, str] = {}
            if name == "account":
                more = {
                    **stack.enter_context(fake_provider()).environment(),
                    "WORKBENCH_BACKUP": str(folder / "backup"), "WORKBENCH_BACKUP_SUBMITS": "1",
                }  # fmt: skip
            data = options.data if name == "training" else None
            SHOTS[name](stack.enter_context(opened(folder, data, more)))
    return 0


@contextmanager
def opened(folder: Path, data: Path | None, more: Mapping[str, str]) -> Iterator[Page]:
    """Open the app with the embedded model and more in its environment; with `data`, its store holds corrections."""
    database, port = folder / "c.sqlite3", free_port()
    if data is not None:
        records = folder / "records.jsonl"
        records.write_text(examples_to_jsonl(held_out_examples(data, "re3d", N_RECORDS)), encoding="utf-8")
        command = [sys.executable, "-m", "storage", "import", "--db", str(database), "--format", "gliner2"]
        subprocess.run([*command, "--annotator", "me", str(records)], cwd=ROOT, check=True, stdout=sys.stderr)
    log = folder / "app.log"
    command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port), "--db", str(database)]
    with log.open("wb") as out, subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "HF_HUB_OFFLINE": "1", **more}, stdout=out, stderr=out
    ) as process:  # fmt: skip
        try:
            wait_until_up(process, f"http://127.0.0.1:{port}", log)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                page = browser.new_page()
                page.set_default_timeout(120_000)
                page.goto(f"http://127.0.0.1:{port}")
                yield page
                browser.close()
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
