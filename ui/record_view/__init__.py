"""Read-only view of everything one pass found: records as cards, each value linked to its place in the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.read_only_view import ReadOnlyView

EMPTY: dict[str, Any] = {"text": "", "structures": [], "entities": [], "relations": [], "classifications": []}


class RecordView(ReadOnlyView):
    """Shows `{"text", "structures", "entities", "relations", "classifications"}` as `render.record_value` makes it."""

    folder = Path(__file__).parent
    scripts = ("span_lines.js",)
    nothing = EMPTY
