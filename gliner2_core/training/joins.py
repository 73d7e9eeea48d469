"""Two short records with the same structure → one text with several instances.

Most sources hold one instance a text; a model that sees nothing else learns to count to one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SEPARATORS = (" ", " ", "\n", "\n\n")
"""What stands between the two texts."""

Lines = Sequence[bytes]
_Shape = tuple[str, tuple[str, ...]]


class JoinIndex:
    """Which records of each source have which structures.

    Args:
        lines: Per source its records as JSON.
    """

    def __init__(self, lines: Mapping[str, Lines]) -> None:
        self._lines = lines
        self._by_shape = {source: _by_shape(found) for source, found in lines.items()}

    def partner(self, source: str, record: Mapping[str, Any], rng: random.Random) -> dict[str, Any] | None:
        """Return a random record of the source that shares a structure, with all its fields, with this one."""
        shapes = sorted({_shape(structure) for structure in record["structures"]})
        if not shapes:
            return None
        candidates = self._by_shape[source].get(rng.choice(shapes), ())
        if len(candidates) < 2:
            return None
        other: dict[str, Any] = json.loads(self._lines[source][rng.choice(candidates)])
        return None if other["text"] == record["text"] else other


def joined(first: Mapping[str, Any], second: Mapping[str, Any], rng: random.Random) -> dict[str, Any] | None:
    """Return one record with the texts of both and the instances of the structures that they share.

    Entities and classifications are left out: they speak of one of the texts.

    Args:
        first: A record with `text` and `structures`; its text comes first.
        second: Another one.
        rng: Picks what stands between them.

    Returns:
        The record; None if they share no structure with the same fields and choices.
    """
    shared = {_kind(one) for one in first["structures"]} & {_kind(one) for one in second["structures"]}
    if not shared:
        return None
    between = rng.choice(SEPARATORS)
    shift = len(first["text"]) + len(between)
    instances = [one for one in first["structures"] if _kind(one) in shared]
    instances += [_shifted(one, shift) for one in second["structures"] if _kind(one) in shared]
    descriptions = {**second["label_descriptions"], **first["label_descriptions"]}
    return {
        "text": first["text"] + between + second["text"],
        "entities": [],
        "classifications": [],
        "structures": instances,
        "label_descriptions": descriptions,
    }


def _shifted(structure: Mapping[str, Any], shift: int) -> dict[str, Any]:
    spans = {key: [[start + shift, end + shift] for start, end in found] for key, found in structure["spans"].items()}
    return {**structure, "spans": spans}


def _by_shape(lines: Iterable[bytes]) -> dict[_Shape, list[int]]:
    shapes: dict[_Shape, list[int]] = {}
    for index, line in enumerate(lines):
        if b'"structures": []' in line:
            continue
        for shape in {_shape(structure) for structure in json.loads(line)["structures"]}:
            shapes.setdefault(shape, []).append(index)
    return shapes


def _shape(structure: Mapping[str, Any]) -> _Shape:
    return structure["name"], tuple(sorted(structure.get("schema") or structure["fields"]))


def _kind(structure: Mapping[str, Any]) -> tuple[_Shape, str]:
    choices = {key: sorted(found) for key, found in structure.get("choices", {}).items()}
    return _shape(structure), json.dumps(choices, sort_keys=True)
