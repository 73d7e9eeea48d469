"""The part of the fine-tuning that pushes a trained model to the hub."""

from __future__ import annotations

import gradio as gr

from ui import render
from ui.handlers.pushing import push_run
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE


def build_push_part(services: Services, run: gr.Dropdown) -> None:
    """Lay it out, folded, and wire it; call inside the fine-tuning part.

    Args:
        services: The store.
        run: Whose model is pushed.
    """
    with gr.Accordion("Push the model to the hub", open=False, elem_id="push"):
        with gr.Row(equal_height=False):
            repo = gr.Textbox(
                label="Repository",
                max_lines=1,
                placeholder="owner/name",
                info="Made where it is missing.",
                elem_id="push-repo",
            )
            token = gr.Textbox(
                label="Access token", type="password", max_lines=1, info="Yours, allowed to write; used once, not kept.",
                elem_id="push-token",
            )  # fmt: skip
        private = gr.Checkbox(True, label="A private repository, if it is made", elem_id="push-private")
        button = gr.Button("Push", size="sm", elem_id="push-run", elem_classes="wb-short")
        status = gr.HTML("", elem_id="push-status", elem_classes="wb-schema-status")

    def pushed(run_id: int | None, name: str, secret: str, is_private: bool) -> tuple[str, str]:
        try:
            if not isinstance(run_id, int):
                raise PageError("Choose a run first.")
            address = push_run(services.store().runs.get(run_id), name, secret, is_private=bool(is_private))
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return render.problem(logged_words(error)), ""
        return render.note(f"Pushed, with a model card: {address}"), ""

    button.click(
        pushed, [run, repo, token, private], [status, token],
        concurrency_id="push", concurrency_limit=2, show_progress_on=status, **PRIVATE,
    )  # fmt: skip
