"""Read-only view of classifications: every label's probability as a bar, the decision marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.read_only_view import ReadOnlyView

EMPTY: list[dict[str, Any]] = []


class ScoreView(ReadOnlyView):
    """Shows `[{"task", "several", "threshold", "labels": [{"label", "probability", "chosen"}]}]`."""

    folder = Path(__file__).parent
    nothing = EMPTY
