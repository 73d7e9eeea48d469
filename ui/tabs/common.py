"""What the events of all tabs share: words, queues, and how a run fills the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from ui import render
from ui.messages import logged_words
from ui.services import Services

MODEL_QUEUE = "model"
LOADING = "Loading the model…"
# Every event is the page's own: programs get endpoints with typed parameters instead.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
LONG_TEXT = 3_000
"""Characters from which a text takes long enough to say that it is being read."""

Outputs = Mapping[str, gr.components.Component]
"""The result's components by the names that the answer has for their values; `status` is among them."""


def wire_run(
    services: Services,
    answer: Callable[..., Any],
    starts: Sequence[Callable[..., Any]],
    inputs: Sequence[gr.components.Component],
    outputs: Outputs,
    blank: Mapping[str, Any],
) -> None:
    """Wire the events that run the model.

    Args:
        services: Model and limits.
        answer: Called with the services and the inputs' values; its answer has an attribute for each output.
        starts: Listeners, such as a button's `click`.
        inputs: The text first.
        outputs: See `Outputs`.
        blank: Values of outputs after a failed run; "" where nothing is said.
    """

    def run(text: str, *values: Any) -> Iterator[dict[gr.components.Component, Any]]:
        status = outputs["status"]
        if words := waiting_words(services, text):
            yield {status: render.ready(words)}
        try:
            found = answer(services, text, *values)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            left = {part: blank.get(name, "") for name, part in outputs.items()}
            yield {**left, status: render.problem(logged_words(error))}
        else:
            yield {part: getattr(found, name) for name, part in outputs.items()}

    for start in starts:
        start(run, list(inputs), list(outputs.values()), trigger_mode="always_last", **model_queue(outputs["status"]))


def waiting_words(services: Services, text: str | None) -> str | None:
    """Return what to say while a run goes on; None if it is over at once."""
    if not services.is_loaded:
        return LOADING
    n_words = len((text or "").split())
    return f"Reading {n_words:,} words…" if len(text or "") > LONG_TEXT else None


def model_queue(status: Any) -> dict[str, Any]:
    """Return the options of an event that uses the model: one at a time, the wait shown on the status line."""
    return {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1, "show_progress_on": status, **PRIVATE}
