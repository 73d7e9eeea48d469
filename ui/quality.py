"""How good a model is by what people made of its answers, and how far two people agree. Pure functions over outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from gliner2_core.training.matches import MatchCounts, MatchScores, match_scores
from gliner2_core.training.metrics import ClassificationScores, classification_scores
from storage import Output
from storage.outputs import FieldValue, Span

Place = tuple[int, ...] | str
"""The ends of a span, those of both spans of a pair, or a choice."""
STEP = 0.05
"""Between two thresholds of the sweep."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing in an output: an entity, a value of a field, a pair. A person's has the confidence 1."""

    label: str
    place: Place
    confidence: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """What people called one thing and the model another, and how often."""

    human: str
    model: str
    number: int


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The micro scores of a threshold."""

    threshold: float
    counts: MatchCounts


@dataclass(frozen=True, slots=True)
class Quality:
    """A model against people.

    Attributes:
        found: Entities, values and pairs; a label is the entity's, `structure.field` or the relation's name.
        tasks: Classification task → its scores.
        confusions: The most frequent first.
        sweep: By rising threshold.
    """

    found: MatchScores
    tasks: Mapping[str, ClassificationScores]
    confusions: tuple[Confusion, ...]
    sweep: tuple[SweepPoint, ...]

    @property
    def best(self) -> SweepPoint:
        """The threshold with the highest F1, the lowest of equal ones."""
        return max(self.sweep, key=lambda point: (point.counts.f1, -point.threshold))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people on the same records.

    Attributes:
        records: That both submitted.
        f1: Of one's findings against the other's; None where neither marked anything.
        kappas: Classification task → Cohen's kappa; None where both always chose the same one label.
    """

    first: str
    second: str
    records: int
    f1: float | None
    kappas: Mapping[str, float | None]


def found_in(output: Output) -> Iterator[Found]:
    """Yield entities, values and pairs. Which values stand in one instance is not compared."""
    for one in output.entities:
        yield Found(one.label, (one.start, one.end), _sure(one))
    for instance in output.structures:
        for name, values in instance.fields.items():
            yield from (_value(f"{instance.name}.{name}", value) for value in values)
    for pair in output.relations:
        place = (pair.head.start, pair.head.end, pair.tail.start, pair.tail.end)
        yield Found(pair.name, place, min(_sure(pair.head), _sure(pair.tail)))


def judged(pairs: Sequence[tuple[Output, Output]], least: float) -> Quality:
    """Compare what a model said with what people made of it.

    Args:
        pairs: Per record the person's output and the model's.
        least: Threshold below which the model's findings were not kept; the sweep begins there.
    """
    human = [set(_keys(one)) for one, _ in pairs]
    return Quality(
        match_scores(human, [list(_keys(one)) for _, one in pairs]),
        _judged_tasks(pairs),
        _confusions(pairs),
        tuple(
            SweepPoint(threshold, match_scores(human, [list(_keys(one, threshold)) for _, one in pairs]).micro)
            for threshold in _thresholds(least)
        ),
    )


def agreements(outputs: Mapping[int, Mapping[str, Output]]) -> list[Agreement]:
    """Compare every two people on the records that both submitted.

    Args:
        outputs: Record → person → output.
    """
    people = sorted({name for by_person in outputs.values() for name in by_person})
    found = []
    for first, second in combinations(people, 2):
        both = [(one[first], one[second]) for one in outputs.values() if first in one and second in one]
        if both:
            counts = match_scores([list(_keys(one)) for one, _ in both], [list(_keys(one)) for _, one in both]).micro
            f1 = counts.f1 if counts.gold or counts.predicted else None
            kappas = {task: kappa(*_choices(both, task)) for task in _tasks(both)}
            found.append(Agreement(first, second, len(both), f1, kappas))
    return found


def kappa(first: Sequence[tuple[str, ...]], second: Sequence[tuple[str, ...]]) -> float | None:
    """Return Cohen's kappa of two people's choices; None where chance alone makes them agree always.

    Source: Cohen (1960), A coefficient of agreement for nominal scales.
    """
    n = len(first)
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / n
    counts = Counter(first), Counter(second)
    expected = sum(counts[0][label] * counts[1][label] for label in counts[0]) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _thresholds(least: float) -> list[float]:
    steps = [round(STEP * number, 2) for number in range(20)]
    return [round(least, 2), *(step for step in steps if step > least)]


def _keys(output: Output, threshold: float = 0.0) -> Iterator[tuple[str, Place]]:
    return ((one.label, one.place) for one in found_in(output) if one.confidence >= threshold)


def _confusions(pairs: Sequence[tuple[Output, Output]]) -> tuple[Confusion, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for human, model in pairs:
        true, said = set(_keys(human)), set(_keys(model))
        missed = {place: label for label, place in sorted(true - said, key=str) if not isinstance(place, str)}
        counts.update((missed[place], label) for label, place in said - true if place in missed)
        for task in _tasks([(human, model)]):
            (chosen,), (given,) = _choices([(human, model)], task)
            if chosen != given and len(chosen) == len(given) == 1:
                counts[f"{task}: {chosen[0]}", f"{task}: {given[0]}"] += 1
    return tuple(Confusion(*names, number) for names, number in counts.most_common())


def _judged_tasks(pairs: Sequence[tuple[Output, Output]]) -> dict[str, ClassificationScores]:
    scores = {}
    for task in _tasks(pairs):
        # A record that nobody was asked about says nothing of the task.
        asked = [pair for pair in pairs if all(any(one.task == task for one in side.classifications) for side in pair)]
        if asked:
            scores[task] = classification_scores(*_choices(asked, task))
    return scores


def _tasks(pairs: Sequence[tuple[Output, Output]]) -> list[str]:
    return list(dict.fromkeys(one.task for pair in pairs for side in pair for one in side.classifications))


def _choices(pairs: Sequence[tuple[Output, Output]], task: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    first, second = (
        [tuple(sorted(label for one in side.classifications if one.task == task for label in one.chosen)) for side in sides]
        for sides in zip(*pairs, strict=True)
    )
    return first, second


def _value(label: str, value: FieldValue) -> Found:
    if value.span is None:
        return Found(label, value.choice or "", 1.0 if value.score is None else value.score)
    return Found(label, (value.span.start, value.span.end), _sure(value.span))


def _sure(span: Span) -> float:
    return 1.0 if span.score is None else span.score
