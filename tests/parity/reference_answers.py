"""Runs in the reference package's Python: reads a folder's model and requests, writes its answers.

Knows nothing of this project, because that Python need not have it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gliner2 import GLiNER2  # type: ignore[import-not-found]

MODES: dict[str, dict[str, bool]] = {
    "full": {"include_confidence": True, "include_spans": True},
    "raw": {"include_confidence": True, "include_spans": True, "format_results": False},
}


def main(folder: Path) -> None:
    """Answer every request in both modes."""
    extractor = GLiNER2.from_pretrained(str(folder / "model"))
    with (folder / "answers.jsonl").open("w", encoding="utf-8") as out:
        for line in (folder / "requests.jsonl").read_text(encoding="utf-8").splitlines():
            body = json.loads(line)
            out.write(json.dumps({mode: answer(extractor, body, mode) for mode in MODES}) + "\n")


def answer(extractor: Any, body: dict[str, Any], mode: str) -> Any:
    """Return one answer, tuples marked; an exception becomes `{"__error__": type, "message": …}`."""
    form = next(key for key in ("entity_types", "tasks", "structures", "relation_types", "schema_ops") if key in body)
    try:
        schema = built(extractor, body[form]) if form == "schema_ops" else body[form]
        texts = body["texts"] if "texts" in body else body["text"]
        return plain(getattr(extractor, body["method"])(texts, schema, **body["kwargs"], **MODES[mode]))
    except Exception as error:  # noqa: BLE001 - which errors there are is the question
        return {"__error__": type(error).__name__, "message": str(error)}


def built(extractor: Any, calls: list[list[Any]]) -> Any:
    """Replay builder calls; a `field` belongs to the structure started last."""
    schema = extractor.create_schema()
    target = schema
    for name, options in calls:
        if name == "field":
            target = target.field(**options)
        elif name == "structure":
            target = schema.structure(**options)
        else:
            getattr(schema, name)(**options)
    return schema


def plain(value: Any) -> Any:
    """Return JSON-ready values."""
    if isinstance(value, tuple):
        return {"__tuple__": [plain(one) for one in value]}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
