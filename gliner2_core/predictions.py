"""Typed answers: what the model found in one text, with every probability it gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelProbability:
    """One label of a classification: its probability and whether it was chosen."""

    label: str
    probability: float
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SpanPrediction:
    """A span of the text: `text == document[start:end]`, offsets in code points, confidence in 0–1.

    Attributes:
        attributes: Per attribute group the labels that hold for this span; empty without attribute groups.
        is_single: Per attribute group whether exactly one label is assigned.
    """

    text: str
    start: int
    end: int
    confidence: float
    attributes: Mapping[str, tuple[LabelProbability, ...]] = field(default_factory=dict)
    is_single: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChoicePrediction:
    """A value chosen from a field's list: it has no place in the text."""

    text: str
    confidence: float


Value = SpanPrediction | ChoicePrediction


@dataclass(frozen=True, slots=True)
class FieldPrediction:
    """The values of one field of one instance.

    Attributes:
        name: The field's name.
        is_list: Whether the schema asks for a list (dtype `list`) or one value (dtype `str`).
        values: Best first for spans, declared order for choices; at most one unless `is_list`.
    """

    name: str
    is_list: bool
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class EntityPrediction:
    """All mentions of one entity label, most confident first; repeated mentions are kept."""

    label: str
    is_list: bool
    spans: tuple[SpanPrediction, ...]


@dataclass(frozen=True, slots=True)
class StructurePrediction:
    """The filled instances of one structure, in the model's order; each holds every field of the schema."""

    name: str
    instances: tuple[tuple[FieldPrediction, ...], ...]


@dataclass(frozen=True, slots=True)
class RelationPair:
    """One instance of a relation."""

    head: SpanPrediction
    tail: SpanPrediction


@dataclass(frozen=True, slots=True)
class RelationPrediction:
    """All instances of one relation."""

    name: str
    pairs: tuple[RelationPair, ...]


@dataclass(frozen=True, slots=True)
class ClassificationPrediction:
    """One classification task.

    Attributes:
        labels: Every label in declared order with its probability.
        chosen: The decision, in the order in which it is reported (declared order; by probability with `top_k`).
    """

    task: str
    is_multi_label: bool
    labels: tuple[LabelProbability, ...]
    chosen: tuple[LabelProbability, ...]


OnWindow = Callable[[int, int], None]
"""Called after each pass with the number of windows done and of all windows planned so far; what it raises ends the run."""

EMBEDDED_NAME = "gliner2-mini"
"""Of the checkpoint that ships inside."""


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """Which checkpoint answered: its name (folder, hub id or `gliner2-mini`) and revision (None for folders)."""

    name: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """Everything the model said about one text.

    Attributes:
        text: The caller's text, unchanged.
        has_entities, has_attributes: Whether the schema asked for entities, and for attributes of their spans.
        counts: Per extractive task the number of instances the count head saw; for long texts the sum over windows.
        windows: How many passes the text took; 1 unless it is longer than the model's window.
        words: Words of the text.
        threshold: The call's threshold.
        overlap_policy: The call's overlap policy.
        duration_s: Wall time of the model's work on this text in seconds; in a batch its share by words.
    """

    text: str
    checkpoint: CheckpointInfo
    threshold: float
    overlap_policy: str | None
    structures: tuple[StructurePrediction, ...] = ()
    entities: tuple[EntityPrediction, ...] = ()
    has_entities: bool = False
    has_attributes: bool = False
    relations: tuple[RelationPrediction, ...] = ()
    classifications: tuple[ClassificationPrediction, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    windows: int = 1
    words: int = 0
    duration_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values; nothing is left out."""
        return {
            "text": self.text,
            "entities": [{"label": entity.label, **_span_dict(span)} for entity in self.entities for span in entity.spans],
            "structures": [
                {"name": structure.name, "instances": [_instance_dict(fields) for fields in structure.instances]}
                for structure in self.structures
            ],
            "relations": [
                {"name": relation.name, "head": _span_dict(pair.head), "tail": _span_dict(pair.tail)}
                for relation in self.relations
                for pair in relation.pairs
            ],
            "classifications": [
                {
                    "task": task.task,
                    "multi_label": task.is_multi_label,
                    "chosen": [label.label for label in task.chosen],
                    "probabilities": {label.label: label.probability for label in task.labels},
                }
                for task in self.classifications
            ],
            # Entities are one group to the count head; how many there are says the list above.
            "counts": {name: count for name, count in self.counts.items() if not (self.has_entities and name == "entities")},
            "windows": self.windows,
            "words": self.words,
            "checkpoint": {"name": self.checkpoint.name, "revision": self.checkpoint.revision},
            "threshold": self.threshold,
            "overlap_policy": self.overlap_policy,
            "duration_s": self.duration_s,
        }


def _span_dict(span: SpanPrediction) -> dict[str, Any]:
    found: dict[str, Any] = {
        "text": span.text,
        "start": span.start,
        "end": span.end,
        "confidence": span.confidence,
    }
    if span.attributes:
        found["attributes"] = {
            group: [{"label": label.label, "confidence": label.probability} for label in labels]
            for group, labels in span.attributes.items()
        }
    return found


def _instance_dict(fields: tuple[FieldPrediction, ...]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for one in fields:
        values = [
            _span_dict(value)
            if isinstance(value, SpanPrediction)
            else {"text": value.text, "confidence": value.confidence, "choice": True}
            for value in one.values
        ]
        filled[one.name] = values if one.is_list else (values[0] if values else None)
    return filled
