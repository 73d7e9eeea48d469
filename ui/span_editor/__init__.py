"""Editor of what is in one record: exact to the character, by mouse or by keyboard alone, with undo without limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts

EMPTY: dict[str, Any] = {"record": 0, "text": "", "labels": [], "spans": [], "tasks": [], "groups": [], "instances": []}
MOST_BYTES = 4_000_000
"""Of what a browser may send."""


class SpanEditor(gr.HTML):
    """Edits `{"record", "text", "labels", "spans": [{"start", "end", "label", "score", "source"}], "tasks"}`.

    Offsets are code points. `tasks` holds `{"task", "labels", "several", "chosen"}`; `groups` says what can be filled,
    `{"kind", "name", "fields": [{"name", "several", "choices"}]}`; `instances` says what is, `{"kind", "name", "values":
    [{"field", "start", "end" or "choice", "score", "source"}]}`. What comes from the browser is JSON and nothing more: the
    handler compares it with the stored record. Listen to `.input`, which fires on every edit.

    Args:
        empty: What to say without a record.
        **options: Of gr.HTML.
    """

    def __init__(self, value: dict[str, Any] | None = None, *, empty: str = "", **options: Any) -> None:
        own = ("places", "instances", "editing", "drawing", "record_cards")
        scripts = ("span_lines.js", *(f"span_editor/{name}.js" for name in own))
        super().__init__(
            value=value or EMPTY,
            apply_default_css=False,
            **static_parts(Path(__file__).parent, scripts, empty=empty),
            **options,
        )

    def preprocess(self, payload: Any) -> dict[str, Any]:  # type: ignore[override]
        """Return what the browser sent if it is an object of a bearable size, else nothing."""
        try:
            if isinstance(payload, str):
                payload = json.loads(payload)
            fits = isinstance(payload, dict) and len(json.dumps(payload)) <= MOST_BYTES
        except (TypeError, ValueError, RecursionError):
            fits = False
        return payload if fits else dict(EMPTY)

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any]:  # type: ignore[override]
        """Return the record for the browser."""
        return value or dict(EMPTY)

    def api_info(self) -> dict[str, Any]:
        """Describe the value."""
        return {"type": "object"}
