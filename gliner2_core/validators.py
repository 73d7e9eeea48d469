"""Regular expressions that a found value must satisfy, run with a time limit."""

from __future__ import annotations

import re
from typing import Any, Literal

import regex

from gliner2_core.errors import InputError, InputTypeError, ValidatorTimeout

TIME_LIMIT_S = 0.5
"""Longest that one expression may run on one value: a catastrophic pattern must not hold the machine.

Seconds of processor time of the whole process, because that is what `regex` counts.
"""


MOST_CHARACTERS = 10_000
"""Of an expression: making it ready takes seconds for ten times as many, and no time limit stops that."""


class RegexValidator:
    """Accepts or refuses the surface text of a candidate.

    Args:
        pattern: An expression, or a compiled one whose flags are then used.
        mode: `full` (the whole value matches) or `partial` (a part of it does).
        exclude: Refuse what matches instead of keeping it.
        flags: Flags of the `re` module for a pattern given as str.

    Raises:
        InputError: If the expression is invalid or `mode` unknown.
        InputTypeError: If `pattern` is neither str nor compiled.

    Expressions run on the `regex` library, for its time limit. Where case is ignored, the two differ on the letters İ
    and ı alone: `[A-Z]` takes both in Python's `re`.

    Source: reference package 2.1, RegexValidator; the time limit is ours.
    """

    def __init__(
        self,
        pattern: str | re.Pattern[str],
        mode: Literal["full", "partial"] = "full",
        exclude: bool = False,
        flags: int = re.IGNORECASE,
    ) -> None:
        if isinstance(pattern, re.Pattern):
            flags = pattern.flags & ~re.UNICODE
            pattern = pattern.pattern
        if not isinstance(pattern, str):
            raise InputTypeError(f"pattern must be a str or a compiled expression, got {type(pattern).__name__}")
        if mode not in ("full", "partial"):
            raise InputError(f"mode must be 'full' or 'partial', got {mode!r} (pattern {pattern!r})")
        if not isinstance(flags, int):
            raise InputTypeError(f"flags must be flags of the re module, got {type(flags).__name__} (pattern {pattern!r})")
        if len(pattern) > MOST_CHARACTERS:
            raise InputError(
                f"a regular expression has {MOST_CHARACTERS:,} characters at most, got {len(pattern):,} ({pattern[:40]!r} …)"
            )
        try:
            re.compile(pattern, flags)
            self._compiled = regex.compile(pattern, _regex_flags(flags))
        except (re.error, regex.error, ValueError) as error:
            raise InputError(f"invalid regular expression {pattern!r}: {error}") from error
        except RecursionError as error:
            raise InputError(f"invalid regular expression {pattern[:40]!r} …: nested too deeply") from error
        self.pattern = pattern
        self.mode = mode
        self.exclude = bool(exclude)
        self.flags = int(flags)

    def validate(self, text: str) -> bool:
        """Return whether `text` is accepted.

        Raises:
            ValidatorTimeout: If the expression takes longer than the time limit.
        """
        match = self._compiled.fullmatch if self.mode == "full" else self._compiled.search
        try:
            is_match = match(text, timeout=TIME_LIMIT_S) is not None
        except TimeoutError as error:
            raise ValidatorTimeout(
                f"regular expression {self.pattern!r} ran longer than {TIME_LIMIT_S} s on {text[:40]!r}; simplify it"
            ) from error
        return is_match != self.exclude

    __call__ = validate

    def to_dict(self) -> dict[str, Any]:
        """Return the values that build an equal validator."""
        return {"pattern": self.pattern, "mode": self.mode, "exclude": self.exclude, "flags": self.flags}

    def __eq__(self, other: object) -> bool:
        """Compare by pattern, mode, exclude and flags."""
        return isinstance(other, RegexValidator) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash((self.pattern, self.mode, self.exclude, self.flags))

    def __repr__(self) -> str:
        """Show how to build it."""
        return f"RegexValidator({self.pattern!r}, mode={self.mode!r}, exclude={self.exclude})"


def _regex_flags(flags: int) -> int:
    """Translate: ASCII is another bit in `regex`, where the bit of `re.ASCII` means something else."""
    kept = int(flags) & int(re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE)
    return kept | (int(regex.ASCII) if flags & re.ASCII else 0)
