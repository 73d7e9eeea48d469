"""The Structures tab: layout and wiring."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import gradio as gr

from ui.card_list import CardList
from ui.examples import STRUCTURE_EXAMPLES
from ui.forms.builder import STRUCTURE_FORM, write_whole
from ui.forms.structures import structure_card
from ui.forms.tasks import task_card
from ui.handlers.structures import extract_structures, structure_job
from ui.record_view import RecordView
from ui.score_view import ScoreView
from ui.services import Services
from ui.tabs import parts
from ui.tabs.comparison import build_comparison
from ui.tabs.file_part import build_file_part, wire_file_part
from ui.tabs.model_bar import ModelChoice
from ui.tabs.runs import Outputs, wire_run
from ui.tabs.schema_editor import SchemaEditor
from ui.tabs.schema_part import build_schema_part
from ui.tabs.send_part import build_send_part
from ui.tabs.tab_inputs import Remarks, TabInputs
from ui.tabs.undo_part import UndoPart

EMPTY_WORDS = "The result appears here: a card per record, each value linked to its place in your text."
NO_SCORES = "Every label's probability appears here when classifications are asked."
TABLE_COLUMNS: parts.Columns = {
    "Part": "str", "No.": "number", "Field": "str", "Value": "str", "Start": "str", "End": "str", "Confidence": "str",
}  # fmt: skip
ALSO_HINT = (
    "Entities, relations and classifications asked here are answered in the same forward pass as the structures, from one "
    "reading of the text."
)


def build_structures_tab(services: Services, choice: ModelChoice) -> UndoPart:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Models and limits.
        choice: The visitor's models.

    Returns:
        What a link fills, and what brings back what was there.
    """
    first = STRUCTURE_EXAMPLES[0]
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            text = parts.build_text("structure", first.text, lines=5)
            schema, remarks = _build_schema(services)
            threshold = parts.build_threshold("structure")
            run, cancel = parts.build_run("structure", "Fill structures")
            inputs = TabInputs("structure", text, schema, STRUCTURE_FORM, [threshold], remarks)
            undo = build_schema_part(services, inputs)
        with gr.Column(scale=6, min_width=320, elem_classes="wb-result"):
            outputs = _build_outputs()
            send = build_send_part(services, "structure", "Structures")
    comparison = build_comparison("structure", choice, partial(RecordView, empty=EMPTY_WORDS), "records")
    rows = {one.name: [one.text, *write_whole(one.schema())] for one in STRUCTURE_EXAMPLES}
    chosen = parts.build_examples("structure", rows, undo)
    file_part = build_file_part(services, "structure", "Fill structures from the file", "schema and settings")
    wire_run(services, extract_structures, [run.click, chosen.then], inputs.all(), outputs, cancel, send, comparison)
    wire_file_part(services, file_part, structure_job, [*schema, threshold], choice.model)
    return undo


def _build_schema(services: Services) -> tuple[Sequence[gr.components.Component], Remarks]:
    settings, values = services.settings, write_whole(STRUCTURE_EXAMPLES[0].schema())
    editor = SchemaEditor(services)
    with gr.Tabs():
        with gr.Tab("Form"):
            structures = CardList(
                structure_card(settings.max_structures, settings.max_fields), values[0], elem_id="structure-cards"
            )
            with gr.Accordion("Also in the same pass", open=False, elem_id="structure-also") as also:
                gr.HTML(f'<p class="wb-hint">{ALSO_HINT}</p>')
                labels = gr.Textbox(
                    values[1], label="Entities", lines=2, max_lines=8, elem_id="structure-labels",
                    placeholder="person\ncompany: Businesses and organisations",
                )  # fmt: skip
                relations = gr.Textbox(
                    values[2], label="Relations", lines=1, max_lines=8, elem_id="structure-relations",
                    placeholder="works for\nlocated in",
                )  # fmt: skip
                gr.HTML('<h2 class="wb-part">Classifications</h2>')
                tasks = CardList(task_card(settings.max_tasks), values[3], elem_id="structure-tasks")
        form: Sequence[CardList | gr.Textbox] = [structures, labels, relations, tasks]
        texts = editor.build(*values[4:])
    editor.build_fault()
    editor.wire(form, also)
    return [*form, *texts], Remarks(editor.said(), lambda values: {**editor.words_of(values), **editor.shown(values)})


def _build_outputs() -> Outputs:
    status = parts.build_status("structure")
    with gr.Tabs():
        with gr.Tab("Records"):
            records = RecordView(empty=EMPTY_WORDS, elem_id="structure-records")
        with gr.Tab("Probabilities"):
            scores = ScoreView(empty=NO_SCORES, elem_id="structure-scores")
        table = parts.build_table("structure", "Every value", TABLE_COLUMNS)
        code = parts.build_code_tabs("structure")
    return {"status": status, "records": records, "scores": scores, "rows": table, **code}
