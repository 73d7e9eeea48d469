"""JSON texts in which no key may be lost: an object that has one twice is refused."""

from __future__ import annotations

import json
from typing import Any


class RepeatedKeyError(ValueError):
    """A JSON object has one key twice; `json` alone would keep only the last."""


def parse_json(text: str) -> Any:
    """Return what a JSON text holds.

    Raises:
        RepeatedKeyError: If an object has one key twice.
        json.JSONDecodeError: If it is no JSON; says line and column.
        RecursionError: If it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_unique_keys)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RepeatedKeyError(f"the key {twice!r} comes twice in one object; join the two")
    return found
