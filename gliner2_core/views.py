"""Predictions in the shapes that the reference package returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gliner2_core.predictions import (
    ChoicePrediction,
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    Prediction,
    RelationPair,
    SpanPrediction,
    Value,
)


class View:
    """Writes predictions as dicts.

    Args:
        include_confidence: Values become dicts with `confidence`.
        include_spans: Values become dicts with `start` and `end`.

    Source: reference package 2.1, format_results; an absent entity, structure or relation has one shape here, the empty
    list (None for dtype `str`), which the reference writes in several ways.
    """

    def __init__(self, *, include_confidence: bool = False, include_spans: bool = False) -> None:
        self.include_confidence = include_confidence
        self.include_spans = include_spans

    def formatted(self, prediction: Prediction) -> dict[str, Any]:
        """Return structures, entities, classifications and, last, `relation_extraction`.

        A list holds each surface once; with `include_spans`, each place once.
        """
        result: dict[str, Any] = {
            structure.name: [
                {field.name: self._field(field, is_distinct=True) for field in fields} for fields in structure.instances
            ]
            for structure in prediction.structures
        }
        if prediction.has_entities:
            result["entities"] = {
                entity.label: self._entity(entity, prediction.has_attributes, is_distinct=True)
                for entity in prediction.entities
            }
        for task in prediction.classifications:
            result[task.task] = self._classification(task)
        if prediction.relations:
            result["relation_extraction"] = {
                relation.name: [self._pair(pair) for pair in relation.pairs] for relation in prediction.relations
            }
        return result

    def raw(self, prediction: Prediction) -> dict[str, Any]:
        """Return the reference's unformatted shape: processing order, nothing merged, classifications as tuples."""
        result: dict[str, Any] = {
            structure.name: [{field.name: self._field(field) for field in fields} for fields in structure.instances]
            for structure in prediction.structures
        }
        if prediction.has_entities:
            result["entities"] = [
                {entity.label: self._entity(entity, prediction.has_attributes) for entity in prediction.entities}
            ]
        for relation in prediction.relations:
            result[relation.name] = [self._pair(pair) for pair in relation.pairs]
        for task in prediction.classifications:
            pairs = [(label.label, label.probability) for label in task.chosen]
            result[task.task] = pairs if task.is_multi_label else pairs[0]
        return result

    def _entity(self, entity: EntityPrediction, has_attributes: bool, *, is_distinct: bool = False) -> Any:
        values = self._values(entity.spans, entity.is_list, is_distinct=is_distinct)
        if has_attributes and entity.is_list:
            # With attributes every item is a dict, also of labels that carry none.
            return [{"text": value} if isinstance(value, str) else value for value in values]
        return values

    def _field(self, field: FieldPrediction, *, is_distinct: bool = False) -> Any:
        return self._values(field.values, field.is_list, is_distinct=is_distinct)

    def _values(self, values: Sequence[Value], is_list: bool, *, is_distinct: bool = False) -> Any:
        if not is_list:
            return self._value(values[0]) if values else None
        if is_distinct:
            first: dict[tuple[Any, ...], Value] = {}
            for value in values:
                first.setdefault(self._identity(value), value)
            values = list(first.values())
        return [self._value(value) for value in values]

    def _identity(self, value: Value) -> tuple[Any, ...]:
        if self.include_spans and isinstance(value, SpanPrediction):
            return value.text.lower(), value.start, value.end
        return (value.text.lower(),)

    def _value(self, value: Value) -> Any:
        found: dict[str, Any] = {"text": value.text}
        if self.include_confidence:
            found["confidence"] = value.confidence
        if isinstance(value, ChoicePrediction):
            return found if self.include_confidence else value.text
        if self.include_spans:
            found |= {"start": value.start, "end": value.end}
        for group, labels in value.attributes.items():
            items = [{"label": label.label, "confidence": label.probability} for label in labels]
            found[group] = items[0] if value.is_single[group] else items
        return found if len(found) > 1 else value.text

    def _pair(self, pair: RelationPair) -> Any:
        if self.include_confidence or self.include_spans:
            return {"head": self._value(pair.head), "tail": self._value(pair.tail)}
        return pair.head.text, pair.tail.text

    def _classification(self, task: ClassificationPrediction) -> Any:
        items = [
            {"label": label.label, "confidence": label.probability} if self.include_confidence else label.label
            for label in task.chosen
        ]
        return items if task.is_multi_label else items[0]
