"""What a queue of records is asked for, and what a page of it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.records import Status

Order = Literal["uncertain", "arrival", "random"]
Cursor = tuple[float, int]
"""Sort value and id of a page's last record."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a queue shows.

    Attributes:
        annotator: Whose queue it is: statuses are this person's.
        status: `pending` for records that the annotator has saved nothing of, `open` for those and drafts; None for all.
        label: Only records that hold it; None for all.
        most_confidence: Only records with a finding of at most this confidence.
        search: Only texts that contain it, in any case.
        split: `train`, `dev` or `test`.
    """

    project: str
    annotator: str
    status: Status | Literal["pending", "open"] | None = None
    label: str | None = None
    most_confidence: float | None = None
    search: str | None = None
    split: str | None = None
    order: Order = "arrival"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A record in a queue.

    Attributes:
        beginning: Of its text.
        least_confidence: Of the newest prediction; None without one, or without findings.
        status: The annotator's; None while pending.
    """

    record_id: int
    beginning: str
    least_confidence: float | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some lines of a queue, and where the next page begins; None at the end."""

    lines: tuple[QueueLine, ...]
    after: Cursor | None
