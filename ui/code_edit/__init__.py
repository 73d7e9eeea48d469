"""A text box for schemas that tells of every change, however it was made: typed, pasted, dropped or undone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts


@dataclass(frozen=True, slots=True)
class Edited:
    """What the box holds.

    Attributes:
        text: Its text.
        is_typed: Whether somebody changed it since the page last filled it in.
    """

    text: str = ""
    is_typed: bool = False


_EMPTY = Edited()


class CodeEdit(gr.HTML):
    """Edits a text, an `Edited`. Listen to `.input`; the box keeps cursor and focus when its own text comes back.

    The browser's value is never older than what the visitor sees, although `.input` comes a moment later.

    Not gr.Textbox, whose `input` event stays away when a text is pasted (Gradio 6.31).

    Args:
        label: Its visible and accessible name.
        hint: What to write there.
        rows: Lines shown.
        **options: Of gr.HTML.
    """

    def __init__(self, value: Edited = _EMPTY, *, label: str = "", hint: str = "", rows: int = 12, **options: Any) -> None:
        box_id = f"{options.get('elem_id', 'code')}-box"
        super().__init__(
            value=_sent(value),
            apply_default_css=False,
            **static_parts(Path(__file__).parent, name=label, hint=hint, rows=rows, box_id=box_id),
            **options,
        )

    def preprocess(self, payload: Any) -> Edited:  # type: ignore[override]
        """Return what the browser sent, as far as it is a text."""
        if not isinstance(payload, dict) or not isinstance(payload.get("text"), str):
            return Edited()
        return Edited(payload["text"], payload.get("typed") is True)

    def postprocess(self, value: Edited | dict[str, Any] | None) -> dict[str, Any]:  # type: ignore[override]
        """Return the value for the browser."""
        return value if isinstance(value, dict) else _sent(value or Edited())


def _sent(value: Edited) -> dict[str, Any]:
    return {"text": value.text, "typed": value.is_typed}
