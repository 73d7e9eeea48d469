"""The button that brings back what an example, a schema file or a link has replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.tabs.events import PRIVATE
from ui.tabs.tab_inputs import TabInputs


@dataclass(frozen=True, slots=True)
class UndoPart:
    """Its components.

    Attributes:
        inputs: What it brings back.
        before: Their values before they were replaced.
        button: Swaps both, so that pressing it twice changes nothing.
    """

    inputs: TabInputs
    before: gr.State
    button: gr.Button

    def kept(self, values: Sequence[Any]) -> dict[gr.components.Component, Any]:
        """Return the updates of an event that replaces inputs with these values: they are kept, and the button is shown."""
        return {self.before: tuple(values), self.button: gr.Button(visible=True)}


def build_undo(inputs: TabInputs) -> UndoPart:
    """Lay it out, hidden until something is replaced; call inside the tab.

    Args:
        inputs: What it brings back.
    """
    before = gr.State()
    button = gr.Button(
        "Bring back what was here", size="sm", visible=False, elem_id=f"{inputs.id}-undo", elem_classes="wb-undo"
    )

    def swap(kept: Sequence[Any], *values: Any) -> dict[gr.components.Component, Any]:
        return {before: values, **inputs.replaced(dict(zip(inputs.all(), kept, strict=True)))}

    button.click(swap, [before, *inputs.all()], [before, *inputs.outputs()], queue=False, show_progress="hidden", **PRIVATE)
    return UndoPart(inputs, before, button)
