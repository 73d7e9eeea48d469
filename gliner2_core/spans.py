"""Spans of characters and of words, and the policies that decide which overlapping ones stay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core.errors import InputError, InputTypeError


@dataclass(frozen=True, slots=True, order=True)
class CharSpan:
    """Half-open [start, end), counted in code points of the caller's text."""

    start: int
    end: int

    def overlaps(self, other: CharSpan) -> bool:
        """Whether both share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: CharSpan) -> bool:
        """Whether `other` lies inside this span; equal spans contain each other."""
        return self.start <= other.start and other.end <= self.end

    def crosses(self, other: CharSpan) -> bool:
        """Whether both overlap and neither contains the other."""
        return self.overlaps(other) and not self.contains(other) and not other.contains(self)


@dataclass(frozen=True, slots=True, order=True)
class WordSpan:
    """Half-open [start, end), counted in words."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A candidate: where it is, which words it covers, and how sure the model is (probability)."""

    chars: CharSpan
    words: WordSpan
    confidence: float


Selector = Callable[[Sequence[ScoredSpan]], list[ScoredSpan]]

_ALIASES = {
    "allow": "allow",
    "all": "allow",
    "none": "allow",
    "nested": "nested",
    "allow_nested": "nested",
    "flat": "flat",
    "disallow": "flat",
    "no_overlap": "flat",
    "non_overlapping": "flat",
    "longest": "longest",
    "keep_longest": "longest",
}
POLICIES = ("allow", "nested", "flat", "longest")


def canonical_policy(policy: Any) -> str | None:
    """Resolve an overlap policy's name.

    Args:
        policy: None (greedy by confidence) or one of `allow`, `nested`, `flat`, `longest` or their aliases.

    Returns:
        The canonical name, or None.

    Raises:
        InputTypeError: If it is neither None nor a str.
        InputError: If the name is unknown.

    Source: reference package 2.1, overlap policies.
    """
    if policy is None:
        return None
    if not isinstance(policy, str):
        raise InputTypeError(f"overlap_policy must be a str or None, got {type(policy).__name__}")
    name = _ALIASES.get(policy.strip().lower().replace("-", "_"))
    if name is None:
        raise InputError(f"unknown overlap_policy {policy!r}; allowed: {', '.join(POLICIES)} (flat is also called disallow)")
    return name


def select_spans(candidates: Sequence[ScoredSpan], policy: str | None) -> list[ScoredSpan]:
    """Apply an overlap policy to the candidates of one label.

    Args:
        candidates: In text order.
        policy: A name that `canonical_policy` returned.

    Returns:
        Kept spans, most confident first. None keeps greedily by confidence; `allow` keeps all; `nested` rejects crossing
        spans; `flat` keeps the non-overlapping set of the highest total confidence; `longest` drops spans inside others.
    """
    if policy is None:
        return _keep_greedily(sorted(candidates, key=lambda span: -span.confidence), CharSpan.overlaps)
    ranked = _ranked(candidates)
    if policy == "nested":
        return _keep_greedily(ranked, CharSpan.crosses)
    if policy == "longest":
        return _keep_longest(ranked)
    if policy == "flat":
        return _keep_best_total(ranked)
    return ranked


def _ranked(candidates: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    best: dict[CharSpan, ScoredSpan] = {}
    for span in sorted(candidates, key=lambda s: (-s.confidence, s.chars.start, s.chars.end)):
        best.setdefault(span.chars, span)
    return list(best.values())


def _keep_greedily(ranked: Sequence[ScoredSpan], forbidden: Callable[[CharSpan, CharSpan], bool]) -> list[ScoredSpan]:
    kept: list[ScoredSpan] = []
    for span in ranked:
        if not any(forbidden(span.chars, other.chars) for other in kept):
            kept.append(span)
    return kept


def _keep_longest(ranked: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    return [
        span
        for span in ranked
        if not any(other.chars != span.chars and other.chars.contains(span.chars) for other in ranked)
    ]


def _keep_best_total(ranked: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    """Weighted interval scheduling; ties go to more spans, then to the better ranked ones."""
    rank = {span.chars: index for index, span in enumerate(ranked)}
    by_end = sorted(ranked, key=lambda s: (s.chars.end, s.chars.start))
    ends = [span.chars.end for span in by_end]
    # best[i]: (total, count, chosen ranks) over the first i spans by end.
    best: list[tuple[float, int, tuple[int, ...]]] = [(0.0, 0, ())]
    for index, span in enumerate(by_end):
        before = best[bisect_right(ends, span.chars.start, 0, index)]
        taken = (before[0] + span.confidence, before[1] + 1, tuple(sorted((*before[2], rank[span.chars]))))
        skipped = best[index]
        better = (taken[0], taken[1]) > (skipped[0], skipped[1])
        tied = (taken[0], taken[1]) == (skipped[0], skipped[1])
        best.append(taken if better or (tied and taken[2] < skipped[2]) else skipped)
    return [ranked[index] for index in best[-1][2]]
