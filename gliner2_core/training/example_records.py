"""Training data out: TrainingExample → the reference package's record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, Mention, TrainingExample


def example_record(example: TrainingExample, *, keep_offsets: bool = True) -> dict[str, Any]:
    """Write an example as `{"input": …, "output": {…}}`.

    Args:
        example: What to write; its origin is not part of a record.
        keep_offsets: Write pinned mentions as `{"text", "start", "end"}`; otherwise as plain strings everywhere.

    Returns:
        JSON-ready values; with offsets, `parse_example` gives the same example back.
    """
    output: dict[str, Any] = {}
    if example.entities:
        output["entities"] = {
            label: [_mention(mention, keep_offsets) for mention in mentions] for label, mentions in example.entities.items()
        }
    if example.entity_descriptions:
        output["entity_descriptions"] = dict(example.entity_descriptions)
    if example.classifications:
        output["classifications"] = [_classification(task) for task in example.classifications]
    if example.structures:
        output["json_structures"] = [_instance(instance, keep_offsets) for instance in example.structures]
    if example.structure_descriptions:
        output["json_descriptions"] = {name: dict(found) for name, found in example.structure_descriptions.items()}
    if example.relations:
        output["relations"] = [_instance(instance, keep_offsets) for instance in example.relations]
    if example.relation_descriptions:
        output["relation_descriptions"] = dict(example.relation_descriptions)
    return {"input": example.text, "output": output}


def examples_to_jsonl(examples: Iterable[TrainingExample], *, keep_offsets: bool = True) -> str:
    """Write examples as JSONL: one record a line, each line ended, characters as they are."""
    lines = (json.dumps(example_record(example, keep_offsets=keep_offsets), ensure_ascii=False) for example in examples)
    return "".join(line + "\n" for line in lines)


def _mention(mention: Mention, keep_offsets: bool) -> Any:
    if keep_offsets and mention.is_pinned:
        return {"text": mention.text, "start": mention.start, "end": mention.end}
    return mention.text


def _instance(instance: GoldInstance, keep_offsets: bool) -> dict[str, Any]:
    return {instance.name: {name: _field(field, keep_offsets) for name, field in instance.fields.items()}}


def _field(field: GoldField, keep_offsets: bool) -> Any:
    if field.choices:
        return {"value": _one_or_list(field.chosen), "choices": list(field.choices)}
    return _one_or_list([_mention(mention, keep_offsets) for mention in field.mentions])


def _one_or_list(values: Sequence[Any]) -> Any:
    if not values:
        return ""
    return values[0] if len(values) == 1 else list(values)


def _classification(task: GoldClassification) -> dict[str, Any]:
    record: dict[str, Any] = {
        "task": task.task,
        "labels": list(task.labels),
        "true_label": list(task.true_labels),
    }
    if task.multi_label:
        record["multi_label"] = True
    if task.prompt:
        record["prompt"] = task.prompt
    if task.examples:
        record["examples"] = [list(pair) for pair in task.examples]
    if task.label_descriptions:
        record["label_descriptions"] = dict(task.label_descriptions)
    return record
