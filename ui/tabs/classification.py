"""The Classification tab: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.card_list import CardList
from ui.code_view import CodeView
from ui.examples import CLASSIFICATION_EXAMPLES
from ui.handlers.classification import classification_job, classify, task_card
from ui.messages import logged_words
from ui.score_view import ScoreView
from ui.services import Services
from ui.tabs.common import READY, model_queue, waiting_words
from ui.tabs.file_part import build_file_part, wire_file_part

EMPTY_WORDS = "The result appears here: every label's probability, and which one is chosen."
TABLE_HEADERS = ["Task", "Label", "Probability", "Chosen"]


@dataclass(frozen=True, slots=True)
class _Outputs:
    status: gr.HTML
    scores: ScoreView
    table: gr.Dataframe
    json: CodeView
    python: CodeView
    command: CodeView

    def all(self) -> list[Any]:
        return [self.status, self.scores, self.table, self.json, self.python, self.command]


def build_classification_tab(services: Services) -> None:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Model and limits.
    """
    first = CLASSIFICATION_EXAMPLES[0]
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            text = gr.Textbox(
                first.text, label="Text", lines=6, max_lines=14, elem_id="class-text", placeholder="Type or paste a text"
            )
            gr.HTML('<h2 class="wb-part">Tasks</h2>')
            tasks = CardList(task_card(services.settings.max_tasks), first.cards(), elem_id="class-tasks")
            run = gr.Button("Classify  (Ctrl+Enter)", variant="primary", elem_id="class-run", elem_classes="wb-run")
        with gr.Column(scale=6, min_width=320, elem_classes="wb-result"):
            outputs = _build_outputs()
    examples = gr.Examples(
        [[example.text, example.cards()] for example in CLASSIFICATION_EXAMPLES],
        [text, tasks],
        example_labels=[example.name for example in CLASSIFICATION_EXAMPLES],
        label="Examples",
        examples_per_page=len(CLASSIFICATION_EXAMPLES),
        elem_id="class-examples",
        api_visibility="private",
    )
    file_part = build_file_part("class", "Classify the texts of the file", "tasks")
    _wire(services, run, examples.load_input_event, [text, tasks], outputs)
    wire_file_part(services, file_part, classification_job, [tasks])


def _build_outputs() -> _Outputs:
    status = gr.HTML(render.ready(READY), elem_id="class-status")
    with gr.Tabs():
        with gr.Tab("Probabilities"):
            scores = ScoreView(empty=EMPTY_WORDS, elem_id="class-scores")
        with gr.Tab("Table"):
            table = gr.Dataframe(
                headers=TABLE_HEADERS, datatype=["str", "str", "str", "str"], interactive=False, wrap=True,
                label="Every label of every task", elem_id="class-table",
            )  # fmt: skip
        with gr.Tab("JSON"):
            json = CodeView(name="Everything the model said", elem_id="class-json")
        with gr.Tab("Python"):
            python = CodeView(name="The same from Python", elem_id="class-python")
        with gr.Tab("Command"):
            command = CodeView(name="The same from the shell", elem_id="class-command")
    return _Outputs(status, scores, table, json, python, command)


def _wire(services: Services, button: gr.Button, loaded: Dependency, given: list[Any], outputs: _Outputs) -> None:
    def run(text: str, cards: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
        if words := waiting_words(services, text):
            yield render.ready(words), *[gr.skip()] * 5
        try:
            answer = classify(services, text, cards)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            yield render.problem(logged_words(error)), [], [], "", "", ""
        else:
            yield answer.status, answer.scores, answer.rows, answer.json, answer.python, answer.command

    button.click(run, given, outputs.all(), trigger_mode="always_last", **model_queue(outputs.status))
    loaded.then(run, given, outputs.all(), **model_queue(outputs.status))
