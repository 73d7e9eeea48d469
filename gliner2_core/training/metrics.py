"""Scores: spans, classifications and structures against what is true. Pure functions, no torch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core.errors import InputError
from gliner2_core.spans import CharSpan
from gliner2_core.training.matches import (
    MatchCounts,
    MatchScores,
    add_counts,
    check_lengths,
    match_scores,
    mean,
    total_counts,
)

Instance = Mapping[str, Sequence[str]]
"""One filled structure: per field its values."""


@dataclass(frozen=True, slots=True)
class ClassificationScores:
    """One classification task.

    Attributes:
        accuracy: Documents whose set of labels is exactly right (for one label each: plain accuracy).
        matches: Labels as items: micro F1, macro F1 and each label.
        is_right: Per document whether it is exactly right.
    """

    accuracy: float
    matches: MatchScores
    is_right: tuple[bool, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return scores and each label with its support."""
        return {"accuracy": self.accuracy, **self.matches.to_dict()}


@dataclass(frozen=True, slots=True)
class StructureScores:
    """Filled structures.

    Attributes:
        fields: Field values as items, labelled `structure.field`.
        instances: Whole instances: correct if all their fields are equal.
    """

    fields: MatchScores
    instances: MatchCounts

    def to_dict(self) -> dict[str, Any]:
        """Return field scores, and whole instances under `instances`."""
        return {**self.fields.to_dict(), "instances": self.instances.to_dict()}


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A span and the label it carries."""

    label: str
    span: CharSpan


def span_scores(
    gold: Sequence[Collection[LabelledSpan]],
    predicted: Sequence[Collection[LabelledSpan]],
    labels: Iterable[str] = (),
) -> MatchScores:
    """Score spans: correct means same label, same start, same end.

    Args:
        gold: Per document its true spans; a span listed twice counts once.
        predicted: Likewise, what the model found.
        labels: Labels to list even if they never occur.

    Returns:
        Micro, macro and per-label scores.

    Raises:
        InputError: If the numbers of documents differ.
    """
    return match_scores(
        [[(item.label, item.span) for item in items] for items in gold],
        [[(item.label, item.span) for item in items] for items in predicted],
        labels,
    )


def classification_scores(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], labels: Iterable[str] = ()
) -> ClassificationScores:
    """Score one classification task, with one or with several labels per document.

    Args:
        gold: Per document its true labels; a single-label task has one each.
        predicted: Per document the chosen labels.
        labels: Labels to list even if they never occur.

    Returns:
        Accuracy, macro F1, and the micro F1 that counts in multi-label tasks.

    Raises:
        InputError: If the numbers of documents differ, or a str is given where a collection of labels is meant.
    """
    if any(isinstance(item, str) for item in (*gold, *predicted)):
        raise InputError("each document needs a collection of labels, got a str; wrap it: {'positive'}")
    matches = match_scores(
        [[(label, None) for label in items] for items in gold],
        [[(label, None) for label in items] for items in predicted],
        labels,
    )
    is_right = tuple(set(true) == set(found) for true, found in zip(gold, predicted, strict=True))
    return ClassificationScores(mean([float(right) for right in is_right]), matches, is_right)


def structure_scores(
    gold: Sequence[Mapping[str, Sequence[Instance]]],
    predicted: Sequence[Mapping[str, Sequence[Instance]]],
    labels: Iterable[str] = (),
) -> StructureScores:
    """Score filled structures by the values of their fields.

    Predicted and true instances of one name are paired greedily, most equal values first, ties in order; values are equal
    if they agree after stripping, case aside. What stays unpaired counts as wrong or missing with all its values.

    Args:
        gold: Per document and structure its true instances.
        predicted: Likewise, what the model filled in.
        labels: `structure.field` names to list even if they never occur.

    Returns:
        Field scores and the count of fully equal instances.

    Raises:
        InputError: If the numbers of documents differ.

    Source: own definition.
    """
    check_lengths(gold, predicted)
    per_label = {label: MatchCounts() for label in labels}
    per_document: list[MatchCounts] = []
    instances = MatchCounts()
    for true_named, found_named in zip(gold, predicted, strict=True):
        document = MatchCounts()
        for name in dict.fromkeys([*true_named, *found_named]):
            true = _filled(name, true_named.get(name, ()))
            found = _filled(name, found_named.get(name, ()))
            pairs = pair_instances(true, found)
            for left, right in pairs:
                document += add_counts(per_label, left, right)
            exact = sum(left == right for left, right in pairs)
            instances += MatchCounts(exact, len(found), len(true))
        per_document.append(document)
    return StructureScores(MatchScores(total_counts(per_document), per_label, tuple(per_document)), instances)


Filled = frozenset[tuple[str, str]]
"""One instance as its (`structure.field`, normalised value) pairs."""


def pair_instances(gold: Sequence[Filled], predicted: Sequence[Filled]) -> list[tuple[Filled, Filled]]:
    """Pair instances greedily by their number of equal values.

    Args:
        gold: True instances.
        predicted: The model's.

    Returns:
        Every instance once; one without a partner is paired with an empty instance.
    """
    ranked = sorted(
        ((-len(true & found), i, j) for i, true in enumerate(gold) for j, found in enumerate(predicted)),
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in ranked:
        if i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    pairs = [(true, predicted[partner[i]] if i in partner else Filled()) for i, true in enumerate(gold)]
    return pairs + [(Filled(), found) for j, found in enumerate(predicted) if j not in taken]


def normalise(value: str) -> str:
    """Return a value as it is compared: stripped, case aside."""
    return value.strip().casefold()


def _filled(name: str, instances: Sequence[Instance]) -> list[Filled]:
    filled = [
        Filled((f"{name}.{field}", normalise(value)) for field, values in instance.items() for value in values)
        for instance in instances
    ]
    # An instance without any value says the same as no instance.
    return [instance for instance in filled if instance]
