"""What opens a link: the address's fragment, when the page loads and when the fragment changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ui import render
from ui.handlers.links import read_link
from ui.handlers.schema_files import placed
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE
from ui.tabs.schema_part import wiped_by_typing
from ui.tabs.undo_part import UndoPart

LINK_SCRIPT = "() => [workbench.link()]"
FRAGMENT_SCRIPT = "(_, ...values) => [location.hash.slice(1), ...values]"
OPENED_SCRIPT = "() => { workbench.opened(); return []; }"


def wire_links(services: Services, app: gr.Blocks, tabs: gr.Tabs, parts: Sequence[UndoPart], status: gr.HTML) -> None:
    """Let the page open what the address's fragment holds.

    Args:
        services: For the limits.
        app: The page.
        tabs: All tabs; their ids are those of the parts' inputs.
        parts: Of every tab: its inputs, and what brings back what a link replaces.
        status: Where to say what was opened, or why a link cannot be.
    """
    fragment = gr.Textbox(visible=False)
    # Pressed by the page's script when the address changes while the page is open.
    again = gr.Button("Open the link in the address bar", visible="hidden", elem_id="open-link")

    everything = [component for part in parts for component in part.inputs.all()]

    def opened(text: str, *before: Any) -> dict[Any, Any]:
        if not text:
            return {status: gr.skip()}
        try:
            shared = read_link(text)
            part = next((one for one in parts if one.inputs.id == shared.tab), None)
            if part is None or len(shared.options) != len(part.inputs.options):
                raise PageError("This link was made by another version of the workbench. Ask for its schema as a file.")
            inputs = part.inputs
            values, left = placed(services, inputs.form, shared.schema)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return {status: render.problem(logged_words(error))}
        there = dict(zip(everything, before, strict=False))  # Nothing, when the page loads.
        found = inputs.replaced(dict(zip(inputs.all(), (shared.text, *values, *shared.options), strict=True)))
        return {
            **found,
            **(part.kept([there[one] for one in inputs.all()]) if before else {}),
            tabs: gr.Tabs(selected=inputs.id),
            status: render.note(f"Opened from a link. Press run to see the result.{left}"),
        }

    outputs = [component for part in parts for component in (*part.inputs.outputs(), part.before, part.button)]
    for part in parts:
        wiped_by_typing(status, part.inputs)
    options: dict[str, Any] = {"queue": False, **PRIVATE}
    # Nothing that somebody typed is there when the page loads.
    app.load(opened, fragment, [*outputs, tabs, status], js=LINK_SCRIPT, **options)
    changed = again.click(opened, [fragment, *everything], [*outputs, tabs, status], js=FRAGMENT_SCRIPT, **options)
    changed.then(None, None, None, js=OPENED_SCRIPT, **PRIVATE)
