"""One line of the Corrections tab: how old the backup is, and what would be lost."""

from __future__ import annotations

import gradio as gr

from ui.handlers.backups import backup_words
from ui.services import Services
from ui.tabs.events import PRIVATE

EVERY_S = 15


def build_backup_part(services: Services) -> None:
    """Lay out and wire the line; nothing where there is no backup."""
    if services.keeper is None:
        return
    line = gr.HTML(lambda: backup_words(services), elem_id="corrections-backup")
    timer = gr.Timer(EVERY_S)
    timer.tick(lambda: backup_words(services), None, line, queue=False, show_progress="hidden", **PRIVATE)
