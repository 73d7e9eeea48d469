"""Who may call the page's events, and where they wait."""

from __future__ import annotations

from typing import Any

AT_MODEL: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 4}
"""So many requests are at the model; they take turns there (`ui.passes`). The others wait in line."""
LOADING = "Loading the model…"
# Every event is the page's own: programs get endpoints with typed parameters instead.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}

# What reads or writes the store; an event that says how far it is leaves out the second part.
STORE_LINE: dict[str, Any] = {"concurrency_id": "store", "concurrency_limit": 4, **PRIVATE}
STORE_QUEUE: dict[str, Any] = {**STORE_LINE, "show_progress": "hidden"}


def model_queue(status: Any) -> dict[str, Any]:
    """Return the options of an event that uses the model: the wait is shown on the status line."""
    return {**AT_MODEL, "show_progress_on": status, **PRIVATE}
