"""A text box for schemas that tells of every change, however it was made: typed, pasted, dropped or undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts


class CodeEdit(gr.HTML):
    """Edits a string. Listen to `.input`; the box keeps cursor and focus when its own text comes back.

    Not gr.Textbox, whose `input` event stays away when a text is pasted (Gradio 6.31).

    Args:
        label: Its visible and accessible name.
        hint: What to write there.
        rows: Lines shown.
        **options: Of gr.HTML.
    """

    def __init__(self, value: str = "", *, label: str = "", hint: str = "", rows: int = 12, **options: Any) -> None:
        box_id = f"{options.get('elem_id', 'code')}-box"
        super().__init__(
            value=value,
            apply_default_css=False,
            **static_parts(Path(__file__).parent, name=label, hint=hint, rows=rows, box_id=box_id),
            **options,
        )

    def preprocess(self, payload: Any) -> str:
        """Return what the browser sent, if it is text."""
        return payload if isinstance(payload, str) else ""

    def postprocess(self, value: str | None) -> str:
        """Return the text for the browser."""
        return value or ""
