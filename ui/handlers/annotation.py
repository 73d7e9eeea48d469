"""Correcting records one after the other: open, edit, submit, skip, discard, go back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from storage import Output, Record, Revision
from storage.queues import QueueFilter, QueueLine
from storage.records import Status
from ui import render
from ui.editor_values import edited_output, editor_value
from ui.handlers.corrections import PROJECT
from ui.handlers.requests import checked_threshold
from ui.identity import LONGEST_NAME, annotator_of
from ui.messages import PageError
from ui.services import Services
from ui.span_editor import EMPTY
from ui.state import Desk

SHOWN: Mapping[str, Any] = {
    "To do": "open",
    "Untouched": "pending",
    "Drafts": "draft",
    "Submitted": "submitted",
    "Discarded": "discarded",
    "All": None,
}
"""What the page offers → status."""
ORDERS: Mapping[str, Any] = {"As they came": "arrival", "Least sure first": "uncertain", "Random": "random"}
"""What the page offers → order."""
LINES = 50


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows.

    Attributes:
        rows: Of the queue: record, text, least confidence, status.
        versions: Of the open record, newest first, in words that begin with the version's number.
    """

    editor: dict[str, Any]
    rows: list[list[Any]]
    counts: str
    status: str
    versions: list[str]


def asked_queue(
    project: str, annotator: str, show: str, order: str, search: str, label: str = "", most: float | None = 1.0
) -> QueueFilter:
    """Return what the queue shows.

    Args:
        project: Its name.
        annotator: The visitor's name; where people sign in, the name that they signed in with counts.
        show: One of `SHOWN`.
        order: One of `ORDERS`.
        search: Part of the texts; empty for all.
        label: Label, field, relation or class that the records hold; empty for all.
        most: Only records with a finding of at most this confidence; 1 for all.

    Raises:
        PageError: If a choice is none, the name is missing, or the confidence is no number between 0 and 1.
    """
    name = annotator_of(annotator)
    if not name or len(name) > LONGEST_NAME:
        raise PageError(f"Type your name, up to {LONGEST_NAME} characters: it stands beside each correction.")
    if show not in SHOWN or order not in ORDERS:
        raise PageError(f"Choose one of {', '.join(SHOWN)}, and one of {', '.join(ORDERS)}.")
    most = 1.0 if most is None else checked_threshold(most)
    return QueueFilter(
        project or PROJECT,
        name,
        status=SHOWN[show],
        order=ORDERS[order],
        search=(search or "").strip() or None,
        label=(label or "").strip() or None,
        most_confidence=most if most < 1 else None,
    )


def open_queue(services: Services, desk: Desk, asked: QueueFilter, blind: float | None = 0) -> View:
    """Show a queue and its first record; reads the store.

    Args:
        services: The store.
        desk: The visitor's.
        asked: Which queue.
        blind: Percent of the untouched records whose prediction stays hidden.

    Raises:
        PageError: If the share is none.
        StorageError: If it cannot be read.
    """
    if blind is None or not 0 <= blind <= 100:
        raise PageError(f"“Predictions that stay hidden” must be a number from 0 to 100, got {blind or 'nothing'}.")
    with desk.lock:
        desk.asked, desk.blind = asked, blind
        desk.skipped, desk.visited, desk.pages = [], [], []
        return _opened(services, desk, _next(services, desk), "")


def open_record(services: Services, desk: Desk, record_id: int) -> View:
    """Show a record of the queue.

    Raises:
        StorageError: If there is none, or it cannot be read.
    """
    with desk.lock:
        if desk.record_id and desk.record_id != record_id:
            desk.visited.append(desk.record_id)
        return _opened(services, desk, record_id, "")


def turn(services: Services, desk: Desk, is_forward: bool) -> tuple[list[list[Any]], str]:
    """Show the next or the former lines of the queue; the open record stays.

    Returns:
        The lines, and which they are, in words.

    Raises:
        PageError: If no queue is open, or there are no such lines.
        StorageError: If the store cannot be read.
    """
    with desk.lock:
        asked, store = _asked(desk), services.store()
        if is_forward:
            after = store.queue(asked, after=desk.pages[-1] if desk.pages else None, most=LINES).after
            if after is None:
                raise PageError("These are the last lines of the queue.")
            desk.pages.append(after)
        elif desk.pages:
            desk.pages.pop()
        else:
            raise PageError("These are the first lines of the queue.")
        lines = _lines(services, asked, desk)
        first = LINES * len(desk.pages) + 1
        return lines, f"Lines {first:,} to {first + len(lines) - 1:,} of the queue."


