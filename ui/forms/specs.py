"""Structures as field-spec strings: a structure's name, then its fields, indented, as `name::[a|b]::str::description`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error, SchemaError
from gliner2_core.field_specs import field_spec, parse_field
from gliner2_core.json_text import RepeatedKeyError, parse_json
from gliner2_core.tasks import Field, StructureTask
from ui.messages import PageError

INDENT = "  "
_Named = TypeVar("_Named", Field, StructureTask)


def write_specs(structures: Sequence[StructureTask]) -> str:
    """Return the text.

    Raises:
        SchemaError: If a name or a description would be read as something else.
    """
    lines = []
    for one in structures:
        if (
            one.name != one.name.strip()
            or one.name.startswith("{")
            or one.name.endswith(":")
            or len(one.name.splitlines()) > 1
        ):
            raise SchemaError(f"the name {one.name!r} would be read as something else")
        lines += [one.name, *(INDENT + field_spec(field) for field in one.fields)]
    return "\n".join(lines)


def parse_specs(text: str, known: Sequence[StructureTask] = ()) -> tuple[StructureTask, ...]:
    """Read the text, or the JSON object that `extract_json` takes: `{"product": ["name::str", "price"]}`.

    Args:
        text: What the box holds.
        known: Structures of before; their fields' thresholds and rules, for which a spec has no place, are kept, also where
            one of them was renamed.

    Returns:
        The structures.

    Raises:
        PageError: If a line cannot be read; says which and why.
    """
    if text.lstrip().startswith("{"):
        structures = _from_json(text)
    else:
        structures = _from_lines(text)
    return tuple(
        replace(one, fields=_kept_fields(one.fields, before.fields if before else ()))
        for one, before in _paired(structures, known)
    )


def _kept_fields(fields: Sequence[Field], known: Sequence[Field]) -> tuple[Field, ...]:
    return tuple(
        replace(field, threshold=before.threshold, validators=before.validators) if before else field
        for field, before in _paired(fields, known)
    )


def _paired(found: Sequence[_Named], known: Sequence[_Named]) -> Iterator[tuple[_Named, _Named | None]]:
    """Yield what was found with what it was before: of the same name, or in the same place with a name that is gone."""
    by_name = {one.name: one for one in known}
    names = {one.name for one in found}
    for index, one in enumerate(found):
        in_place = known[index] if index < len(known) and known[index].name not in names else None
        yield one, by_name.get(one.name, in_place)


def _from_lines(text: str) -> list[StructureTask]:
    found: dict[str, list[Field]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if not line[0].isspace():
            # A colon at its end, as YAML has it, is none of the name.
            name = line.strip().removesuffix(":").rstrip()
            if not name:
                raise PageError(f"Line {number} has no name before its colon.")
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
        data: Mapping[str, Any] = parse_json(text)
        return Schema().add_structures(data).tasks().structures
    except RepeatedKeyError as error:
        raise PageError(f"This cannot be read: {error}.") from error
    except json.JSONDecodeError as error:
        raise PageError(f"This begins like JSON but is none: {error}") from error
    except Gliner2Error as error:
        raise PageError(str(error)) from error
