"""The structure builder's schema as JSON and as field specs: two boxes that can be edited, in step with the form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui import render
from ui.card_list import CardList
from ui.code_edit import CodeEdit, Edited
from ui.forms.builder import read_structures, texts_of, untold_words
from ui.handlers.schema_texts import form_from_json, form_from_specs, says_the_same
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE
from ui.tabs.tab_inputs import Updates

IN_STEP = "In step with the form."
NOT_READ = "The text under “%s” is newer than the form, but cannot be read. Mend it there, or discard it and keep the form."
SPEC_HINT = (
    "A structure's name, then its fields, indented by two spaces: name::str, list or [choice|choice]::description. JSON as "
    "for extract_json can be pasted, too."
)


class SchemaEditor:
    """Both boxes, and what is said of them.

    Attributes:
        texts: JSON, field specs.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def build_fault(self) -> None:
        """Lay out what is wrong with a text; call below the tabs, so that nothing moves under who is typing."""
        self._fault = gr.HTML("", elem_id="structure-draft", elem_classes="wb-schema-status")
        self._discard = gr.Button(
            "Discard that text, keep the form", size="sm", visible=False, elem_id="structure-draft-discard",
            elem_classes="wb-short",
        )  # fmt: skip

    def build(self, json: Edited, specs: Edited) -> Sequence[CodeEdit]:
        """Lay out both boxes; call inside gr.Tabs, beside the form. Returns them: JSON, field specs."""
        with gr.Tab("JSON"):
            self._json_status = gr.HTML(render.note(IN_STEP), elem_id="structure-json-status")
            json_box = CodeEdit(
                json, label="Schema as JSON", hint="Edit or paste it: the form follows.", rows=14,
                elem_id="structure-schema-json",
            )  # fmt: skip
        with gr.Tab("Field specs"):
            self._spec_status = gr.HTML(render.note(IN_STEP), elem_id="structure-spec-status")
            spec_box = CodeEdit(specs, label="Structures as field specs", hint=SPEC_HINT, rows=12, elem_id="structure-specs")
        self.texts = (json_box, spec_box)
        return self.texts

    def wire(self, form: Sequence[CardList | gr.Textbox], also: gr.Accordion) -> None:
        """Wire them.

        Args:
            form: Structures, entity labels, relations, classifications.
            also: Holds all of the form but the structures; folded at first.
        """
        self._also: Any = also
        inputs, (json_box, spec_box) = [*form, *self.texts], self.texts
        outputs = [*inputs, *self.said()]

        def values_of(values: Sequence[Any]) -> Updates:
            return dict(zip(inputs, values, strict=True))

        def from_form(*values: Any) -> Updates:
            json, specs = values[4:]
            try:
                schema = read_structures(self._services.settings, *values[:4])
            except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
                return self._waits(logged_words(error))
            if says_the_same(self._services, schema, json.text, specs.text):
                return {self._json_status: gr.skip()}  # What somebody wrote in their own way is not rewritten.
            return {**dict(zip(self.texts, texts_of(schema), strict=False)), **self.words_of(values[:4])}

        def from_json(json: Edited, *_: Any) -> Updates:
            try:
                values, left = form_from_json(self._services, json.text)
            except Exception as error:  # noqa: BLE001 - see above
                return {self._json_status: render.problem(logged_words(error)), **self._faulty(NOT_READ % "JSON")}
            return {**values_of(values), **self.words_of(values[:4], left), **self.shown(values)}

        def from_specs(specs: Edited, *values: Any) -> Updates:
            try:
                values = form_from_specs(self._services, specs.text, *values)
            except Exception as error:  # noqa: BLE001 - see above
                return {self._spec_status: render.problem(logged_words(error)), **self._faulty(NOT_READ % "Field specs")}
            return {**values_of(values), **self.words_of(values[:4])}

        def discarded(*values: Any) -> Updates:
            try:
                texts = texts_of(read_structures(self._services.settings, *values))
            except Exception as error:  # noqa: BLE001 - see above
                texts = (Edited(), Edited(), "")
                return {**dict(zip(self.texts, texts, strict=False)), **self._fine(), **self._waits(logged_words(error))}
            return {**dict(zip(self.texts, texts, strict=False)), **self.words_of(values)}

        wirings: tuple[tuple[list[Any], Callable[..., Updates], list[Any]], ...] = (
            ([json_box.input], from_json, [json_box]),
            ([spec_box.input], from_specs, [spec_box, *form]),
            ([part.input for part in form], from_form, inputs),
            ([self._discard.click], discarded, list(form)),
        )
        for events, answer, asked in wirings:
            gr.on(events, answer, asked, outputs, queue=False, show_progress="hidden", trigger_mode="always_last", **PRIVATE)

    def said(self) -> list[Any]:
        """Return the components that say something of the texts, and the folded part."""
        return [self._json_status, self._spec_status, self._fault, self._discard, self._also]

    def shown(self, values: Sequence[Any]) -> Updates:
        """Unfold what is asked besides structures, which an example, a file, a link or a pasted text may bring unseen.

        Args:
            values: Of the form; see `words_of`.
        """
        return {self._also: gr.Accordion(open=True)} if any(values[1:4]) else {}

    def words_of(self, values: Sequence[Any], left: str = "") -> Updates:
        """Return what to say once form and texts are in step.

        Args:
            values: Of the form: structures, entity labels, relations, classifications; then of the texts, if they are given.
            left: What of a text the form has no place for.
        """
        try:
            schema = read_structures(self._services.settings, *values)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            if any(text.is_typed for text in values[4:]):
                return self._faulty(logged_words(error))
            return {**self._fine(), **self._waits(logged_words(error))}
        return self._fine() | {
            self._json_status: render.note(left or IN_STEP),
            self._spec_status: render.note(untold_words(schema) or IN_STEP),
        }

    def _waits(self, words: str) -> Updates:
        waiting = render.note(f"Waits for the form: {words}")
        return {self._json_status: waiting, self._spec_status: waiting}

    def _fine(self) -> Updates:
        return {self._fault: "", self._discard: gr.Button(visible=False)}

    def _faulty(self, words: str) -> Updates:
        return {self._fault: render.problem(words), self._discard: gr.Button(visible=True)}
