"""Read-only view of everything one pass found: records as cards, each value linked to its place in the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts

EMPTY: dict[str, Any] = {"text": "", "structures": [], "entities": [], "relations": [], "classifications": []}


class RecordView(gr.HTML):
    """Shows `{"text", "structures", "entities", "relations", "classifications"}` as `render.record_value` makes it.

    Nothing enters a template: the script sets text nodes.

    Args:
        empty: What to say before there is a result.
        **options: Of gr.HTML.
    """

    def __init__(self, value: dict[str, Any] | None = None, *, empty: str = "", **options: Any) -> None:
        super().__init__(
            value=value or EMPTY,
            apply_default_css=False,
            **static_parts(Path(__file__).parent, empty=empty),
            **options,
        )

    def preprocess(self, payload: Any) -> dict[str, Any]:  # type: ignore[override]
        """Return nothing of what a browser sends: the view is read-only."""
        return EMPTY

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any]:  # type: ignore[override]
        """Return the value for the browser."""
        return value or EMPTY

    def api_info(self) -> dict[str, Any]:
        """Describe the value."""
        return {"type": "object"}
