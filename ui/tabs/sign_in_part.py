"""What a visitor of the Corrections tab sees first where corrections belong to accounts: sign in, and what is stored."""

from __future__ import annotations

import gradio as gr

from ui import render
from ui.handlers.accounts import notice_words
from ui.services import Services


def build_sign_in_part(services: Services) -> None:
    """Lay it out and wire it; nothing where nobody signs in with an account."""
    if not services.settings.has_accounts:
        return
    gr.HTML(render.note(notice_words(services)), elem_id="corrections-notice")
    with gr.Row(equal_height=False):
        gr.LoginButton(
            "Sign in with Hugging Face", logout_value="Sign out ({})", size="md", scale=0, min_width=280,
            elem_id="corrections-account",
        )  # fmt: skip
