"""State of one visitor."""

from __future__ import annotations


class Cancel:
    """Lets a Cancel button reach the run of the same visitor.

    No dataclass: Gradio would send its fields to the browser.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
