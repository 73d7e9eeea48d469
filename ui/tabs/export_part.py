"""The part of the Corrections tab that makes training data of what was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from ui import render
from ui.handlers.exports import EXPORTS, export_project
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import STORE_QUEUE


def build_export_part(services: Services, project: gr.Dropdown) -> None:
    """Lay it out, folded, and wire it; call inside the Corrections tab.

    Args:
        services: The store.
        project: Whose corrections.
    """
    with gr.Accordion("Export", open=False, elem_id="corrections-export"):
        kind = gr.Dropdown(
            list(EXPORTS), value=next(iter(EXPORTS)), label="Submitted corrections as", elem_id="corrections-export-kind"
        )
        with gr.Row():
            annotator = gr.Textbox(label="Only those of", max_lines=1, placeholder="everybody", min_width=120)
            label = gr.Textbox(label="Only those that hold", max_lines=1, placeholder="any label", min_width=120)
        export = gr.Button("Export", elem_id="corrections-export-run")
        status = gr.HTML("", elem_id="corrections-export-status", elem_classes="wb-schema-status")
        archive = gr.File(label="Archive", interactive=False, visible=False, elem_id="corrections-archive")

    def exported(name: str, as_kind: str, whose: str, holds: str) -> Iterator[tuple[Any, str]]:
        try:
            # Gone at the end: by then the page has a copy of its own.
            with TemporaryDirectory(prefix="workbench-") as folder:
                made, words = export_project(services, name, as_kind, Path(folder), annotator=whose, label=holds)
                yield gr.File(str(made), visible=True), render.note(words)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            yield gr.File(visible=False), render.problem(logged_words(error))

    export.click(exported, [project, kind, annotator, label], [archive, status], **STORE_QUEUE)
