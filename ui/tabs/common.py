"""What all tabs share: words, queues and visibility of their events."""

from __future__ import annotations

from typing import Any

from ui.services import Services

MODEL_QUEUE = "model"
LOADING = "Loading the model…"
READY = "Ready. The first run may wait a few seconds for the model."
# Every event is the page's own: programs get endpoints with typed parameters instead.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
LONG_TEXT = 3_000
"""Characters from which a text takes long enough to say that it is being read."""


def waiting_words(services: Services, text: str | None) -> str | None:
    """Return what to say while a run goes on; None if it is over at once."""
    if not services.is_loaded:
        return LOADING
    n_words = len((text or "").split())
    return f"Reading {n_words:,} words…" if len(text or "") > LONG_TEXT else None


def model_queue(status: Any) -> dict[str, Any]:
    """Return the options of an event that uses the model: one at a time, the wait shown on the status line."""
    return {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1, "show_progress_on": status, **PRIVATE}
