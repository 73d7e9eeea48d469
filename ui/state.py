"""State of one visitor."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gliner2_core import Prediction, Schema

if TYPE_CHECKING:
    from storage.queues import Cursor, QueueFilter

NOT_STARTED = "Left the line. Nothing was read."


class Cancel:
    """Lets a Cancel button reach the run of the same visitor.

    No dataclass: Gradio would send its fields to the browser.

    Attributes:
        is_cancelled: Whether the run shall stop.
        is_running: Whether there is one.
        is_replaced: Whether its results are no longer wanted: another file was chosen.
        words: What to say when it is stopped now.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
        self.is_running = False
        self.is_replaced = False
        self.words = NOT_STARTED

    def replace(self) -> bool:
        """Stop a run whose results are no longer wanted; returns whether there was one."""
        self.is_replaced = self.is_cancelled = self.is_running
        return self.is_running


class LastRun:
    """What a visitor last saw on a tab, and what was asked for it; the browser gets none of it."""

    def __init__(self, prediction: Prediction | None = None, schema: Schema | None = None) -> None:
        self.prediction = prediction
        self.schema = schema


class Desk:
    """Which queue a visitor works on, and which record lies open. Its lock keeps the visitor's own requests in order."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: QueueFilter | None = None
        self.record_id = 0
        self.seen = 0
        self.prediction_id: int | None = None
        self.since = 0.0
        self.blind = 0.0
        self.skipped: list[int] = []
        self.visited: list[int] = []
        self.pages: list[Cursor] = []

    def __deepcopy__(self, _memo: object) -> Desk:
        """Return a fresh one: each visitor begins with a desk of their own."""
        return Desk()
