"""Offsets in code points ↔ offsets in UTF-16 units, in which browsers and the tools that run in them count."""

from __future__ import annotations

from itertools import accumulate


class Units:
    """The places of one text in both counts.

    Args:
        text: Without half characters.
    """

    def __init__(self, text: str) -> None:
        self._units = [0, *accumulate(2 if ord(one) > 0xFFFF else 1 for one in text)]
        self._points = {unit: point for point, unit in enumerate(self._units)}

    def of(self, point: int) -> int:
        """Return the UTF-16 offset of a code point."""
        return self._units[point]

    def point(self, unit: int) -> int | None:
        """Return the code point of a UTF-16 offset; None within a character or behind the text."""
        return self._points.get(unit)
