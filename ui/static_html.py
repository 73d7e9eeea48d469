"""The static files of a gr.HTML component: a skeleton, its style, and the script that fills it with text nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def static_parts(folder: Path) -> dict[str, Any]:
    """Read `<name>.html`, `.css` and `.js` of a component's folder, as gr.HTML takes them; `<name>` is the folder's.

    No value enters the template, because Gradio evaluates templates: the script sets text nodes instead.
    """
    endings = {"html_template": "html", "css_template": "css", "js_on_load": "js"}
    return {part: (folder / f"{folder.name}.{ending}").read_text(encoding="utf-8") for part, ending in endings.items()}
