"""Read-only view of spans in a text: nested, crossing and equal spans, with confidences and exact offsets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts

EMPTY: dict[str, Any] = {"text": "", "labels": [], "spans": []}


class SpanView(gr.HTML):
    """Shows `{"text", "labels", "spans": [{"start", "end", "label", "score"}]}`; offsets are code points.

    The text never enters a template: a static skeleton is filled by the script with text nodes, so that nothing a
    document holds can run.

    Args:
        empty: What to say before there is a text.
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