def bring_back(services: Services, desk: Desk, version: str | None) -> View:
    """Save an earlier version of the open record again, as the newest one.

    Args:
        services: The store.
        desk: Says which record.
        version: One of the view's `versions`.

    Raises:
        PageError: If no version is chosen or no record is open.
        StorageError: If there is no such version, or it cannot be stored.
    """
    number = (version or "").partition(" ")[0]
    if not number.isdecimal():
        raise PageError("Choose the version that is to come back.")
    with desk.lock:
        asked = _asked(desk)
        if not desk.record_id:
            raise PageError("No record is open. Choose one in the list.")
        services.store().restore(desk.record_id, asked.annotator, rev=int(number), seen=desk.seen)
        return _opened(services, desk, desk.record_id, f"Version {number} is back. ")


def lines_of(services: Services, desk: Desk) -> tuple[list[list[Any]], str]:
    """Return the lines of the queue that are shown, as they are now, and how far the project is; the open record stays.

    Raises:
        PageError: If no queue is open.
        StorageError: If the store cannot be read.
    """
    with desk.lock:
        return _lines(services, _asked(desk), desk), counts_words(services, desk)


def counts_words(services: Services, desk: Desk) -> str:
    """Return how far the project of the open queue is."""
    counts = services.store().counts(_asked(desk).project)
    return (
        f"{render.counted(counts.records, 'record', 'records')} · {counts.submitted:,} submitted · "
        f"{render.counted(counts.draft, 'draft', 'drafts')} · {counts.discarded:,} discarded"
    )


def versions_of(services: Services, desk: Desk) -> list[str]:
    """Return the versions of the open record, newest first, in words."""
    if not desk.record_id:
        return []
    found = services.store().history(desk.record_id, _asked(desk).annotator)
    return [_version(one) for one in reversed(found)]


def _version(one: Revision) -> str:
    at = one.created_at.astimezone().strftime("%d %b, %H:%M:%S")
    counted = [render.counted(len(one.output.entities), "span", "spans")]
    if one.output.structures:
        counted.append(render.counted(len(one.output.structures), "structure", "structures"))
    if one.output.relations:
        counted.append(render.counted(len(one.output.relations), "pair", "pairs"))
    return " · ".join([str(one.rev), one.status, at, *counted, *([] if one.action == "save" else [one.action])])


def keep_draft(services: Services, desk: Desk, payload: Mapping[str, Any]) -> str | None:
    """Store what is in the editor as a draft, so that nothing is lost.

    Returns:
        The status; None for a late draft of a record that is finished or left, and where nothing differs from what is
        stored: a browser may tell of a change when the next record is there already.

    Raises:
        PageError: If no queue is open.
        StorageError: If it cannot be stored.
    """
    with desk.lock:
        asked = _asked(desk)
        # With no record open, as at the queue's end, nothing can be meant but what is stored already.
        if not desk.record_id or payload.get("record") != desk.record_id:
            return None
        record = _opening(services.store().record(desk.record_id, asked.annotator), desk)
        output = edited_output(payload, record, is_draft=True)
        if output == edited_output(editor_value(record), record, is_draft=True):
            return None
        rev = _store(services, desk, output, "draft")
        return f"Draft of record {desk.record_id} kept, version {rev}. Ctrl+Enter submits it."


def finish(services: Services, desk: Desk, payload: Mapping[str, Any], status: Status) -> View:
    """Store the record as submitted or discarded and show the next one.

    Raises:
        PageError: If no record is open, or the editor shows another one.
        StorageError: If it cannot be stored.
    """
    with desk.lock:
        asked = _asked(desk)
        if not desk.record_id:
            raise PageError("No record is open. Choose one in the list.")
        record = services.store().record(desk.record_id, asked.annotator)
        _store(services, desk, edited_output(payload, record), status)
        done = desk.record_id
        desk.visited.append(done)
        desk.skipped.append(done)
        return _opened(services, desk, _next(services, desk), f"Record {done} {status}. ")


