"""Structures as field-spec strings: a structure's name, then its fields, indented, as `name::[a|b]::str::description`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error
from gliner2_core.field_specs import field_spec, parse_field
from gliner2_core.tasks import Field, StructureTask
from ui.messages import PageError

INDENT = "  "


def write_specs(structures: Sequence[StructureTask]) -> str:
    """Return the text.

    Raises:
        SchemaError: If a field's description would be read as something else.
    """
    lines = []
    for one in structures:
        lines += [one.name, *(INDENT + field_spec(field) for field in one.fields)]
    return "\n".join(lines)


def parse_specs(text: str, known: Sequence[StructureTask] = ()) -> tuple[StructureTask, ...]:
    """Read the text, or the JSON object that `extract_json` takes: `{"product": ["name::str", "price"]}`.

    Args:
        text: What the box holds.
        known: Structures of before; their fields' thresholds and rules, for which a spec has no place, are kept.

    Returns:
        The structures.

    Raises:
        PageError: If a line cannot be read; says which and why.
    """
    if text.lstrip().startswith("{"):
        structures = _from_json(text)
    else:
        structures = _from_lines(text)
    before = {(one.name, field.name): field for one in known for field in one.fields}
    return tuple(
        replace(one, fields=tuple(_kept(field, before.get((one.name, field.name))) for field in one.fields))
        for one in structures
    )


def _from_lines(text: str) -> list[StructureTask]:
    found: dict[str, list[Field]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if not line[0].isspace():
            name = line.strip()
            if name in found:
                raise PageError(f"Line {number}: two structures are called “{name}”.")
            found[name] = []
            continue
        if not name:
            raise PageError(
                f"Line {number} is a field without a structure. Write the structure's name above it, not indented."
            )
        try:
            field = parse_field(line.strip(), f"line {number}")
        except Gliner2Error as error:
            raise PageError(str(error)) from error
        if any(other.name == field.name for other in found[name]):
            raise PageError(f"Line {number}: structure “{name}” has two fields called “{field.name}”.")
        found[name].append(field)
    for name, fields in found.items():
        if not fields:
            raise PageError(f"Structure “{name}” has no field. Write one below it, indented by two spaces.")
    return [StructureTask(name, tuple(fields)) for name, fields in found.items()]


def _from_json(text: str) -> Sequence[StructureTask]:
    try:
        data: Mapping[str, Any] = json.loads(text)
        return Schema().add_structures(data).tasks().structures
    except json.JSONDecodeError as error:
        raise PageError(f"This begins like JSON but is none: {error}") from error
    except Gliner2Error as error:
        raise PageError(str(error)) from error


def _kept(field: Field, before: Field | None) -> Field:
    if before is None:
        return field
    return replace(field, threshold=before.threshold, validators=before.validators)
