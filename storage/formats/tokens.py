"""Words and the places of spans among them, for the formats that count words instead of characters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_WORD = re.compile(r"\w+(?:[-_]\w+)*|\S")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text.

    Attributes:
        forms: As they are written.
        starts, ends: Half-open places in the text.
    """

    forms: list[str]
    starts: list[int]
    ends: list[int]

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and the last word that a span of characters touches; words are its own, so it touches one."""
        first = min(bisect_right(self.ends, start), len(self.forms) - 1)
        return first, max(bisect_left(self.starts, end) - 1, first)

    def is_exact(self, start: int, end: int) -> bool:
        """Whether a span begins and ends where words do."""
        first, last = self.covering(start, end)
        return self.starts[first] == start and self.ends[last] == end


def words_of(text: str) -> Words:
    """Split a text as GLiNER's own training data is split: at white space, punctuation marks alone."""
    found = list(_WORD.finditer(text))
    return Words([one[0] for one in found], [one.start() for one in found], [one.end() for one in found])
