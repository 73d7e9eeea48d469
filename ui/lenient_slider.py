"""A slider whose number box may hold anything: Gradio's own refuses what is wrong before a handler can say what to do."""

from __future__ import annotations

import gradio as gr


class LenientSlider(gr.Slider):
    """Hands on whatever stands in its box, None where it is empty; the handler checks it."""

    def get_block_name(self) -> str:
        """Return the name of the frontend's component."""
        return "slider"

    def preprocess(self, payload: float | None) -> float | None:  # type: ignore[override]  # Gradio's refuses None (6.31).
        """Return the value as it is.

        Args:
            payload: The number in the box; None where it is empty.
        """
        return payload
