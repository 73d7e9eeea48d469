"""The part of the Corrections tab that deletes everything of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import render
from ui.handlers.accounts import forgotten
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.tabs.events import STORE_LINE

WORDS = (
    "Deletes your projects, with what others corrected in them, and your own corrections in projects that are shared with "
    "you, here and in the backup. It cannot be undone: export first what you want to keep."
)


@dataclass(frozen=True, slots=True)
class ForgettingPart:
    """Its components."""

    sure: gr.Checkbox
    forget: gr.Button
    status: gr.HTML


def build_forgetting_part(services: Services) -> ForgettingPart | None:
    """Lay it out, folded; nothing where nobody signs in with an account."""
    if not services.settings.has_accounts:
        return None
    with gr.Accordion("Delete my data", open=False, elem_id="corrections-forgetting"):
        gr.HTML(f'<p class="wb-status">{WORDS}</p>')
        sure = gr.Checkbox(False, label="Yes, delete everything of mine", elem_id="corrections-forget-sure")
        forget = gr.Button("Delete my data", variant="stop", elem_id="corrections-forget")
        status = gr.HTML("", elem_id="corrections-forgetting-status", elem_classes="wb-schema-status")
    return ForgettingPart(sure, forget, status)


def wire_forgetting_part(services: Services, part: ForgettingPart, refresh: Callable[[Any], Any]) -> None:
    """Wire its event.

    Args:
        services: The store and the backup.
        part: Its components.
        refresh: Called with the event; lets the queue be shown anew behind it.
    """

    def answered(is_sure: bool) -> tuple[str, bool]:
        try:
            if not is_sure:
                raise PageError("Tick “Yes, delete everything of mine” first.")
            return render.note(forgotten(services)), False
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return render.problem(logged_words(error)), False

    refresh(part.forget.click(answered, part.sure, [part.status, part.sure], **STORE_LINE))
