"""The part of the Corrections tab that measures: the model against people, people against each other."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import render
from ui.handlers.quality import PARTS, numbers_of
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import STORE_LINE

ABOUT = (
    "Compares what the model said with what people submitted, label by label; shows which threshold would have been best, "
    "what was taken for what, and how far people agree who corrected the same records."
)


def build_quality_part(services: Services, project: gr.Dropdown) -> None:
    """Lay it out, folded, and wire it; call inside the Corrections tab.

    Args:
        services: The store.
        project: Whose records are compared.
    """
    with gr.Accordion("How good is the model, and how far do people agree?", open=False, elem_id="quality"):
        gr.HTML(f'<p class="wb-status">{ABOUT}</p>')
        with gr.Row(equal_height=False, elem_classes="wb-bar"):
            part = gr.Dropdown(list(PARTS), value=next(iter(PARTS)), label="Records", elem_id="quality-part", scale=4)
            compute = gr.Button("Compute", elem_id="quality-compute", scale=1, min_width=110)
        tables = gr.HTML("", elem_id="quality-tables")
        with gr.Row(visible=False) as plots:
            sweep = gr.LinePlot(
                x="threshold", y="percent", color="measure", title="Precision, recall and F1 by threshold, %", height=260,
                elem_id="quality-sweep",
            )  # fmt: skip

    def computed(name: str, records: str) -> dict[Any, Any]:
        try:
            numbers = numbers_of(services, name, records)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return {tables: render.problem(logged_words(error))}
        shown: dict[Any, Any] = {tables: numbers.tables}
        if numbers.sweep is not None:
            shown |= {sweep: numbers.sweep, plots: gr.Row(visible=True)}
        return shown

    compute.click(
        computed, [project, part], [tables, sweep, plots], show_progress_on=tables, **STORE_LINE,
    )  # fmt: skip
