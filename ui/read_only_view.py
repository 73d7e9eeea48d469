"""The base of views that show what they are given and take nothing from a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from ui.static_html import static_parts


class ReadOnlyView(gr.HTML):
    """Shows a value with text nodes; nothing of it enters a template, so that nothing a document holds can run.

    Subclasses set `folder`, which holds the static files, `scripts`, what they share with other components, and `nothing`,
    the value of a view without a result.

    Args:
        value: To begin with.
        empty: What to say before there is a result.
        of: Whose result it shows, where a page has several.
        **options: Of gr.HTML.
    """

    folder: ClassVar[Path]
    scripts: ClassVar[Sequence[str]] = ()
    nothing: ClassVar[Any]

    def __init__(self, value: Any = None, *, empty: str = "", of: str = "", **options: Any) -> None:
        super().__init__(
            value=value or self.nothing,
            apply_default_css=False,
            **static_parts(self.folder, self.scripts, empty=empty, of=of),
            **options,
        )

    def preprocess(self, payload: Any) -> Any:
        """Return nothing of what a browser sends."""
        return self.nothing

    def postprocess(self, value: Any) -> Any:
        """Return the value for the browser."""
        return value or self.nothing

    def api_info(self) -> dict[str, Any]:
        """Describe the value."""
        return {"type": "array", "items": {"type": "object"}} if isinstance(self.nothing, list) else {"type": "object"}
