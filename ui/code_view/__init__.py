"""Read-only text to copy: reached by keyboard, named for screen readers, and never run as HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui.static_html import static_parts


class CodeView(gr.HTML):
    """Shows a string in a box with a copy button; a static skeleton is filled with text nodes.

    Not gr.Code, whose box can't be reached by keyboard and whose colours are too pale, and not a read-only gr.Textbox,
    which is disabled.

    Args:
        name: Accessible name, shown above the box.
        **options: Of gr.HTML.
    """

    def __init__(self, value: str = "", *, name: str = "", **options: Any) -> None:
        super().__init__(
            value=value,
            apply_default_css=False,
            **static_parts(Path(__file__).parent, name=name),
            **options,
        )
