"""The Entities tab: layout and wiring."""

from __future__ import annotations

from functools import partial

import gradio as gr

from ui.examples import ENTITY_EXAMPLES
from ui.forms.whole import ENTITY_FORM
from ui.handlers.entities import POLICIES, entity_job, extract_entities
from ui.services import Services
from ui.span_view import SpanView
from ui.tabs import parts
from ui.tabs.comparison import build_comparison
from ui.tabs.file_part import build_file_part, wire_file_part
from ui.tabs.model_bar import ModelChoice
from ui.tabs.runs import Outputs, wire_run
from ui.tabs.schema_part import build_schema_part
from ui.tabs.send_part import build_send_part
from ui.tabs.tab_inputs import TabInputs
from ui.tabs.undo_part import UndoPart

EMPTY_WORDS = "The result appears here: every entity marked in your text, with its label and confidence."
TABLE_COLUMNS: parts.Columns = {"Label": "str", "Text": "str", "Start": "number", "End": "number", "Confidence": "str"}
TABLE_WIDTHS = ("22%", "36%", "12%", "12%", "18%")
LABEL_HINT = (
    "One per line, or several with commas. Add “: what it means” to help the model, “@ 0.3” for a threshold of its own. "
    "Put quotes around a label that has a comma, colon or @ in it."
)


def build_entities_tab(services: Services, choice: ModelChoice) -> UndoPart:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Models and limits.
        choice: The visitor's models.

    Returns:
        What a link fills, and what brings back what was there.
    """
    first = ENTITY_EXAMPLES[0]
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            text = parts.build_text("entity", first.text, lines=5)
            labels = gr.Textbox(
                first.labels, label="Labels to find", info=LABEL_HINT, lines=5, max_lines=14, elem_id="entity-labels",
                placeholder="person\ncompany: Businesses and organisations\ndate @ 0.4",
            )  # fmt: skip
            threshold = parts.build_threshold("entity")
            policy = gr.Dropdown(
                list(POLICIES), value=next(iter(POLICIES)), label="Overlapping spans", elem_id="entity-policy"
            )
            run, cancel = parts.build_run("entity", "Find entities")
            inputs = TabInputs("entity", text, [labels], ENTITY_FORM, [threshold, policy])
            undo = build_schema_part(services, inputs)
        with gr.Column(scale=6, min_width=320, elem_classes="wb-result"):
            outputs = _build_outputs()
            send = build_send_part(services, "entity", "Entities")
    comparison = build_comparison("entity", choice, partial(SpanView, empty=EMPTY_WORDS), "spans")
    chosen = parts.build_examples("entity", {one.name: [one.text, one.labels] for one in ENTITY_EXAMPLES}, undo)
    file_part = build_file_part(services, "entity", "Find entities in the file", "labels and settings")
    wire_run(services, extract_entities, [run.click, chosen.then], inputs.all(), outputs, cancel, send, comparison)
    wire_file_part(services, file_part, entity_job, [labels, threshold, policy], choice.model)
    return undo


def _build_outputs() -> Outputs:
    status = parts.build_status("entity")
    with gr.Tabs():
        with gr.Tab("In the text"):
            spans = SpanView(empty=EMPTY_WORDS, elem_id="entity-spans")
        table = parts.build_table("entity", "Entities in text order", TABLE_COLUMNS, TABLE_WIDTHS)
        code = parts.build_code_tabs("entity")
    return {"status": status, "spans": spans, "rows": table, **code}
