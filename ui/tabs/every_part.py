"""The part of the Corrections tab that labels every occurrence of some words in the open queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency

from ui.handlers.every import done, seen_before, undone
from ui.handlers.relabel import labels_of
from ui.services import Services
from ui.tabs.bulk_part import BulkPart, build_bulk_part, wire_bulk_part
from ui.tabs.labels_part import wire_label_list

ABOUT = (
    "In all records that the open queue shows and you have not finished. They become drafts, so that you still look at "
    "each; what was saved before stays among the versions."
)


@dataclass(frozen=True, slots=True)
class EveryPart:
    """Its components."""

    folded: gr.Accordion
    words: gr.Textbox
    label: gr.Dropdown
    bulk: BulkPart


def build_every_part() -> EveryPart:
    """Lay it out, folded; call inside the Corrections tab."""
    with gr.Accordion("Label every occurrence in the queue", open=False, elem_id="every") as folded:
        gr.HTML(f'<p class="wb-hint">{ABOUT}</p>')
        words = gr.Textbox(
            label="Words", max_lines=1, elem_id="every-words",
            info="Exactly as they stand in the texts; whole words, large and small letters as typed.",
        )  # fmt: skip
        label = gr.Dropdown([], label="Entity label", elem_id="every-label")
        return EveryPart(folded, words, label, build_bulk_part("every", "Label them"))


def wire_every_part(
    services: Services, part: EveryPart, project: gr.Dropdown, desk: gr.State, then: Callable[[Dependency], Dependency]
) -> None:
    """Wire its events.

    Args:
        services: The store.
        part: Its components.
        project: Whose labels can be chosen.
        desk: The visitor's, with the open queue.
        then: Shows the queue anew after an event.
    """
    wire_label_list(part.folded, project, part.label, lambda name: labels_of(services, name))
    wire_bulk_part(
        services, part.bulk, [desk, part.words, part.label], [part.words, part.label, project],
        seen=seen_before, done=done, undone=lambda services, desk, *_: undone(services, desk), then=then,
    )  # fmt: skip
