"""The part of the Corrections tab that renames, merges and deletes labels over a whole project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.handlers.relabel import changeable, changed, seen_before, undone
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.bulk_part import BulkPart, build_bulk_part, wire_bulk_part
from ui.tabs.events import STORE_QUEUE

ABOUT = (
    "For a whole project, in one step that can be undone. Corrections get a new version, what the model said is kept "
    "beside what it becomes."
)


@dataclass(frozen=True, slots=True)
class LabelsPart:
    """Its components."""

    folded: gr.Accordion
    label: gr.Dropdown
    becomes: gr.Textbox
    bulk: BulkPart


def build_labels_part() -> LabelsPart:
    """Lay it out, folded; call inside the Corrections tab."""
    with gr.Accordion("Rename, merge or delete a label", open=False, elem_id="labels") as folded:
        gr.HTML(f'<p class="wb-hint">{ABOUT}</p>')
        label = gr.Dropdown([], label="Label", elem_id="labels-label")
        becomes = gr.Textbox(
            label="Becomes", max_lines=1, placeholder="Empty deletes it", elem_id="labels-becomes",
            info="A label that is there already takes its mentions.",
        )  # fmt: skip
        return LabelsPart(folded, label, becomes, build_bulk_part("labels", "Change it"))


def wire_labels_part(
    services: Services, part: LabelsPart, project: gr.Dropdown, then: Callable[[Dependency], Dependency]
) -> None:
    """Wire its events.

    Args:
        services: The store.
        part: Its components.
        project: Whose labels.
        then: Shows the queue anew after an event.
    """
    refresh = wire_label_list(part.folded, project, part.label, lambda name: list(changeable(services, name)))
    wire_bulk_part(
        services, part.bulk, [project, part.label, part.becomes], [part.label, part.becomes, project],
        seen=lambda *values: render.note(seen_before(*values)),
        done=lambda *values: render.note(changed(*values)),
        undone=lambda services, name, *_: render.note(undone(services, name)),
        then=lambda event: then(event.then(**refresh)),
    )  # fmt: skip


def wire_label_list(
    folded: gr.Accordion, project: gr.Dropdown, label: gr.Dropdown, labels_of: Callable[[str], list[str]]
) -> dict[str, Any]:
    """Read a list of labels anew when its part is opened or another project is chosen; nothing is chosen in it then.

    Args:
        folded: The part.
        project: Whose labels.
        label: The list.
        labels_of: Called with the project's name.

    Returns:
        The event's parameters, for whatever else changes the labels.
    """

    def listed(name: str) -> Any:
        try:
            return gr.Dropdown(labels_of(name), value=None)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            logged_words(error)
            return gr.skip()

    event: dict[str, Any] = {"fn": listed, "inputs": project, "outputs": label, **STORE_QUEUE}
    for start in (folded.expand, project.input):
        start(**event)
    return event
