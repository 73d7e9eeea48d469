"""The Python lines and the command that give the same answer as a run on the page."""

from __future__ import annotations

import shlex
from typing import Any

from gliner2_core import Schema


def entity_lines(text: str, schema: Schema, threshold: float, policy: str | None, model: str | None) -> str:
    """Return Python that gives the same answer; the schema holds entities alone."""
    labels: dict[str, dict[str, Any]] = schema.to_dict()["entities"]
    asked: Any = labels if any(labels.values()) else list(labels)
    if asked is labels and all(set(options) <= {"description"} for options in labels.values()):
        asked = {name: options.get("description", "") for name, options in labels.items()}
    options = [f"threshold={threshold}"]
    if policy is not None:
        options.append(f"overlap_policy={policy!r}")
    options += ["include_confidence=True", "include_spans=True"]
    return (
        "from gliner2_core import GLiNER2\n\n"
        f"extractor = {_loading(model)}\n"
        f"text = {text!r}\n"
        f"labels = {_written(asked)}\n"
        f"result = extractor.extract_entities(text, labels, {', '.join(options)})\n"
        "print(result)\n"
    )


def schema_lines(text: str, schema: Schema, model: str | None, *, threshold: float | None = None) -> str:
    """Return Python that runs a schema; None leaves the threshold to it."""
    options = ("" if threshold is None else f"threshold={threshold}, ") + "include_confidence=True, include_spans=True"
    return (
        "from gliner2_core import GLiNER2, Schema\n\n"
        f"extractor = {_loading(model)}\n"
        f"text = {text!r}\n"
        f"schema = Schema.from_dict({_written(schema.to_dict())})\n"
        f"result = extractor.extract(text, schema, {options})\n"
        "print(result)\n"
    )


def command_lines(
    text: str, schema: Schema, model: str | None, *, threshold: float | None = None, policy: str | None = None
) -> str:
    """Return the shell command that runs a schema, its schema file included.

    Args:
        text: The text.
        schema: What is asked.
        model: None for the embedded model.
        threshold: None where the schema has its own.
        policy: Overlap policy.
    """
    chosen = "" if model is None else f" --model {shlex.quote(model)}"
    chosen += "" if threshold is None else f" --threshold {threshold}"
    chosen += "" if policy is None else f" --overlap-policy {policy}"
    return (
        f"cat > schema.json <<'END_OF_SCHEMA'\n{schema.to_json()}\nEND_OF_SCHEMA\n"
        f"python -m gliner2_core extract --schema schema.json{chosen} --text {shlex.quote(text)}\n"
    )


def _loading(model: str | None) -> str:
    return f"GLiNER2.from_pretrained({'' if model is None else repr(model)})"


def _written(value: Any) -> str:
    line = repr(value)
    if len(line) <= 90:
        return line
    if isinstance(value, list):
        return "[\n" + "".join(f"    {item!r},\n" for item in value) + "]"
    return "{\n" + "".join(f"    {key!r}: {item!r},\n" for key, item in value.items()) + "}"
