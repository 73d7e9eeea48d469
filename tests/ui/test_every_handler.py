"""Every occurrence labelled in a queue, in the words of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage import Checkpoint, Output
from storage.errors import StorageError
from storage.queues import QueueFilter
from ui.handlers.annotation import open_queue
from ui.handlers.every import done, seen_before, undone
from ui.messages import PageError
from ui.services import Services
from ui.state import Desk

WORDS = "<b>Oslo</b>"


@pytest.fixture
def keeping(services: Services, tmp_path: Path) -> Services:
    kept = Services(replace(services.settings, database=str(tmp_path / "w.sqlite3")))
    for number in range(30):
        text = f"Number {number} of a long list of texts that all speak of {WORDS} and of a few other places besides"
        kept.store().add_prediction("p", text, {"entities": {"city": {}}}, Output(), Checkpoint("m"))
    kept.store().save(1, "ann", Output(), "submitted", seen=0)
    return kept


@pytest.fixture
def desk(keeping: Services) -> Desk:
    opened = Desk()
    open_queue(keeping, opened, QueueFilter("p", "ann"))
    return opened


def test_it_is_seen_done_and_undone(keeping: Services, desk: Desk) -> None:
    seen = seen_before(keeping, desk, WORDS, "city")
    assert "gets the label “city” 29 times in 29 records of this queue, as drafts." in seen
    assert "1 in records that you submitted or discarded" in seen
    assert "2: …texts that all speak of “&lt;b&gt;Oslo&lt;/b&gt;” and of a few other plac…" in seen
    assert "and 9 more" in seen
    assert "<b>" not in seen
    assert keeping.store().counts("p").draft == 0
    assert "Done. “&lt;b&gt;Oslo" in done(keeping, desk, WORDS, "city")
    assert keeping.store().counts("p").draft == 29
    assert "29 labelled already" in seen_before(keeping, desk, WORDS, "city")
    keeping.store().save(2, "ann", Output(), "submitted", seen=1)
    words = undone(keeping, desk)
    assert "28 records are as before, as drafts. 1 record saved since: left as found." in words


def test_what_is_missing_is_named(keeping: Services, desk: Desk) -> None:
    with pytest.raises(PageError, match="Open queue"):
        seen_before(keeping, Desk(), WORDS, "city")
    with pytest.raises(PageError, match="Type the words"):
        seen_before(keeping, desk, " ", "city")
    with pytest.raises(PageError, match="Choose the label"):
        done(keeping, desk, WORDS, None)
    with pytest.raises(StorageError, match="no labelling"):
        undone(keeping, desk)
    assert "No open record of this queue has “Rome” without the label “city”." in seen_before(keeping, desk, "Rome", "city")
