"""Corrections → training records of GLiNER2: every mention at its place, reviewed labels kept when nothing was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.outputs import FieldValue, Instance, Output, Span


def training_record(text: str, schema: Mapping[str, Any], output: Output) -> dict[str, Any]:
    """Return `{"input", "output"}` as the reference package and our trainer read it.

    Args:
        text: The document's.
        schema: As `Schema.to_dict` writes it: labels that it has and the output lacks were looked for and are not there.
        output: What a person confirmed; fits text and schema.
    """
    written: dict[str, Any] = {}
    _write_entities(written, text, schema.get("entities", {}), output)
    if tasks := _decided(schema.get("classifications", []), output):
        written["classifications"] = tasks
    _write_structures(written, text, schema.get("structures", {}), output)
    if pairs := [
        {one.name: {"head": _mention(text, one.head), "tail": _mention(text, one.tail)}} for one in output.relations
    ]:
        written["relations"] = pairs
        described = {name: one["description"] for name, one in schema.get("relations", {}).items() if one.get("description")}
        if used := {name: words for name, words in described.items() if any(name in pair for pair in pairs)}:
            written["relation_descriptions"] = used
    return {"input": text, "output": written}


def untold(schema: Mapping[str, Any], output: Output) -> list[str]:
    """Return the parts of the schema that a training record cannot tell to be empty: structures and relations."""
    found = {one.name for one in output.structures} | {one.name for one in output.relations}
    return [name for name in (*schema.get("structures", {}), *schema.get("relations", {})) if name not in found]


def _write_entities(written: dict[str, Any], text: str, labels: Mapping[str, Any], output: Output) -> None:
    if not labels:
        return
    entities: dict[str, list[Any]] = {label: [] for label in labels}
    for one in sorted(output.entities, key=lambda span: (span.start, span.end)):
        if (mention := _mention(text, one)) not in entities[one.label]:
            entities[one.label].append(mention)
    written["entities"] = entities
    if described := {label: one["description"] for label, one in labels.items() if one.get("description")}:
        written["entity_descriptions"] = described


def _decided(tasks: list[Mapping[str, Any]], output: Output) -> list[dict[str, Any]]:
    chosen = {one.task: one.chosen for one in output.classifications}
    written = []
    for task in tasks:
        # A task of one label that nobody decided says nothing; a task of several says that none holds.
        if task["task"] not in chosen or not (chosen[task["task"]] or task.get("multi_label")):
            continue
        record: dict[str, Any] = {
            "task": task["task"], "labels": list(task["labels"]), "true_label": list(chosen[task["task"]]),
        }  # fmt: skip
        if task.get("multi_label"):
            record["multi_label"] = True
        for key, name in (("prompt", "prompt"), ("examples", "examples"), ("descriptions", "label_descriptions")):
            if task.get(key):
                record[name] = task[key]
        written.append(record)
    return written


def _write_structures(written: dict[str, Any], text: str, structures: Mapping[str, Any], output: Output) -> None:
    instances = [
        {one.name: _fields(text, structures[one.name]["fields"], one)} for one in output.structures if one.name in structures
    ]
    if not instances:
        return
    written["json_structures"] = instances
    used = {one.name for one in output.structures}
    described = {
        name: words
        for name, one in structures.items()
        if name in used
        and (words := {field["name"]: field["description"] for field in one["fields"] if field.get("description")})
    }
    if described:
        written["json_descriptions"] = described


def _fields(text: str, fields: list[Mapping[str, Any]], instance: Instance) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for field in fields:
        values = [_value(text, one) for one in instance.fields.get(field["name"], ())]
        found: Any = "" if not values else values[0] if len(values) == 1 else values
        written[field["name"]] = {"value": found, "choices": list(field["choices"])} if field.get("choices") else found
    return written


def _value(text: str, value: FieldValue) -> Any:
    return value.choice if value.span is None else _mention(text, value.span)


def _mention(text: str, span: Span) -> dict[str, Any]:
    return {"text": text[span.start : span.end], "start": span.start, "end": span.end}
