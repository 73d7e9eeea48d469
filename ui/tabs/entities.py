"""The Entities tab: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.code_view import CodeView
from ui.examples import ENTITY_EXAMPLES
from ui.handlers.entities import POLICIES, entity_job, extract_entities
from ui.messages import logged_words
from ui.services import Services
from ui.span_view import EMPTY, SpanView
from ui.tabs.common import READY, model_queue, waiting_words
from ui.tabs.file_part import build_file_part, wire_file_part

EMPTY_WORDS = "The result appears here: every entity marked in your text, with its label and confidence."
LABEL_HINT = (
    "One per line, or several with commas. Add “: what it means” to help the model, “@ 0.3” for a threshold of its own."
)


@dataclass(frozen=True, slots=True)
class EntitiesTab:
    """The components that others may wire to."""

    text: gr.Textbox
    labels: gr.Textbox
    spans: SpanView
    run: gr.Button


@dataclass(frozen=True, slots=True)
class _Inputs:
    text: gr.Textbox
    labels: gr.Textbox
    threshold: gr.Slider
    policy: gr.Dropdown
    run: gr.Button


@dataclass(frozen=True, slots=True)
class _Outputs:
    status: gr.HTML
    spans: SpanView
    table: gr.Dataframe
    json: CodeView
    python: CodeView
    command: CodeView

    def all(self) -> list[Any]:
        return [self.status, self.spans, self.table, self.json, self.python, self.command]


def build_entities_tab(services: Services) -> EntitiesTab:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Model and limits.

    Returns:
        Its components.
    """
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            inputs = _build_inputs()
        with gr.Column(scale=6, min_width=320, elem_classes="wb-result"):
            outputs = _build_outputs()
    examples = gr.Examples(
        [[example.text, example.labels] for example in ENTITY_EXAMPLES],
        [inputs.text, inputs.labels],
        example_labels=[example.name for example in ENTITY_EXAMPLES],
        label="Examples",
        examples_per_page=len(ENTITY_EXAMPLES),
        elem_id="entity-examples",
        api_visibility="private",
    )
    file_part = build_file_part("entity", "Find entities in the file", "labels and settings")
    _wire_text(services, inputs, outputs, examples.load_input_event)
    wire_file_part(services, file_part, entity_job, [inputs.labels, inputs.threshold, inputs.policy])
    return EntitiesTab(inputs.text, inputs.labels, outputs.spans, inputs.run)


def _build_inputs() -> _Inputs:
    first = ENTITY_EXAMPLES[0]
    text = gr.Textbox(
        first.text, label="Text", lines=7, max_lines=14, elem_id="entity-text", placeholder="Type or paste a text"
    )
    labels = gr.Textbox(
        first.labels, label="Labels to find", info=LABEL_HINT, lines=5, max_lines=14, elem_id="entity-labels",
        placeholder="person\ncompany: Businesses and organisations\ndate @ 0.4",
    )  # fmt: skip
    threshold = gr.Slider(
        0,
        1,
        0.5,
        step=0.01,
        label="Threshold",
        info="Show only what the model is at least this sure of.",
        elem_id="entity-threshold",
    )
    policy = gr.Dropdown(list(POLICIES), value=next(iter(POLICIES)), label="Overlapping spans", elem_id="entity-policy")
    run = gr.Button("Find entities  (Ctrl+Enter)", variant="primary", elem_id="entity-run", elem_classes="wb-run")
    return _Inputs(text, labels, threshold, policy, run)


def _build_outputs() -> _Outputs:
    status = gr.HTML(render.ready(READY), elem_id="entity-status")
    with gr.Tabs():
        with gr.Tab("In the text"):
            spans = SpanView(empty=EMPTY_WORDS, elem_id="entity-spans")
        with gr.Tab("Table"):
            table = gr.Dataframe(
                headers=render.TABLE_HEADERS, datatype=["str", "str", "number", "number", "str"], interactive=False,
                wrap=True, label="Entities in text order", elem_id="entity-table",
            )  # fmt: skip
        with gr.Tab("JSON"):
            json = CodeView(name="Everything the model said", elem_id="entity-json")
        with gr.Tab("Python"):
            python = CodeView(name="The same from Python", elem_id="entity-python")
        with gr.Tab("Command"):
            command = CodeView(name="The same from the shell", elem_id="entity-command")
    return _Outputs(status, spans, table, json, python, command)


def _wire_text(services: Services, inputs: _Inputs, outputs: _Outputs, loaded: Dependency) -> None:
    def run(text: str, labels: str, threshold: float, policy: str) -> Iterator[tuple[Any, ...]]:
        if words := waiting_words(services, text):
            yield render.ready(words), *[gr.skip()] * 5
        try:
            answer = extract_entities(services, text, labels, threshold, policy)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            yield render.problem(logged_words(error)), EMPTY, [], "", "", ""
        else:
            yield answer.status, answer.spans, answer.rows, answer.json, answer.python, answer.command

    given = [inputs.text, inputs.labels, inputs.threshold, inputs.policy]
    inputs.run.click(run, given, outputs.all(), trigger_mode="always_last", **model_queue(outputs.status))
    loaded.then(run, given, outputs.all(), **model_queue(outputs.status))
