"""Who may call the page's events, and where they wait."""

from __future__ import annotations

from typing import Any

MODEL_QUEUE = "model"
LOADING = "Loading the model…"
# Every event is the page's own: programs get endpoints with typed parameters instead.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}

# What reads or writes the store; an event that says how far it is leaves out the second part.
STORE_LINE: dict[str, Any] = {"concurrency_id": "store", "concurrency_limit": 4, **PRIVATE}
STORE_QUEUE: dict[str, Any] = {**STORE_LINE, "show_progress": "hidden"}


def model_queue(status: Any) -> dict[str, Any]:
    """Return the options of an event that uses the model: one at a time, the wait shown on the status line."""
    return {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1, "show_progress_on": status, **PRIVATE}
