"""The part of the Corrections tab that renames, merges and deletes labels over a whole project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.handlers.relabel import changed, labels_of, seen_before, undone
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE, STORE_QUEUE

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
    preview: gr.Button
    change: gr.Button
    undo: gr.Button
    status: gr.HTML


def build_labels_part() -> LabelsPart:
    """Lay it out, folded; call inside the Corrections tab."""
    with gr.Accordion("Rename, merge or delete a label", open=False, elem_id="labels") as folded:
        gr.HTML(f'<p class="wb-hint">{ABOUT}</p>')
        label = gr.Dropdown([], label="Entity label", elem_id="labels-label")
        becomes = gr.Textbox(
            label="Becomes", max_lines=1, placeholder="Empty deletes it", elem_id="labels-becomes",
            info="A label that is there already takes its mentions.",
        )  # fmt: skip
        with gr.Row(elem_classes="wb-schema"):
            preview = gr.Button("See what would change", size="sm", elem_id="labels-preview")
            change = gr.Button("Change it", size="sm", interactive=False, elem_id="labels-change")
            undo = gr.Button("Undo the last change", size="sm", elem_id="labels-undo")
        status = gr.HTML("", elem_id="labels-status", elem_classes="wb-schema-status")
    return LabelsPart(folded, label, becomes, preview, change, undo, status)


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

    def listed(name: str) -> Any:
        try:
            return gr.Dropdown(choices=labels_of(services, name))
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            logged_words(error)
            return gr.skip()

    def looked(name: str, label: str | None, becomes: str) -> tuple[str, Any]:
        try:
            return render.note(seen_before(services, name, label, becomes)), gr.Button(interactive=True)
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error)), gr.Button(interactive=False)

    def done(name: str, label: str | None, becomes: str) -> tuple[str, Any, Any]:
        return told(lambda: changed(services, name, label, becomes), name)

    def back(name: str) -> tuple[str, Any, Any]:
        return told(lambda: undone(services, name), name)

    def told(work: Callable[[], str], name: str) -> tuple[str, Any, Any]:
        try:
            words = work()
            return render.note(words), gr.Button(interactive=False), gr.Dropdown(labels_of(services, name), value=None)
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error)), gr.Button(interactive=False), gr.skip()

    asked, answered = [project, part.label, part.becomes], [part.status, part.change, part.label]
    for start in (part.folded.expand, project.input):
        start(listed, project, part.label, **STORE_QUEUE)
    part.preview.click(looked, asked, [part.status, part.change], **STORE_QUEUE)
    # What is changed is what was seen before.
    for edit in (part.label.input, part.becomes.input, project.input):
        edit(lambda: (gr.Button(interactive=False), ""), None, [part.change, part.status], queue=False, **PRIVATE)
    then(part.change.click(done, asked, answered, **STORE_QUEUE))
    then(part.undo.click(back, project, answered, **STORE_QUEUE))
