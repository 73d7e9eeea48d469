"""Predictions against examples: one report per task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gliner2_core.evaluation.gold_spans import gold_spans
from gliner2_core.evaluation.report import TaskReport
from gliner2_core.evaluation.schemas import pair_relations
from gliner2_core.predictions import FieldPrediction, Prediction
from gliner2_core.spans import CharSpan
from gliner2_core.training.bootstrap import f1_interval, mean_interval
from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, TrainingExample
from gliner2_core.training.matches import MatchScores, match_scores
from gliner2_core.training.metrics import (
    Instance,
    LabelledSpan,
    classification_scores,
    normalise,
    span_scores,
    structure_scores,
)

Pairs = Sequence[tuple[TrainingExample, Prediction]]


def score_tasks(examples: Sequence[TrainingExample], predictions: Sequence[Prediction]) -> tuple[TaskReport, ...]:
    """Score every task that the examples ask.

    Args:
        examples: With at least one task each.
        predictions: The answers, one per example, in order.

    Returns:
        Entities, structures, relations, then classifications by first appearance; each over the examples that ask it.

    Raises:
        DataError: If a true mention cannot be found in its text.
    """
    pairs = list(zip(examples, predictions, strict=True))
    reports: list[TaskReport] = []
    with_entities = [pair for pair in pairs if pair[0].entities]
    if with_entities:
        reports.append(_score_entities(with_entities))
    with_structures = [pair for pair in pairs if pair[0].structures]
    if with_structures:
        reports.append(_score_structures(with_structures))
    with_relations = [pair for pair in pairs if pair_relations(pair[0])]
    if with_relations:
        reports.append(_score_relations(with_relations))
    names = dict.fromkeys(task.task for example in examples for task in example.classifications)
    return (*reports, *(_score_classification(name, pairs) for name in names))


def predicted_spans(prediction: Prediction, threshold: float = 0.0) -> list[LabelledSpan]:
    """Return the entity spans of a prediction that reach a threshold."""
    return [
        LabelledSpan(entity.label, CharSpan(span.start, span.end))
        for entity in prediction.entities
        for span in entity.spans
        if span.confidence >= threshold
    ]


def _score_entities(pairs: Pairs) -> TaskReport:
    labels = _unique(label for example, _ in pairs for label in example.entities)
    predicted = [predicted_spans(prediction) for _, prediction in pairs]
    return _f1_report("entities", "micro F1", span_scores([gold_spans(example) for example, _ in pairs], predicted, labels))


def _score_structures(pairs: Pairs) -> TaskReport:
    labels = _unique(
        f"{instance.name}.{field}" for example, _ in pairs for instance in example.structures for field in instance.fields
    )
    gold = [_gold_instances(example.structures) for example, _ in pairs]
    predicted: list[Mapping[str, Sequence[Instance]]] = [
        {structure.name: [_predicted_instance(fields) for fields in structure.instances] for structure in found.structures}
        for _, found in pairs
    ]
    scores = structure_scores(gold, predicted, labels)
    return _report("structures", "field F1", scores.fields, scores.to_dict())


def _score_relations(pairs: Pairs) -> TaskReport:
    """Relations are right if both surfaces agree, case aside; gold may have no offsets."""
    labels = _unique(relation.name for example, _ in pairs for relation in pair_relations(example))
    gold = [
        [
            (relation.name, (normalise(head.text), normalise(tail.text)))
            for relation in pair_relations(example)
            for head in relation.fields["head"].mentions
            for tail in relation.fields["tail"].mentions
        ]
        for example, _ in pairs
    ]
    predicted = [
        [
            (relation.name, (normalise(pair.head.text), normalise(pair.tail.text)))
            for relation in prediction.relations
            for pair in relation.pairs
        ]
        for _, prediction in pairs
    ]
    return _f1_report("relations", "micro F1", match_scores(gold, predicted, labels))


def _score_classification(name: str, pairs: Pairs) -> TaskReport:
    gold: list[tuple[str, ...]] = []
    predicted: list[tuple[str, ...]] = []
    asked: list[GoldClassification] = []
    for example, prediction in pairs:
        for task in example.classifications:
            if task.task == name:
                asked.append(task)
                gold.append(task.true_labels)
                predicted.append(_chosen(prediction, name))
    labels = _unique(label for task in asked for label in task.labels)
    scores = classification_scores(gold, predicted, labels)
    if any(task.multi_label for task in asked):
        return _report(name, "micro F1", scores.matches, scores.to_dict())
    interval = mean_interval(scores.is_right)
    return TaskReport(name, "accuracy", scores.accuracy, interval, len(gold), len(gold), labels, scores.to_dict())


def _f1_report(task: str, metric: str, scores: MatchScores) -> TaskReport:
    return _report(task, metric, scores, scores.to_dict())


def _report(task: str, metric: str, scores: MatchScores, details: Mapping[str, object]) -> TaskReport:
    micro, n_records = scores.micro, len(scores.per_document)
    interval = f1_interval(scores.per_document)
    return TaskReport(task, metric, micro.f1, interval, micro.gold, n_records, tuple(scores.per_label), details)


def _chosen(prediction: Prediction, task: str) -> tuple[str, ...]:
    return tuple(label.label for found in prediction.classifications if found.task == task for label in found.chosen)


def _gold_instances(instances: Iterable[GoldInstance]) -> dict[str, list[Instance]]:
    named: dict[str, list[Instance]] = {}
    for instance in instances:
        values = {name: _gold_values(field) for name, field in instance.fields.items()}
        named.setdefault(instance.name, []).append(values)
    return named


def _gold_values(field: GoldField) -> tuple[str, ...]:
    return field.chosen or tuple(mention.text for mention in field.mentions)


def _predicted_instance(fields: Iterable[FieldPrediction]) -> dict[str, tuple[str, ...]]:
    return {field.name: tuple(value.text for value in field.values) for field in fields}


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
