"""GLiNER2's training format, which the reference package and our trainer read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from storage.formats.incoming import Incoming, IncomingError, listed, mapped, text_of
from storage.formats.tally import Tally
from storage.output_checks import read_output
from storage.records import Record
from storage.training_lines import training_record, untold

TASK_KEYS = {
    "task": "task", "labels": "labels", "multi_label": "multi_label", "prompt": "prompt", "examples": "examples",
    "label_descriptions": "descriptions",
}  # fmt: skip
"""Key of a classification in a training record → key in a schema."""


def training_line(record: Record, tally: Tally) -> str | None:
    """Return the line of a record; None if nothing of its schema can be said in one."""
    assert record.head is not None
    made = training_record(record.text, record.schema, record.head.output)
    for name in untold(record.schema, record.head.output):
        tally.notes[f"“{name}” was looked for and not found, which a training record cannot say"] += 1
    if not made["output"]:
        tally.unused["nothing of its schema can be said in a training record"] += 1
        return None
    return json.dumps(made, ensure_ascii=False)


def read_training(line: Mapping[str, Any]) -> Incoming:
    """Read a training record whose mentions have places, as `training_line` writes them.

    A bare string means its first place.

    Raises:
        IncomingError: If it holds something else, or a mention is not in the text.
        OutputError: If a span cannot be one.
    """
    text, output = text_of(line.get("input"), "input"), mapped(line.get("output"), "output")
    schema: dict[str, Any] = {}
    found: dict[str, list[Any]] = {"entities": [], "structures": [], "relations": [], "classifications": []}
    _read_entities(text, output, schema, found)
    for one in listed(output.get("classifications", []), "classifications"):
        task = mapped(one, "a classification")
        asked = {own: task[name] for name, own in TASK_KEYS.items() if name in task}
        schema.setdefault("classifications", []).append(asked)
        true = task.get("true_label")
        chosen = [true] if isinstance(true, str) else listed(true, "true_label")
        found["classifications"].append({"task": task.get("task"), "chosen": chosen, "source": "human"})
    _read_structures(text, output, schema, found)
    for one in listed(output.get("relations", []), "relations"):
        for name, pair in mapped(one, "a relation").items():
            schema.setdefault("relations", {})[name] = _described(output.get("relation_descriptions", {}), name)
            ends = {end: _place(text, mapped(pair, name).get(end)) for end in ("head", "tail")}
            found["relations"].append({"name": name, **ends})
    return Incoming(text, schema, read_output(found))


def _read_entities(text: str, output: Mapping[str, Any], schema: dict[str, Any], found: dict[str, list[Any]]) -> None:
    entities = mapped(output.get("entities", {}), "entities")
    if entities:
        described = output.get("entity_descriptions", {})
        schema["entities"] = {label: _described(described, label) for label in entities}
    for label, mentions in entities.items():
        found["entities"] += [{**_place(text, one), "label": label} for one in _several(mentions)]


def _read_structures(text: str, output: Mapping[str, Any], schema: dict[str, Any], found: dict[str, list[Any]]) -> None:
    fields_of: dict[str, dict[str, dict[str, Any]]] = {}
    for one in listed(output.get("json_structures", []), "json_structures"):
        for name, fields in mapped(one, "a structure").items():
            instance: dict[str, list[Any]] = {}
            for field, value in mapped(fields, name).items():
                about = fields_of.setdefault(name, {}).setdefault(field, {"name": field})
                about |= _described(output.get("json_descriptions", {}).get(name, {}), field)
                if isinstance(value, dict) and "choices" in value:
                    about |= {"choices": value["choices"], "dtype": "list"}
                    values = [{"choice": choice, "source": "human"} for choice in _several(value.get("value"))]
                else:
                    values = [{"span": _place(text, part)} for part in _several(value)]
                instance[field] = [{**part, "source": "human"} for part in values]
            found["structures"].append({"name": name, "fields": instance})
    if fields_of:
        schema["structures"] = {name: {"fields": list(fields.values())} for name, fields in fields_of.items()}


def _several(value: Any) -> Iterator[Any]:
    yield from (one for one in (value if isinstance(value, list) else [value]) if one not in ("", None))


def _place(text: str, mention: Any) -> dict[str, Any]:
    if isinstance(mention, dict):
        return {"start": mention.get("start"), "end": mention.get("end"), "source": "human"}
    start = text.find(mention) if isinstance(mention, str) else -1
    if start < 0:
        raise IncomingError(f"{mention!r:.60} is not in the text")
    return {"start": start, "end": start + len(mention), "source": "human"}


def _described(descriptions: Any, name: str) -> dict[str, Any]:
    words = descriptions.get(name) if isinstance(descriptions, dict) else None
    return {"description": words} if words else {}
