"""Read-only view of classifications: every label's probability as a bar, the decision marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts


class ScoreView(gr.HTML):
    """Shows `[{"task", "several", "threshold", "labels": [{"label", "probability", "chosen"}]}]` with text nodes.

    Args:
        empty: What to say before there is a result.
        **options: Of gr.HTML.
    """

    def __init__(self, value: list[dict[str, Any]] | None = None, *, empty: str = "", **options: Any) -> None:
        super().__init__(
            value=value or [],
            apply_default_css=False,
            **static_parts(Path(__file__).parent, empty=empty),
            **options,
        )

    def preprocess(self, payload: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return nothing of what a browser sends: the view is read-only."""
        return []

    def postprocess(self, value: list[dict[str, Any]] | None) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return the value for the browser."""
        return value or []

    def api_info(self) -> dict[str, Any]:
        """Describe the value."""
        return {"type": "array", "items": {"type": "object"}}
