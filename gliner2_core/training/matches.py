"""Exact matching of labelled items: counts, precision, recall, F1."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from gliner2_core.errors import InputError

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How many predicted items are correct, how many were predicted, how many are true (the support)."""

    correct: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: MatchCounts) -> MatchCounts:
        """Add two counts."""
        return MatchCounts(self.correct + other.correct, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """Correct among predicted; 0 if nothing was predicted."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Correct among true; 0 if nothing is true."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 if both are 0."""
        total = self.predicted + self.gold
        return 2 * self.correct / total if total else 0.0

    def to_dict(self) -> dict[str, float | int]:
        """Return scores and counts."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "correct": self.correct,
            "predicted": self.predicted,
            "support": self.gold,
        }


@dataclass(frozen=True, slots=True)
class MatchScores:
    """Exact matching, all labels together and each alone.

    Attributes:
        micro: All labels together.
        per_label: Each label; labels that were asked but neither true nor predicted have zero counts.
        per_document: One count per document, in order: what a bootstrap draws from.
    """

    micro: MatchCounts
    per_label: Mapping[str, MatchCounts]
    per_document: tuple[MatchCounts, ...]

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the labels that are true or predicted somewhere; 0 without any."""
        return mean([count.f1 for count in self.per_label.values() if count.predicted or count.gold])

    def to_dict(self) -> dict[str, Any]:
        """Return scores, each label with its support, and the number of documents."""
        return {
            "micro": self.micro.to_dict(),
            "macro_f1": self.macro_f1,
            "per_label": {label: count.to_dict() for label, count in self.per_label.items()},
            "documents": len(self.per_document),
        }


def match_scores(
    gold: Sequence[Iterable[tuple[str, Item]]],
    predicted: Sequence[Iterable[tuple[str, Item]]],
    labels: Iterable[str] = (),
) -> MatchScores:
    """Score sets of (label, item) pairs per document; equal pairs match.

    Args:
        gold: Per document its true pairs; a pair listed twice counts once.
        predicted: Likewise, what the model said.
        labels: Labels to list even if they never occur.

    Returns:
        Micro, macro and per-label scores.

    Raises:
        InputError: If the numbers of documents differ.
    """
    check_lengths(gold, predicted)
    per_label = {label: MatchCounts() for label in labels}
    per_document: list[MatchCounts] = []
    for true_pairs, found_pairs in zip(gold, predicted, strict=True):
        true, found = set(true_pairs), set(found_pairs)
        per_document.append(add_counts(per_label, true, found))
    return MatchScores(total_counts(per_document), per_label, tuple(per_document))


def add_counts(
    per_label: dict[str, MatchCounts], gold: Set[tuple[str, Item]], predicted: Set[tuple[str, Item]]
) -> MatchCounts:
    """Compare the (label, item) pairs of one document or instance.

    Args:
        per_label: Receives each label's counts on top of what it holds.
        gold: True pairs.
        predicted: The model's pairs.

    Returns:
        The counts of all labels together.
    """
    total = MatchCounts()
    both = gold & predicted
    for label in dict.fromkeys(label for label, _ in sorted(gold | predicted, key=lambda item: item[0])):
        counts = MatchCounts(_of_label(both, label), _of_label(predicted, label), _of_label(gold, label))
        per_label[label] = per_label.get(label, MatchCounts()) + counts
        total += counts
    return total


def _of_label(items: Set[tuple[str, Item]], label: str) -> int:
    return sum(name == label for name, _ in items)


def check_lengths(gold: Sequence[Any], predicted: Sequence[Any]) -> None:
    """Refuse two lists of documents that cannot belong together.

    Raises:
        InputError: If their lengths differ.
    """
    if len(gold) != len(predicted):
        raise InputError(f"gold has {len(gold)} documents, predicted {len(predicted)}; both must have the same")


def total_counts(counts: Iterable[MatchCounts]) -> MatchCounts:
    """Return the sum of counts."""
    total = MatchCounts()
    for count in counts:
        total += count
    return total


def mean(values: Sequence[float]) -> float:
    """Return the mean; 0 without values."""
    return sum(values) / len(values) if values else 0.0
