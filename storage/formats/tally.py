"""What an export could not write, and what a format cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.outputs import Output

PARTS = ("entities", "structures", "relations", "classifications")


@dataclass
class Tally:
    """Counts of an export.

    Attributes:
        unused: Reason → number of records that are not in it.
        notes: What is missing or different in it → how often.
    """

    unused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def leave_out(self, output: Output, kept: Iterable[str], format: str) -> None:
        """Count the parts of an annotation that a format has no place for.

        Args:
            output: The annotation.
            kept: Those of `PARTS` that the format has.
            format: Its name.
        """
        for part in PARTS:
            if part not in tuple(kept) and (number := len(getattr(output, part))):
                self.notes[f"{part} are left out, {format} has no place for them"] += number
