"""The static files of a gr.HTML component: a skeleton, its style, and the script that fills it with text nodes."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def static_parts(folder: Path, scripts: Sequence[str] = (), **facts: Any) -> dict[str, Any]:
    """Read `<name>.html`, `.css` and `.js` of a component's folder, as gr.HTML takes them; `<name>` is the folder's.

    No value enters the template, because Gradio evaluates templates: the script sets text nodes instead. The script comes
    after `shared.js`, whose functions every component has.

    Args:
        folder: Of the component.
        scripts: Further files that come before the component's script, as paths beside this module.
        **facts: What never changes; the script reads it as `facts`. Not as properties of gr.HTML: a component whose tab
            was not opened yet loses those when an event skips it (Gradio 6.31).
    """
    endings = {"html_template": "html", "css_template": "css", "js_on_load": "js"}
    parts = {part: (folder / f"{folder.name}.{ending}").read_text(encoding="utf-8") for part, ending in endings.items()}
    before = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("shared.js", *scripts)]
    return {**parts, "js_on_load": "\n".join([_written(facts), *before, parts["js_on_load"]])}


def _written(facts: dict[str, Any]) -> str:
    # Encoded, because gr.HTML takes every quoted word of its script for the name of an event.
    encoded = base64.b64encode(json.dumps(facts).encode()).decode()
    return f"const facts = JSON.parse(atob('{encoded}'));"
