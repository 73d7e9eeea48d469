"""Everything a prediction found, one finding per value; and what two predictions of one text agree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gliner2_core import Prediction
from gliner2_core.predictions import SpanPrediction


@dataclass(frozen=True, slots=True)
class Finding:
    """One value.

    Attributes:
        part: `entities`, or the name of a structure, relation or task.
        number: Of the instance, from 1 on.
        field: Entity label, field, `head`, `tail` or `label`.
        text: The value.
        start, end: Its place in the text; None if it is chosen, not found.
        confidence: 0–1.
    """

    part: str
    number: int
    field: str
    text: str
    start: int | None
    end: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A finding and how sure each of two models is of it; None where it does not have it."""

    finding: Finding
    first: float | None
    second: float | None


def findings(prediction: Prediction) -> Iterator[Finding]:
    """Yield what was found: structures, entities, relations, then the labels that were chosen."""
    for structure in prediction.structures:
        for number, fields in enumerate(structure.instances, 1):
            for field in fields:
                for value in field.values:
                    place = (value.start, value.end) if isinstance(value, SpanPrediction) else (None, None)
                    yield Finding(structure.name, number, field.name, value.text, place[0], place[1], value.confidence)
    for entity in prediction.entities:
        for number, span in enumerate(entity.spans, 1):
            yield Finding("entities", number, entity.label, span.text, span.start, span.end, span.confidence)
    for relation in prediction.relations:
        for number, pair in enumerate(relation.pairs, 1):
            for role, end in (("head", pair.head), ("tail", pair.tail)):
                yield Finding(relation.name, number, role, end.text, end.start, end.end, end.confidence)
    for task in prediction.classifications:
        for number, label in enumerate(task.chosen, 1):
            yield Finding(task.task, number, "label", label.label, None, None, label.probability)


def compare(first: Prediction, second: Prediction) -> list[Compared]:
    """Set what two models found in one text side by side; what only one found comes first.

    Values of entities and structures are the same where part, field, text and place are, in whichever instance.
    """
    ours, theirs = _surest(first), _surest(second)
    both = {**theirs, **ours}
    found = [
        Compared(one, ours[key].confidence if key in ours else None, theirs[key].confidence if key in theirs else None)
        for key, one in both.items()
    ]
    return sorted(found, key=_order)


def _order(one: Compared) -> tuple[bool, str, int, str]:
    return (one.first is not None and one.second is not None, one.finding.part, one.finding.start or 0, one.finding.field)


def _surest(prediction: Prediction) -> dict[tuple[object, ...], Finding]:
    surest: dict[tuple[object, ...], Finding] = {}
    for one in findings(prediction):
        key = (one.part, one.field, one.text, one.start, one.end)
        if key not in surest or one.confidence > surest[key].confidence:
            surest[key] = one
    return surest
