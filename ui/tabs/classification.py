"""The Classification tab: layout and wiring."""

from __future__ import annotations

from functools import partial

import gradio as gr

from ui.card_list import CardList
from ui.examples import CLASSIFICATION_EXAMPLES
from ui.forms.tasks import task_card
from ui.forms.whole import CLASSIFICATION_FORM
from ui.handlers.classification import classification_job, classify
from ui.score_view import ScoreView
from ui.services import Services
from ui.tabs import parts
from ui.tabs.comparison import build_comparison
from ui.tabs.file_part import build_file_part, wire_file_part
from ui.tabs.model_bar import ModelChoice
from ui.tabs.runs import Outputs, wire_run
from ui.tabs.schema_part import build_schema_part
from ui.tabs.send_part import build_send_part
from ui.tabs.tab_inputs import TabInputs
from ui.tabs.undo_part import UndoPart

EMPTY_WORDS = "The result appears here: every label's probability, and which one is chosen."
TABLE_COLUMNS: parts.Columns = {"Task": "str", "Label": "str", "Probability": "str", "Chosen": "str"}


def build_classification_tab(services: Services, choice: ModelChoice) -> UndoPart:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Models and limits.
        choice: The visitor's models.

    Returns:
        What a link fills, and what brings back what was there.
    """
    first = CLASSIFICATION_EXAMPLES[0]
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            text = parts.build_text("class", first.text, lines=6)
            gr.HTML('<h2 class="wb-part">Tasks</h2>')
            tasks = CardList(task_card(services.settings.max_tasks), first.cards(), elem_id="class-tasks")
            run, cancel = parts.build_run("class", "Classify")
            inputs = TabInputs("class", text, [tasks], CLASSIFICATION_FORM)
            undo = build_schema_part(services, inputs)
        with gr.Column(scale=6, min_width=320, elem_classes="wb-result"):
            outputs = _build_outputs()
            send = build_send_part(services, "class", "Classification")
    comparison = build_comparison("class", choice, partial(ScoreView, empty=EMPTY_WORDS), "scores")
    rows = {example.name: [example.text, example.cards()] for example in CLASSIFICATION_EXAMPLES}
    chosen = parts.build_examples("class", rows, undo)
    file_part = build_file_part(services, "class", "Classify the texts of the file", "tasks")
    wire_run(services, classify, [run.click, chosen.then], inputs.all(), outputs, cancel, send, comparison)
    wire_file_part(services, file_part, classification_job, [tasks], choice.model)
    return undo


def _build_outputs() -> Outputs:
    status = parts.build_status("class")
    with gr.Tabs():
        with gr.Tab("Probabilities"):
            scores = ScoreView(empty=EMPTY_WORDS, elem_id="class-scores")
        table = parts.build_table("class", "Every label of every task", TABLE_COLUMNS)
        code = parts.build_code_tabs("class")
    return {"status": status, "scores": scores, "rows": table, **code}
