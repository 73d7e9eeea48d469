"""Predictions of the core ↔ outputs of the store."""

from __future__ import annotations

from gliner2_core import Prediction
from gliner2_core.predictions import SpanPrediction, Value
from storage import Checkpoint, Output
from storage.outputs import Decision, EntitySpan, FieldValue, Instance, RelationPair, Span


def to_output(prediction: Prediction) -> Output:
    """Return what a model said in the shape that is stored; offsets are code points on both sides."""
    return Output(
        entities=tuple(
            EntitySpan(start=one.start, end=one.end, label=entity.label, score=one.confidence)
            for entity in prediction.entities
            for one in entity.spans
        ),
        structures=tuple(
            Instance(name=structure.name, fields={one.name: tuple(map(_value, one.values)) for one in fields})
            for structure in prediction.structures
            for fields in structure.instances
        ),
        relations=tuple(
            RelationPair(name=relation.name, head=_span(pair.head), tail=_span(pair.tail))
            for relation in prediction.relations
            for pair in relation.pairs
        ),
        classifications=tuple(
            Decision(
                task=task.task,
                chosen=tuple(one.label for one in task.chosen),
                scores={one.label: one.probability for one in task.labels},
            )
            for task in prediction.classifications
        ),
    )


def to_checkpoint(prediction: Prediction) -> Checkpoint:
    """Return which model said it, and how it was asked."""
    asked = {"threshold": prediction.threshold, "overlap_policy": prediction.overlap_policy}
    return Checkpoint(prediction.checkpoint.name, prediction.checkpoint.revision, asked)


def _span(span: SpanPrediction) -> Span:
    return Span(start=span.start, end=span.end, score=span.confidence)


def _value(value: Value) -> FieldValue:
    if isinstance(value, SpanPrediction):
        return FieldValue(span=_span(value))
    return FieldValue(choice=value.text, score=value.confidence)
