"""Every occurrence of some words labelled in a queue, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.queues import QueueFilter
from ui import render
from ui.handlers.annotation import is_in_share
from ui.messages import PageError
from ui.services import Services
from ui.state import Desk

if TYPE_CHECKING:
    from storage.occurrences import Occurrences, Place

EXCERPT = 24
"""Characters that are shown on either side of an occurrence."""


def seen_before(services: Services, desk: Desk, words: str, label: str | None) -> str:
    """Return what labelling would do, as safe HTML; changes nothing.

    Raises:
        PageError: If no queue is open, or words or label are missing.
        StorageError: If it cannot be done.
    """
    found = _labelled(services, desk, words, label, is_preview=True)
    more = found.mentions - len(found.places)
    items = [*map(_excerpt, found.places), *([f"and {more:,} more"] if more > 0 else [])]
    return render.note(f"{_told(found)} Nothing is changed yet.", items if found.mentions else ())


def done(services: Services, desk: Desk, words: str, label: str | None) -> str:
    """Label them, and return what was done, as safe HTML.

    Raises:
        PageError: If no queue is open, or words or label are missing.
        StorageError: If it cannot be done.
    """
    found = _labelled(services, desk, words, label, is_preview=False)
    return render.note(f"Done. {_told(found)}")


def undone(services: Services, desk: Desk) -> str:
    """Undo the newest labelling, and return what became of it, as safe HTML.

    Raises:
        PageError: If no queue is open.
        StorageError: If there is none, or all its records were saved since.
    """
    asked = _asked(desk)
    back, kept = services.store().bulk.undo_label_every(asked.project, asked.annotator)
    words = f"{render.counted(back, 'record is', 'records are')} as before, as drafts."
    if kept:
        words += f" {render.counted(kept, 'record', 'records')} saved since: left as found."
    return render.note(words)


def _labelled(services: Services, desk: Desk, words: str, label: str | None, *, is_preview: bool) -> Occurrences:
    asked = _asked(desk)
    if not (words or "").strip():
        raise PageError("Type the words first, exactly as they stand in the texts.")
    if not label:
        raise PageError("Choose the label that they get.")
    return services.store().bulk.label_every(
        asked, words, label, lambda record: is_in_share(record, desk.blind), is_preview=is_preview
    )


def _asked(desk: Desk) -> QueueFilter:
    if desk.asked is None:
        raise PageError("Press “Open queue” first: its records are labelled.")
    return desk.asked


def _told(found: Occurrences) -> str:
    parts = [
        f"“{found.words}” gets the label “{found.label}” {render.counted(found.mentions, 'time', 'times')} in "
        f"{render.counted(found.records, 'record', 'records')} of this queue, as drafts."
        if found.mentions
        else f"No open record of this queue has “{found.words}” without the label “{found.label}”."
    ]
    for number, words in (
        (found.labelled, "labelled already"),
        (found.finished, "in records that you submitted or discarded: those stay as they are"),
        (found.unasked, f"in records that are not asked for “{found.label}”"),
    ):
        if number:
            parts.append(f"{number:,} {words}.")
    return " ".join(parts)


def _excerpt(place: Place) -> str:
    before, after = place.before[-EXCERPT:], place.after[:EXCERPT]
    left = "…" if len(place.before) > EXCERPT else ""
    right = "…" if len(place.after) > EXCERPT else ""
    return f"{place.record_id}: {left}{before}“{place.words}”{after}{right}"
