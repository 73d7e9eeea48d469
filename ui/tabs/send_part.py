"""The part of every tab that sends its result to the corrections."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from ui import render
from ui.handlers.corrections import send_to_corrections
from ui.messages import logged_words
from ui.services import Services
from ui.state import LastRun
from ui.tabs.events import STORE_LINE


@dataclass(frozen=True, slots=True)
class SendPart:
    """What a run leaves for it.

    Attributes:
        last: What the page showed, a `LastRun`.
        status: Says what came of the sending; of the result that is shown, so that the next run empties it.
    """

    last: gr.State
    status: gr.HTML


def build_send_part(services: Services, prefix: str, source: str) -> SendPart:
    """Lay it out and wire it; hidden where the page stores nothing. Call inside the result's column.

    Args:
        services: The store.
        prefix: Of the elements' ids.
        source: Name of the tab.

    Returns:
        What a run fills.
    """
    last = gr.State(LastRun())
    with gr.Row(visible=services.settings.can_store, elem_classes="wb-schema"):
        send = gr.Button("Send to corrections", size="sm", elem_id=f"{prefix}-send")
    status = gr.HTML("", elem_id=f"{prefix}-sent", elem_classes="wb-schema-status")

    def sent(run: LastRun) -> str:
        try:
            return render.note(send_to_corrections(services, run.prediction, run.schema, source))
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return render.problem(logged_words(error))

    send.click(sent, last, status, **STORE_LINE)
    return SendPart(last, status)
