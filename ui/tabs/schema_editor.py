"""The structure builder's schema as JSON and as field specs, both in step with the form while either is edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from gliner2_core import Schema
from ui import render
from ui.card_list import CardList
from ui.code_edit import CodeEdit
from ui.forms.whole import draft_words
from ui.handlers.schema_texts import SchemaTexts, form_from_json, form_from_specs, says_the_same, schema_texts, texts_of
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE

IN_STEP = "In step with the form."
NOT_READ = "Cannot be read yet, see above; the form is as it was."
SPEC_HINT = (
    "A structure's name, then its fields, indented by two spaces: name::str, list or [choice|choice]::description. JSON as "
    "for extract_json can be pasted, too."
)
Updates = dict[gr.components.Component, Any]


@dataclass(frozen=True, slots=True)
class DraftPart:
    """What is said of a text that cannot be read, above the form and its texts.

    Attributes:
        words: What is wrong; empty while both texts can be read. An input of whatever uses the schema.
        note: Shows them.
        discard: Takes the form's schema instead of the text.
    """

    words: gr.Textbox
    note: gr.HTML
    discard: gr.Button

    def outputs(self) -> list[gr.components.Component]:
        """Return its components."""
        return [self.words, self.note, self.discard]

    def update(self, words: str) -> Updates:
        """Return the values for what is wrong, empty for nothing."""
        note = render.problem(draft_words(words)) if words else ""
        return {self.words: words, self.note: note, self.discard: gr.Button(visible=bool(words))}


def build_draft_part() -> DraftPart:
    """Lay it out; call above the tabs of the form and its texts."""
    words = gr.Textbox(visible=False)
    note = gr.HTML("", elem_id="structure-draft", elem_classes="wb-schema-status")
    discard = gr.Button(
        "Discard that text, keep the form",
        size="sm",
        visible=False,
        elem_id="structure-draft-discard",
        elem_classes="wb-short",
    )
    return DraftPart(words, note, discard)


def build_schema_editor(services: Services, form: Sequence[CardList | gr.Textbox], draft: DraftPart, schema: Schema) -> None:
    """Lay out both texts and wire them; call inside gr.Tabs, beside the form.

    Args:
        services: For the limits.
        form: Structures, entity labels, relations, classifications.
        draft: Says what is wrong with a text.
        schema: What the form holds at first.
    """
    first = texts_of(schema)
    with gr.Tab("JSON"):
        json_status = gr.HTML(render.note(IN_STEP), elem_id="structure-json-status")
        json_box = CodeEdit(
            first.json, label="Schema as JSON", hint="Edit or paste it: the form follows.", rows=18,
            elem_id="structure-schema-json",
        )  # fmt: skip
    with gr.Tab("Field specs"):
        spec_status = gr.HTML(render.note(IN_STEP), elem_id="structure-spec-status")
        spec_box = CodeEdit(
            first.specs or "", label="Structures as field specs", hint=SPEC_HINT, rows=12, elem_id="structure-specs"
        )

    def specs(texts: SchemaTexts) -> Updates:
        # Of structures that specs cannot show, the box shows nothing; what is typed there then begins anew.
        words = texts.words if texts.specs is None else IN_STEP
        return {spec_box: texts.specs or "", spec_status: render.note(words)}

    def both(texts: SchemaTexts) -> Updates:
        return {json_box: texts.json, json_status: render.note(texts.words or IN_STEP), **specs(texts), **draft.update("")}

    def from_form(json_text: str, spec_text: str, *values: Any) -> Updates:
        try:
            texts = schema_texts(services, *values)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            waiting = render.note(f"Waits for the form: {logged_words(error)}")
            return {json_status: waiting, spec_status: waiting}
        # What somebody is typing is not rewritten.
        return {json_status: gr.skip()} if says_the_same(services, texts, json_text, spec_text) else both(texts)

    def from_json(text: str) -> Updates:
        try:
            values, texts = form_from_json(services, text)
        except Exception as error:  # noqa: BLE001 - see above
            return {json_status: render.note(NOT_READ), **draft.update(f"JSON: {logged_words(error)}")}
        filled: Updates = dict(zip(form, values, strict=False))  # The last value is the draft's.
        return {**filled, json_status: render.note(texts.words or IN_STEP), **specs(texts), **draft.update("")}

    def from_specs(text: str, *values: Any) -> Updates:
        try:
            cards, texts = form_from_specs(services, text, *values)
        except Exception as error:  # noqa: BLE001 - see above
            return {spec_status: render.note(NOT_READ), **draft.update(f"Field specs: {logged_words(error)}")}
        in_step = render.note(IN_STEP)
        return {form[0]: cards, json_box: texts.json, json_status: in_step, spec_status: in_step, **draft.update("")}

    def discarded(*values: Any) -> Updates:
        try:
            return both(schema_texts(services, *values))
        except Exception as error:  # noqa: BLE001 - see above
            return draft.update("") | {json_status: render.note(f"Waits for the form: {logged_words(error)}")}

    texts = [json_box, json_status, spec_box, spec_status, *draft.outputs()]
    changes = [event for part in form for event in (part.input, part.change)]
    wirings: tuple[tuple[list[Any], Callable[..., Updates], list[Any], list[Any]], ...] = (
        ([json_box.input], from_json, [json_box], [*form, *texts]),
        ([spec_box.input], from_specs, [spec_box, *form], [form[0], *texts]),
        (changes, from_form, [json_box, spec_box, *form], texts),
        ([draft.discard.click], discarded, list(form), texts),
    )
    for events, answer, inputs, outputs in wirings:
        gr.on(events, answer, inputs, outputs, queue=False, show_progress="hidden", trigger_mode="always_last", **PRIVATE)
