"""Buttons of what changes many records at once: see what would change, change it, undo it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE, STORE_QUEUE

Work = Callable[..., str]
"""Called with the services and the inputs' values; returns what to say, as safe HTML."""


@dataclass(frozen=True, slots=True)
class BulkPart:
    """Its buttons and what they say."""

    preview: gr.Button
    change: gr.Button
    undo: gr.Button
    status: gr.HTML


def build_bulk_part(prefix: str, change: str) -> BulkPart:
    """Lay it out, below the inputs.

    Args:
        prefix: Of the elements' ids.
        change: Words of the button that changes.
    """
    with gr.Row(elem_classes="wb-schema"):
        preview = gr.Button("See what would change", size="sm", elem_id=f"{prefix}-preview")
        button = gr.Button(change, size="sm", interactive=False, elem_id=f"{prefix}-change")
        undo = gr.Button("Undo the last change", size="sm", elem_id=f"{prefix}-undo")
    return BulkPart(preview, button, undo, gr.HTML("", elem_id=f"{prefix}-status", elem_classes="wb-schema-status"))


def wire_bulk_part(
    services: Services,
    part: BulkPart,
    inputs: Sequence[gr.components.Component],
    edited: Sequence[gr.Textbox | gr.Dropdown],
    *,
    seen: Work,
    done: Work,
    undone: Work,
    then: Callable[[Dependency], Any],
) -> None:
    """Wire its events.

    Args:
        services: The store.
        part: Its buttons.
        inputs: What the work reads.
        edited: Inputs whose change makes what was seen out of date.
        seen: Tells what would change.
        done: Changes it, and tells what it did.
        undone: Undoes the last change, and tells which it was.
        then: Shows the queue anew after an event.
    """

    def told(work: Work, can_change: bool, values: Sequence[Any]) -> tuple[str, Any]:
        try:
            return work(services, *values), gr.Button(interactive=can_change)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return render.problem(logged_words(error)), gr.Button(interactive=False)

    answered = [part.status, part.change]
    part.preview.click(lambda *values: told(seen, True, values), list(inputs), answered, **STORE_QUEUE)
    then(part.change.click(lambda *values: told(done, False, values), list(inputs), answered, **STORE_QUEUE))
    then(part.undo.click(lambda *values: told(undone, False, values), list(inputs), answered, **STORE_QUEUE))
    # What is changed is what was seen before.
    for component in edited:
        component.input(lambda: ("", gr.Button(interactive=False)), None, answered, queue=False, **PRIVATE)
