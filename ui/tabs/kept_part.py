"""What was typed stays when the page is reloaded: in the browser's own memory of this one tab, never on the server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from ui import render
from ui.tabs.events import PRIVATE
from ui.tabs.tab_inputs import TabInputs

KEEP_SCRIPT = "(...values) => {{ workbench.keep('{id}', values); return []; }}"
KEPT_SCRIPT = "() => [workbench.kept()]"


def wire_kept(app: gr.Blocks, tabs: gr.Tabs, parts: Sequence[TabInputs], status: gr.HTML) -> None:
    """Keep every change in the browser, and bring back what was kept when the page loads without a link.

    Args:
        app: The page.
        tabs: All tabs; their ids are those of `parts`.
        parts: Inputs of every tab.
        status: Where to say that something was brought back.
    """
    for part in parts:
        events = [getattr(component, name) for component in part.all() for name in ("change", "input")]
        gr.on(events, None, part.all(), None, js=KEEP_SCRIPT.format(id=part.id), queue=False, **PRIVATE)
    kept = gr.Textbox(visible=False)

    def restored(text: str) -> dict[Any, Any]:
        found, last = read_kept(parts, text)
        if not found:
            return {status: gr.skip()}
        return {**found, tabs: gr.Tabs(selected=last), status: render.note("What was here before the page was reloaded.")}

    outputs = [component for part in parts for component in part.outputs()]
    app.load(restored, kept, [*outputs, tabs, status], js=KEPT_SCRIPT, queue=False, show_progress="hidden", **PRIVATE)


def read_kept(parts: Sequence[TabInputs], text: str) -> tuple[dict[Any, Any], str]:
    """Return the updates that bring back what the browser kept, and the tab that was edited last.

    Nothing, where it was kept by another version of the page, or by none: it cannot be mended by whoever sees it.

    Args:
        parts: Inputs of every tab.
        text: `{"last": tab, "tabs": {tab: values}}` as JSON; the values are those of the browser.
    """
    found: dict[Any, Any] = {}
    try:
        kept = json.loads(text)
        for part in parts:
            if part.id in kept["tabs"]:
                pairs = zip(part.all(), kept["tabs"][part.id], strict=True)
                found |= part.replaced({component: component.preprocess(value) for component, value in pairs})
        last = kept["last"]
        if last not in [part.id for part in parts]:
            return {}, ""
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the page begins anew
        return {}, ""
    return found, last
