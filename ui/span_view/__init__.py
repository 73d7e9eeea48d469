"""Read-only view of spans in a text: nested, crossing and equal spans, with confidences and exact offsets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.read_only_view import ReadOnlyView

EMPTY: dict[str, Any] = {"text": "", "labels": [], "spans": []}


class SpanView(ReadOnlyView):
    """Shows `{"text", "labels", "spans": [{"start", "end", "label", "score"}]}`; offsets are code points."""

    folder = Path(__file__).parent
    scripts = ("span_lines.js",)
    nothing = EMPTY
