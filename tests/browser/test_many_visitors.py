"""Many visitors of one running app at once."""

from __future__ import annotations

import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from gradio_client import Client
from playwright.sync_api import Page, expect

from ui.tabs.events import AT_MODEL

pytestmark = pytest.mark.browser
CLIENTS, EACH = 20, 10
BUSY = AT_MODEL["concurrency_limit"] + 2
"""So many that somebody always waits in line."""
LONG = "A sentence about Zoë who flew to Rome. " * 2_500
MANY_LABELS = ", ".join(f"label {number}" for number in range(60))
"""So that a run lasts until a slow browser has found the button that stops it."""


def _client(url: str) -> Client:
    # Twenty visitors at once fetch the page's description from one thread of a server that two cores share with all of them.
    return Client(url, verbose=False, analytics_enabled=False, httpx_kwargs={"timeout": 120})


def _visit(url: str, visitor: int) -> list[float]:
    """Ask for things that only this visitor asks; returns the seconds of each answer."""
    client, seconds = _client(url), []
    try:
        for number in range(EACH):
            text, label = f"Visitor{visitor} wrote note{number} to Ann", f"label {visitor}-{number}"
            started = time.perf_counter()
            found = client.predict(text, [label], threshold=0.0, api_name="/extract_entities")
            seconds.append(time.perf_counter() - started)
            assert list(found["entities"]) == [label]
            spans = found["entities"][label]
            assert spans
            assert all(text[one["start"] : one["end"]] == one["text"] for one in spans)
    finally:
        client.close()
    return seconds


def test_two_hundred_requests_of_twenty_clients_are_answered_each_with_its_own(url: str) -> None:
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        seconds = [one for many in pool.map(lambda visitor: _visit(url, visitor), range(CLIENTS)) for one in many]
    whole = time.perf_counter() - started
    assert len(seconds) == CLIENTS * EACH
    p50, p95 = statistics.quantiles(seconds, n=100)[49], statistics.quantiles(seconds, n=100)[94]
    print(f"{len(seconds)} requests in {whole:.1f} s, p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms")  # noqa: T201


def _press(page: Page, selector: str) -> None:
    # At once: Playwright's own click waits until the page has come to rest.
    page.locator(selector).dispatch_event("click", timeout=60_000)


def _run_until(page: Page, status: re.Pattern[str]) -> None:
    """Run again while the page was served before the other visitors."""
    for _ in range(10):
        _press(page, "#entity-run")
        with suppress(AssertionError):
            expect(page.locator("#entity-status")).to_contain_text(status, timeout=5_000)
            return
    raise AssertionError(page.locator("#entity-status").inner_text())


def _leave_the_line(page: Page) -> None:
    """Wait in line, be told so, and leave; again while the page was served before the other visitors."""
    words, status = page.locator("#entity-status .progress-text"), page.locator("#entity-status")
    for _ in range(10):
        with suppress(AssertionError):
            expect(words).to_have_attribute("data-words", re.compile(r"Waiting: place \d of \d in line"), timeout=5_000)
            _press(page, "#entity-cancel")
            expect(status).to_contain_text("Left the line. Nothing was read.", timeout=5_000)
            expect(page.locator("#entity-cancel")).to_be_disabled()
            return
        _run_until(page, re.compile(r"queue: \d/\d"))
    raise AssertionError(status.inner_text())


def _finish(page: Page) -> None:
    """Wait for the result; run once more if the page says that the server did not answer, as an overloaded one may not."""
    status = page.locator("#entity-status")
    expect(status).to_contain_text(re.compile("words per second|try again in a moment"), timeout=120_000)
    if "try again" in status.inner_text():
        _press(page, "#entity-run")
    expect(status).to_contain_text("words per second", timeout=120_000)


def test_who_waits_sees_the_place_in_line_and_the_page_still_answers(page: Page, url: str) -> None:
    busy, seen = threading.Barrier(BUSY + 1), threading.Event()

    def keep_busy() -> bool:
        client = _client(url)
        answers = [client.predict(LONG[:25_000], ["person"], threshold=1.0, api_name="/extract_entities")]
        busy.wait(60)
        while not seen.is_set():
            answers.append(client.predict(LONG[:25_000], ["person"], threshold=1.0, api_name="/extract_entities"))
        client.close()
        return all(answer == {"entities": {"person": []}} for answer in answers)

    with ThreadPoolExecutor(BUSY) as pool:
        visitors = [pool.submit(keep_busy) for _ in range(BUSY)]
        try:
            busy.wait(60)
            _run_until(page, re.compile(r"queue: \d/\d"))
            _leave_the_line(page)
            _run_until(page, re.compile(r"queue: \d/\d"))
            # Meanwhile the waiting visitor's page is not blocked.
            page.get_by_role("tab", name="Classification").click()
            expect(page.locator("#class-run")).to_be_visible()
            page.get_by_role("tab", name="Entities").click()
        finally:
            seen.set()
        _finish(page)
        assert all(job.result() for job in visitors)


def test_a_long_text_says_how_far_it_is_and_can_be_stopped(page: Page, url: str) -> None:
    stopped = threading.Event()

    def take_turns() -> None:
        # Other long texts: this one is read in turn with them, and so lasts until it is stopped.
        client = _client(url)
        while not stopped.is_set():
            client.predict(LONG[:50_000], MANY_LABELS.split(", "), threshold=1.0, api_name="/extract_entities")
        client.close()

    with ThreadPoolExecutor(AT_MODEL["concurrency_limit"] - 1) as pool:
        others = [pool.submit(take_turns) for _ in range(AT_MODEL["concurrency_limit"] - 1)]
        try:
            page.get_by_label("Text", exact=True).first.fill(LONG)
            page.get_by_label("Labels").first.fill(MANY_LABELS)
            page.get_by_label("Threshold").first.fill("1")
            _press(page, "#entity-run")
            expect(page.locator("#entity-status")).to_contain_text("parts", timeout=60_000)
            _press(page, "#entity-cancel")
            expect(page.locator("#entity-status")).to_contain_text("Stopped after", timeout=60_000)
        finally:
            stopped.set()
        for other in others:
            other.result(120)
    expect(page.locator("#entity-cancel")).to_be_disabled()
    expect(page.get_by_label("Text", exact=True).first).to_have_value(LONG)
