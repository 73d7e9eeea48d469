"""The Corrections tab: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import render
from ui.handlers import annotation
from ui.handlers.annotation import ORDERS, SHOWN, View
from ui.handlers.corrections import PROJECT
from ui.messages import logged_words
from ui.services import Services
from ui.span_editor import SpanEditor
from ui.state import Desk
from ui.tabs.events import PRIVATE

EMPTY_WORDS = "No record is open. “Send to corrections” on the other tabs fills the queue; “Open queue” shows it."
STORE_QUEUE: dict[str, Any] = {"concurrency_id": "store", "concurrency_limit": 4, "show_progress": "hidden", **PRIVATE}


@dataclass(frozen=True, slots=True)
class CorrectionsTab:
    """Its components."""

    project: gr.Dropdown
    annotator: gr.Textbox
    show: gr.Dropdown
    order: gr.Dropdown
    search: gr.Textbox
    open: gr.Button
    counts: gr.HTML
    queue: gr.Dataframe
    editor: SpanEditor
    status: gr.HTML
    submit: gr.Button
    skip: gr.Button
    back: gr.Button
    discard: gr.Button


def build_corrections_tab(services: Services, tab: gr.Tab) -> None:
    """Lay out the tab and wire its events; call inside the gr.Tab.

    Args:
        services: The store.
        tab: Its queue is read anew whenever it is opened.
    """
    parts = _laid_out()
    desk = gr.State(Desk())
    shown = [parts.editor, parts.queue, parts.counts, parts.status]
    asked = [parts.project, parts.annotator, parts.show, parts.order, parts.search]

    def answered(work: Callable[..., View]) -> Callable[..., dict[Any, Any]]:
        def run(*values: Any) -> dict[Any, Any]:
            try:
                view = work(*values)
            except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
                return {parts.status: render.problem(logged_words(error))}
            return {
                parts.editor: view.editor,
                parts.queue: view.rows,
                parts.counts: render.note(view.counts),
                parts.status: render.note(view.status),
            }

        return run

    def opened(desk: Desk, *values: Any) -> View:
        return annotation.open_queue(services, desk, annotation.asked_queue(*values))

    def draft(desk: Desk, payload: dict[str, Any]) -> Any:
        try:
            words = annotation.keep_draft(services, desk, payload)
            return gr.skip() if words is None else render.note(words)
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error))

    def projects() -> Any:
        try:
            found = services.store().projects()
        except Exception:  # noqa: BLE001 - opening the queue says why
            found = []
        return gr.Dropdown(choices=list(dict.fromkeys([PROJECT, *found])))

    def picked(desk: Desk, rows: Any, event: gr.SelectData) -> dict[Any, Any]:
        record = int(rows[event.index[0]][0])
        return answered(lambda: annotation.open_record(services, desk, record))()

    opening = {"fn": answered(opened), "inputs": [desk, *asked], "outputs": shown, **STORE_QUEUE}
    tab.select(projects, None, parts.project, **STORE_QUEUE).then(**opening)
    for start in (parts.open.click, parts.search.submit, parts.show.input, parts.order.input, parts.project.input):
        start(**opening)
    parts.queue.select(picked, [desk, parts.queue], shown, **STORE_QUEUE)
    parts.editor.input(draft, [desk, parts.editor], parts.status, trigger_mode="always_last", **STORE_QUEUE)
    for button, status in ((parts.submit, "submitted"), (parts.discard, "discarded")):
        finishing = answered(lambda desk, payload, status=status: annotation.finish(services, desk, payload, status))
        button.click(finishing, [desk, parts.editor], shown, **STORE_QUEUE)
    parts.skip.click(answered(lambda desk: annotation.skip(services, desk)), desk, shown, **STORE_QUEUE)
    parts.back.click(answered(lambda desk: annotation.back(services, desk)), desk, shown, **STORE_QUEUE)


def _laid_out() -> CorrectionsTab:
    with gr.Row(equal_height=False, elem_classes="wb-bar"):
        project = gr.Dropdown([PROJECT], value=PROJECT, label="Project", elem_id="corrections-project")
        annotator = gr.Textbox("me", label="Your name", max_lines=1, elem_id="corrections-annotator")
        show = gr.Dropdown(list(SHOWN), value=next(iter(SHOWN)), label="Show", elem_id="corrections-show")
        order = gr.Dropdown(list(ORDERS), value=next(iter(ORDERS)), label="Order", elem_id="corrections-order")
        search = gr.Textbox(label="Search in texts", max_lines=1, elem_id="corrections-search")
        open_ = gr.Button("Open queue", elem_id="corrections-open", min_width=110)
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=7, min_width=320):
            status = gr.HTML(render.ready(EMPTY_WORDS), elem_id="corrections-status")
            editor = SpanEditor(empty=EMPTY_WORDS, elem_id="corrections-editor")
            submit = gr.Button(
                "Submit and next  (Ctrl+Enter)", variant="primary", elem_id="corrections-submit", elem_classes="wb-run"
            )
            with gr.Row(elem_classes="wb-schema"):
                back = gr.Button("Back", size="sm", elem_id="corrections-back")
                skip = gr.Button("Skip", size="sm", elem_id="corrections-skip")
                discard = gr.Button("Discard", size="sm", elem_id="corrections-discard")
        with gr.Column(scale=4, min_width=320):
            counts = gr.HTML(render.note("No queue is open."), elem_id="corrections-counts")
            queue = gr.Dataframe(
                headers=["No.", "Text", "Least sure", "Status"], datatype=["number", "str", "str", "str"],
                type="array", interactive=False, wrap=True, label="Queue", elem_id="corrections-queue",
                column_widths=["15%", "50%", "17%", "18%"], max_height=520,
            )  # fmt: skip
    return CorrectionsTab(
        project, annotator, show, order, search, open_, counts, queue, editor, status, submit, skip, back, discard
    )