def skip(services: Services, desk: Desk) -> View:
    """Show the next record; this one stays where it is in the queue, for later.

    Raises:
        PageError: If no queue is open.
        StorageError: If the store cannot be read.
    """
    with desk.lock:
        if not desk.record_id:
            raise PageError("There is no record to skip.")
        desk.skipped.append(desk.record_id)
        desk.visited.append(desk.record_id)
        return _opened(services, desk, _next(services, desk), "")


def back(services: Services, desk: Desk) -> View:
    """Show the record that was open before.

    Raises:
        PageError: If there is none.
        StorageError: If the store cannot be read.
    """
    with desk.lock:
        if not desk.visited:
            raise PageError("This is the first record that you opened here.")
        record = desk.visited.pop()
        if record in desk.skipped:
            desk.skipped.remove(record)
        return _opened(services, desk, record, "")


def _opening(record: Record, desk: Desk) -> Record:
    """Return a record as the editor begins with it."""
    return replace(record, prediction_id=None, prediction=None) if is_blind(record, desk.blind) else record


def _store(services: Services, desk: Desk, output: Output, status: Status) -> int:
    """Save what was made of the open record; returns the version's number."""
    head = services.store().save(
        desk.record_id,
        _asked(desk).annotator,
        output,
        status,
        seen=desk.seen,
        prediction_id=desk.prediction_id,
        seconds=round(time.monotonic() - desk.since, 1),
    )
    desk.seen = head.rev
    return head.rev


def _next(services: Services, desk: Desk) -> int:
    """Return the first record of the queue that was not done or skipped; 0 at its end."""
    page = services.store().queue(_asked(desk), most=len(desk.skipped) + 1)
    return next((line.record_id for line in page.lines if line.record_id not in desk.skipped), 0)


def _opened(services: Services, desk: Desk, record_id: int, said: str) -> View:
    asked, store = _asked(desk), services.store()
    desk.record_id, desk.since = record_id, time.monotonic()
    record = _opening(store.record(record_id, asked.annotator), desk) if record_id else None
    desk.seen = record.head.rev if record and record.head else 0
    desk.prediction_id = record.prediction_id if record else None
    left = replace(asked, status="open")
    more = store.queue(left, most=1).lines
    words = said + (_about(record) if record else "Nothing is left in this queue." if more else "Everything here is done.")
    return View(
        editor_value(record) if record else dict(EMPTY),
        _lines(services, asked, desk),
        counts_words(services, desk),
        words,
        versions_of(services, desk),
    )


def is_blind(record: Record, share: float) -> bool:
    """Whether nobody has touched the record and it is one of the share, in percent, whose prediction stays hidden.

    The same ones each time, and more of them where the share grows.
    """
    return record.head is None and record.prediction is not None and is_in_share(record.id, share)


def is_in_share(record_id: int, share: float) -> bool:
    """Whether a record is one of a share of all, in percent: the same ones each time."""
    return crc32(str(record_id).encode()) % 100 < share


def _about(record: Record) -> str:
    parts = [f"Record {record.id}"]
    if record.checkpoint is not None and record.prediction is None:
        parts.append("begins empty, its prediction is hidden")
    elif record.checkpoint is not None:
        parts.append(f"predicted by {record.checkpoint.name}")
    if record.source:
        parts.append(f"from {record.source}")
    if record.head is not None:
        parts.append(f"your {record.head.status} version {record.head.rev}")
    return " · ".join(parts) + "."


def _lines(services: Services, asked: QueueFilter, desk: Desk) -> list[list[Any]]:
    page = services.store().queue(asked, after=desk.pages[-1] if desk.pages else None, most=LINES)
    return [_row(line) for line in page.lines]


def _row(line: QueueLine) -> list[Any]:
    sure = "" if line.least_confidence is None else render.percent(line.least_confidence)
    return [line.record_id, line.beginning, sure, line.status or "to do"]


def _asked(desk: Desk) -> QueueFilter:
    if desk.asked is None:
        raise PageError("Press “Open queue” first.")
    return desk.asked
