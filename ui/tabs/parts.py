"""The parts that the tabs are laid out of; every id begins with the tab's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.code_view import CodeView
from ui.lenient_slider import LenientSlider
from ui.tabs.events import PRIVATE
from ui.tabs.undo_part import UndoPart

Columns = Mapping[str, Literal["str", "number"]]
"""Header → what its cells hold."""
READY = "Ready. The first run may wait a few seconds for the model."


def build_text(prefix: str, value: str, lines: int) -> gr.Textbox:
    """Lay out the box of the text.

    Args:
        prefix: Of the elements' ids.
        value: Text to begin with.
        lines: Shown at least.
    """
    return gr.Textbox(
        value, label="Text", lines=lines, max_lines=14, elem_id=f"{prefix}-text", placeholder="Type or paste a text"
    )


def build_threshold(prefix: str) -> LenientSlider:
    """Lay out the threshold.

    Args:
        prefix: Of the elements' ids.
    """
    return LenientSlider(
        0, 1, 0.5, step=0.01, label="Threshold", info="Show only what the model is at least this sure of.",
        elem_id=f"{prefix}-threshold",
    )  # fmt: skip


def build_run(prefix: str, words: str) -> tuple[gr.Button, gr.Button]:
    """Lay out the button that Ctrl+Enter presses, and the one that stops a long run.

    Args:
        prefix: Of the elements' ids.
        words: What it does.
    """
    with gr.Row():
        run = gr.Button(f"{words}  (Ctrl+Enter)", variant="primary", scale=4, elem_id=f"{prefix}-run", elem_classes="wb-run")
        cancel = gr.Button("Stop", interactive=False, scale=1, min_width=90, elem_id=f"{prefix}-cancel")
    return run, cancel


def build_table(prefix: str, label: str, columns: Columns, widths: Sequence[str | int] | None = None) -> gr.Dataframe:
    """Lay out the result's table; call inside gr.Tabs.

    Args:
        prefix: Of the elements' ids.
        label: Of the table.
        columns: See `Columns`.
        widths: Of the columns; by their content where none are given.
    """
    with gr.Tab("Table"):
        return gr.Dataframe(
            headers=list(columns), datatype=list(columns.values()), interactive=False, wrap=True, label=label,
            elem_id=f"{prefix}-table", column_widths=list(widths) if widths else None,
        )  # fmt: skip


def build_status(prefix: str) -> gr.HTML:
    """Lay out the line that says how a run went.

    Args:
        prefix: Of the elements' ids.
    """
    gr.HTML("<h2>Result</h2>", elem_classes="wb-unseen")
    return gr.HTML(render.ready(READY), elem_id=f"{prefix}-status")


def build_code_tabs(prefix: str) -> dict[str, gr.components.Component]:
    """Lay out the answer as JSON, and the Python and the command that give the same; call inside gr.Tabs.

    Args:
        prefix: Of the elements' ids.
    """
    with gr.Tab("JSON"):
        json = CodeView(name="Everything the model said", elem_id=f"{prefix}-json")
    with gr.Tab("Python"):
        python = CodeView(name="The same from Python", elem_id=f"{prefix}-python")
    with gr.Tab("Command"):
        command = CodeView(name="The same from the shell", elem_id=f"{prefix}-command")
    return {"json": json, "python": python, "command": command}


def build_examples(prefix: str, rows: Mapping[str, Sequence[Any]], undo: UndoPart) -> Dependency:
    """Lay out the examples; returns the event of choosing one.

    Args:
        prefix: Of the elements' ids.
        rows: Name of the button → values of the first inputs that `undo` knows, which an example fills.
        undo: Brings back what an example has replaced.
    """
    # Not gr.Examples: it fills the inputs before any other event can read what it replaces (Gradio 6.31).
    dataset = gr.Dataset(
        label="Examples",
        components=[gr.Textbox(visible=False)],
        samples=[[name] for name in rows],
        samples_per_page=len(rows),
        type="index",
        elem_id=f"{prefix}-examples",
    )
    examples, inputs = list(rows.values()), undo.inputs

    def choose(index: int, *before: Any) -> dict[Any, Any]:
        return {**inputs.replaced(dict(zip(inputs.all(), examples[index], strict=False))), **undo.kept(before)}

    outputs = [*inputs.outputs(), undo.before, undo.button]
    return dataset.click(choose, [dataset, *inputs.all()], outputs, queue=False, show_progress="hidden", **PRIVATE)
