"""State of one visitor."""

from __future__ import annotations

from gliner2_core import Prediction, Schema


class Cancel:
    """Lets a Cancel button reach the run of the same visitor.

    No dataclass: Gradio would send its fields to the browser.
    """

    def __init__(self) -> None:
        self.is_cancelled = False


class LastRun:
    """What a visitor last saw on a tab, and what was asked for it; the browser gets none of it."""

    def __init__(self, prediction: Prediction | None = None, schema: Schema | None = None) -> None:
        self.prediction = prediction
        self.schema = schema
