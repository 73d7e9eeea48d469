"""The Corrections tab: layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from ui import render
from ui.handlers.annotation import ORDERS, SHOWN
from ui.handlers.corrections import PROJECT
from ui.lenient_slider import LenientSlider
from ui.services import Services
from ui.span_editor import SpanEditor
from ui.tabs.backup_part import build_backup_part
from ui.tabs.every_part import EveryPart, build_every_part
from ui.tabs.export_part import build_export_part
from ui.tabs.forgetting_part import ForgettingPart, build_forgetting_part
from ui.tabs.import_part import ImportPart, build_import_part
from ui.tabs.labels_part import LabelsPart, build_labels_part
from ui.tabs.quality_part import build_quality_part
from ui.tabs.sharing_part import SharingPart, build_sharing_part
from ui.tabs.sign_in_part import build_sign_in_part
from ui.tabs.training_part import TrainingPart, build_training_part

EMPTY_WORDS = "No record is open. “Send to corrections” on the other tabs fills the queue; “Open queue” shows it."


@dataclass(frozen=True, slots=True)
class CorrectionsTab:
    """Its components."""

    project: gr.Dropdown
    annotator: gr.Textbox
    show: gr.Dropdown
    order: gr.Dropdown
    search: gr.Textbox
    label: gr.Textbox
    most: gr.Number
    blind: LenientSlider
    open: gr.Button
    counts: gr.HTML
    queue: gr.Dataframe
    former: gr.Button
    further: gr.Button
    editor: SpanEditor
    status: gr.HTML
    submit: gr.Button
    skip: gr.Button
    back: gr.Button
    discard: gr.Button
    versions: gr.Dropdown
    bring_back: gr.Button
    importing: ImportPart
    every: EveryPart
    labels: LabelsPart
    sharing: SharingPart | None
    forgetting: ForgettingPart | None
    training: TrainingPart
    desk: gr.Column


def build_corrections_tab(services: Services, tabs: Sequence[str]) -> CorrectionsTab:
    """Lay out the tab; call inside a gr.Tab.

    Args:
        services: The store.
        tabs: Titles of the tabs whose schema can be asked of imported texts.
    """
    build_sign_in_part(services)
    with gr.Column(visible=not services.settings.has_accounts, elem_id="corrections-desk") as desk:
        return _build_desk(services, tabs, desk)


def _build_desk(services: Services, tabs: Sequence[str], desk: gr.Column) -> CorrectionsTab:
    build_backup_part(services)
    with gr.Row(equal_height=False, elem_classes="wb-bar"):
        project = gr.Dropdown(
            [PROJECT], value=PROJECT, label="Project", allow_custom_value=True, elem_id="corrections-project"
        )
        annotator = gr.Textbox("me", label="Your name", max_lines=1, elem_id="corrections-annotator")
        show = gr.Dropdown(list(SHOWN), value=next(iter(SHOWN)), label="Show", elem_id="corrections-show")
        order = gr.Dropdown(list(ORDERS), value=next(iter(ORDERS)), label="Order", elem_id="corrections-order")
        search = gr.Textbox(label="Search in texts", max_lines=1, elem_id="corrections-search")
        label = gr.Textbox(label="Holds the label", max_lines=1, elem_id="corrections-label")
        most = gr.Number(1, label="Sure at most", minimum=0, maximum=1, step=0.05, elem_id="corrections-most")
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
                headers=["No.", "Text", "Sure", "State"], datatype=["number", "str", "str", "str"],
                type="array", interactive=False, wrap=True, label="Queue", elem_id="corrections-queue",
                column_widths=["15%", "43%", "19%", "23%"], max_height=520,
            )  # fmt: skip
            with gr.Row(elem_classes="wb-schema"):
                former = gr.Button("Former lines", size="sm", elem_id="corrections-former")
                further = gr.Button("Further lines", size="sm", elem_id="corrections-further")
            with gr.Accordion("Blind correction", open=False, elem_id="corrections-blind-part"):
                blind = LenientSlider(
                    0, 100, 0, step=10, label="Predictions that stay hidden, %",
                    info="So many of the untouched records begin empty, so that the model cannot sway who corrects them.",
                    elem_id="corrections-blind",
                )  # fmt: skip
            with gr.Accordion("Versions of this record", open=False, elem_id="corrections-history"):
                versions = gr.Dropdown(
                    [], label="Saved versions, newest first", info="Every version stays; bringing one back makes a new one.",
                    elem_id="corrections-versions",
                )  # fmt: skip
                bring_back = gr.Button("Bring it back", elem_id="corrections-bring-back")
            importing = build_import_part(tabs)
            every = build_every_part()
            labels = build_labels_part()
            build_export_part(services, project)
            sharing, forgetting = build_sharing_part(services), build_forgetting_part(services)
    build_quality_part(services, project)
    training = build_training_part(services)
    return CorrectionsTab(
        project, annotator, show, order, search, label, most, blind, open_, counts, queue, former, further, editor, status,
        submit, skip, back, discard, versions, bring_back, importing, every, labels, sharing, forgetting, training, desk,
    )  # fmt: skip
