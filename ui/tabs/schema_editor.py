"""The structure builder's schema as JSON and as field specs, both in step with the form while either is edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from gliner2_core import Schema
from ui import render
from ui.card_list import CardList
from ui.code_edit import CodeEdit
from ui.handlers.schema_texts import SchemaTexts, form_from_json, form_from_specs, says_the_same, schema_texts, texts_of
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE

IN_STEP = "In step with the form."
SPEC_HINT = (
    "A structure's name, then its fields, indented by two spaces: name::str, list or [choice|choice]::description. JSON as "
    "for extract_json can be pasted, too."
)


def build_schema_editor(services: Services, form: Sequence[CardList | gr.Textbox], schema: Schema) -> None:
    """Lay out both texts and wire them; call inside gr.Tabs, beside the form.

    Args:
        services: For the limits.
        form: Structures, entity labels, relations, classifications.
        schema: What the form holds at first.
    """
    first = texts_of(schema)
    with gr.Tab("JSON"):
        json_box = CodeEdit(
            first.json, label="Schema as JSON", hint="Edit or paste it: the form follows.", rows=18,
            elem_id="structure-schema-json",
        )  # fmt: skip
        json_status = gr.HTML(render.note(IN_STEP), elem_id="structure-json-status")
    with gr.Tab("Field specs"):
        spec_box = CodeEdit(
            first.specs or "", label="Structures as field specs", hint=SPEC_HINT, rows=12, elem_id="structure-specs"
        )
        spec_status = gr.HTML(render.note(IN_STEP), elem_id="structure-spec-status")

    def from_form(json_text: str, spec_text: str, *values: Any) -> tuple[Any, ...]:
        try:
            texts = schema_texts(services, *values)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            waiting = render.note(f"Waits for the form: {logged_words(error)}")
            return gr.skip(), waiting, gr.skip(), waiting
        if says_the_same(services, texts, json_text, spec_text):
            # What somebody is typing is not rewritten.
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        return texts.json, render.note(texts.words or IN_STEP), *_specs(texts)

    def from_json(text: str) -> tuple[Any, ...]:
        try:
            values, texts = form_from_json(services, text)
        except Exception as error:  # noqa: BLE001 - see above
            return *[gr.skip()] * len(form), render.problem(logged_words(error)), gr.skip(), gr.skip()
        return *values, render.note(texts.words or IN_STEP), *_specs(texts)

    def from_specs(text: str, *values: Any) -> tuple[Any, ...]:
        try:
            cards, texts = form_from_specs(services, text, *values)
        except Exception as error:  # noqa: BLE001 - see above
            return gr.skip(), gr.skip(), gr.skip(), render.problem(logged_words(error))
        return cards, texts.json, render.note(IN_STEP), render.note(IN_STEP)

    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last", **PRIVATE}
    json_box.input(from_json, json_box, [*form, json_status, spec_box, spec_status], **quick)
    spec_box.input(from_specs, [spec_box, *form], [form[0], json_box, json_status, spec_status], **quick)
    gr.on(
        [event for part in form for event in (part.input, part.change)],
        from_form,
        [json_box, spec_box, *form],
        [json_box, json_status, spec_box, spec_status],
        **quick,
    )


def _specs(texts: SchemaTexts) -> tuple[str, str]:
    # Of structures that specs cannot show, the box shows nothing; what is typed there then begins anew.
    return texts.specs or "", render.note(texts.words if texts.specs is None else IN_STEP)
