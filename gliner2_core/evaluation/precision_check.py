"""What a shorter precision changes on one's own texts: which findings, how far confidences move, how much time it saves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from gliner2_core.errors import InputError
from gliner2_core.extractor import GLiNER2
from gliner2_core.modeling.precision import Precision, known_precisions
from gliner2_core.predictions import Prediction, SpanPrediction, Value

LEAST_AGREEMENT = 0.995
"""Share of findings that a precision must leave as they are to be advised."""
LEAST_SPEED = 1.1
"""Times as fast as float32: what gains less is not worth a single other answer."""
ROUNDS = 3
WARM_UP = 4
Finding = tuple[str | int, ...]
"""What was found and where; equal for two findings that a user would call the same."""
OnRound = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that one precision has and float32 has not, or the other way round; `text` counts from 0."""

    text: int
    finding: str
    confidence: float
    is_lost: bool


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """One precision beside float32.

    Attributes:
        precision: Its name.
        texts_per_s: Of the fastest of some rounds.
        speed: Times as fast as float32.
        equal, findings: Found by both, and by either.
        mean_drift, largest_drift: Of the confidences of what both found, in 0–1.
        differences: Every finding that only one of them has.
    """

    precision: Precision
    texts_per_s: float
    speed: float
    equal: int
    findings: int
    mean_drift: float
    largest_drift: float
    differences: tuple[Difference, ...]

    @property
    def agreement(self) -> float:
        """Share of findings that both have; 1 where neither found anything."""
        return self.equal / self.findings if self.findings else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {**asdict(self), "agreement": self.agreement}


def check_precision(
    model: GLiNER2,
    texts: Sequence[str],
    schema: Any,
    *,
    threshold: float = 0.5,
    batch_size: int = 8,
    on_round: OnRound = lambda done, total: None,
) -> tuple[PrecisionRow, ...]:
    """Answer the texts in every precision that this machine has; nothing else should run meanwhile.

    Args:
        model: Answers; ends in the precision that it has.
        texts: At least one.
        schema: As of `extract`.
        threshold: From which probability a span counts.
        batch_size: Texts per forward pass.
        on_round: Called with the rounds done and those planned.

    Returns:
        A row per precision, float32 first.

    Raises:
        InputError: If there is no text.
    """
    if not texts:
        raise InputError("there is no text to compare on")
    before, known = model.precision, known_precisions()
    seconds: dict[Precision, float] = {}
    found: dict[Precision, list[Mapping[Finding, float]]] = {}
    try:
        # All of them in each round, so that what else the machine does meets all alike.
        for number in range(ROUNDS):
            for place, precision in enumerate(known):
                model.precision = precision
                options: dict[str, Any] = {"threshold": threshold, "batch_size": batch_size}
                list(model.iter_predict(texts[:WARM_UP], schema, **options))
                started = time.perf_counter()
                answers = list(model.iter_predict(texts, schema, **options))
                taken = time.perf_counter() - started
                seconds[precision] = min(taken, seconds.get(precision, taken))
                found[precision] = [dict(_findings(one)) for one in answers]
                on_round(number * len(known) + place + 1, ROUNDS * len(known))
    finally:
        model.precision = before
    return tuple(_row(one, len(texts), seconds, found) for one in known)


def advised(rows: Sequence[PrecisionRow]) -> PrecisionRow:
    """Return the fastest precision that leaves nearly all findings as they are."""
    good = [row for row in rows if row.agreement >= LEAST_AGREEMENT and row.speed >= LEAST_SPEED]
    return max(good, key=lambda row: row.speed, default=rows[0])


def to_markdown(rows: Sequence[PrecisionRow], shown: int = 5) -> str:
    """Write the table, what differs (at most `shown` findings of each), and which precision to take."""
    lines = [
        "| precision | texts per second | speed | findings equal | confidence moved (mean, most) |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        equal = f"{row.equal:,} of {row.findings:,} ({100 * row.agreement:.2f} %)"
        lines.append(
            f"| {row.precision} | {row.texts_per_s:,.1f} | {row.speed:.2f} × | {equal} "
            f"| {row.mean_drift:.4f}, {row.largest_drift:.4f} |"
        )
    for row in rows:
        lines += [f"- {row.precision} {_told(one)}" for one in row.differences[:shown]]
        if len(row.differences) > shown:
            lines.append(f"- {row.precision}: {len(row.differences) - shown} more differences; --out lists all")
    best = advised(rows)
    lines += ["", f"Take {best.precision}." if best is not rows[0] else _why_none(rows)]
    return "\n".join(lines) + "\n"


def _told(one: Difference) -> str:
    finding = one.finding.replace("\n", " ")
    return f"{'misses' if one.is_lost else 'adds'} in text {one.text + 1}: {finding} ({one.confidence:.3f})"


def _why_none(rows: Sequence[PrecisionRow]) -> str:
    return (
        f"Stay with {rows[0].precision}: no other precision is {LEAST_SPEED:g} times as fast "
        f"and leaves {100 * LEAST_AGREEMENT:g} % of the findings as they are."
    )


def _row(
    precision: Precision,
    n_texts: int,
    seconds: Mapping[Precision, float],
    found: Mapping[Precision, list[Mapping[Finding, float]]],
) -> PrecisionRow:
    drifts, differences, n_equal, n_all = [], [], 0, 0
    for text, (plain, short) in enumerate(zip(found["float32"], found[precision], strict=True)):
        both = plain.keys() & short.keys()
        n_equal, n_all = n_equal + len(both), n_all + len(plain.keys() | short.keys())
        drifts += [abs(plain[one] - short[one]) for one in both]
        for side, other, is_lost in ((plain, short, True), (short, plain, False)):
            alone = [one for one in side if one not in other]
            differences += [Difference(text, ", ".join(map(str, one)), side[one], is_lost) for one in alone]
    mean = sum(drifts) / len(drifts) if drifts else 0.0
    speed = seconds["float32"] / seconds[precision]
    return PrecisionRow(
        precision, n_texts / seconds[precision], speed, n_equal, n_all, mean, max(drifts, default=0.0), tuple(differences)
    )


def _findings(one: Prediction) -> Iterator[tuple[Finding, float]]:
    for entity in one.entities:
        for span in entity.spans:
            yield (entity.label, *_place(span)), span.confidence
            for group, labels in span.attributes.items():
                for label in labels:
                    yield (entity.label, *_place(span), group, label.label), label.probability
    for structure in one.structures:
        for number, fields in enumerate(structure.instances):
            for field, value in chain.from_iterable(((field, value) for value in field.values) for field in fields):
                yield (structure.name, number + 1, field.name, *_place(value)), value.confidence
    for relation in one.relations:
        for pair in relation.pairs:
            yield (relation.name, *_place(pair.head), *_place(pair.tail)), min(pair.head.confidence, pair.tail.confidence)
    for task in one.classifications:
        for chosen in task.chosen:
            yield (task.task, chosen.label), chosen.probability


def _place(value: Value) -> Finding:
    return (value.text, value.start) if isinstance(value, SpanPrediction) else (value.text,)
