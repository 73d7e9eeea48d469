"""The part of every tab that saves, loads and shares what is asked."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import render
from ui.handlers.links import Shared, write_link
from ui.handlers.schema_files import open_schema
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE
from ui.tabs.tab_inputs import TabInputs
from ui.tabs.undo_part import UndoPart, build_undo

SAVE_SCRIPT = "(text) => { if (text) workbench.save(text, 'schema.json'); return text; }"
LINK_SCRIPT = "(fragment) => { if (fragment) workbench.share(fragment); return fragment; }"


def build_schema_part(services: Services, inputs: TabInputs) -> UndoPart:
    """Lay out the buttons and wire them; call inside the tab.

    Args:
        services: For the limits.
        inputs: Of the tab.

    Returns:
        What brings back the inputs that were replaced.
    """
    prefix = inputs.id
    with gr.Row(elem_classes="wb-schema"):
        save = gr.Button("Save schema", size="sm", elem_id=f"{prefix}-save")
        load = gr.UploadButton("Load schema", size="sm", elem_id=f"{prefix}-load")
        share = gr.Button("Copy link", size="sm", elem_id=f"{prefix}-share")
        undo = build_undo(inputs)
    status = gr.HTML("", elem_id=f"{prefix}-schema-status", elem_classes="wb-schema-status")
    sent = gr.Textbox(visible=False)

    def saved(*values: Any) -> tuple[str, str]:
        try:
            text = inputs.form.read(services.settings, *values).to_json()
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return "", render.problem(logged_words(error))
        return text, render.note(
            "Saved as schema.json. Load it here, or give it to python -m gliner2_core extract --schema."
        )

    def loaded(path: str, *before: Any) -> dict[Any, Any]:
        try:
            values, words = open_schema(services, inputs.form, path)
        except Exception as error:  # noqa: BLE001 - see above
            return {status: render.problem(logged_words(error))}
        found = inputs.replaced(dict(zip(inputs.schema, values, strict=True)))
        return {**found, status: render.note(words), **undo.kept(before)}

    def linked(text: str, *values: Any) -> tuple[str, str]:
        n_schema = len(inputs.schema)
        try:
            schema = inputs.form.read(services.settings, *values[:n_schema])
            fragment = write_link(Shared(prefix, text or "", schema, values[n_schema:]))
        except Exception as error:  # noqa: BLE001 - see above
            return "", render.problem(logged_words(error))
        return fragment, render.note(
            "The link is copied and in the address bar. It opens this text and schema, not the result; whoever has the link "
            "can read the text."
        )

    save.click(saved, list(inputs.schema), [sent, status], queue=False, **PRIVATE).then(
        None, sent, sent, js=SAVE_SCRIPT, **PRIVATE
    )
    replaced = [*inputs.outputs(), status, undo.before, undo.button]
    load.upload(loaded, [load, *inputs.all()], replaced, queue=False, **PRIVATE)
    share.click(linked, inputs.all(), [sent, status], queue=False, **PRIVATE).then(
        None, sent, sent, js=LINK_SCRIPT, **PRIVATE
    )
    wiped_by_typing(status, inputs)
    return undo


def wiped_by_typing(status: gr.HTML, inputs: TabInputs) -> None:
    """Let a message about the schema or the link go when somebody types.

    Not when cards change: they tell it a moment late, when a newer message may be there.
    """
    edits = [component.input for component in inputs.all() if isinstance(component, gr.Textbox)]
    gr.on(edits, None, None, status, js="() => ['']", queue=False, show_progress="hidden", **PRIVATE)
