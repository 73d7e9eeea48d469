"""What to ask: examples → schemas that name their tasks and labels, never their answers."""

from __future__ import annotations

from collections.abc import Sequence

from gliner2_core.errors import DataError, InputError, SchemaError
from gliner2_core.schema import Schema
from gliner2_core.training.gold import GoldInstance, TrainingExample

ListFields = frozenset[tuple[str, str]]
"""(structure, field) pairs that are asked as lists."""


def build_schemas(examples: Sequence[TrainingExample]) -> Schema | list[Schema]:
    """Return what to ask for each example.

    A field is asked as a list if it has several values anywhere in the examples, and as one value otherwise, so that the
    schema of one text says nothing about its own answer.

    Args:
        examples: At least one.

    Returns:
        One schema if all examples ask the same, otherwise one per example; equal ones are the same object.

    Raises:
        DataError: If a task cannot be asked; the message names file and line.
    """
    lists = _list_fields(examples)
    built: dict[str, Schema] = {}
    schemas: list[Schema] = []
    for example in examples:
        try:
            schema = _schema(example, lists)
        except (InputError, SchemaError) as error:
            raise DataError(f"{example.origin}: {error}") from error
        schemas.append(built.setdefault(schema.to_json(), schema))
    return schemas[0] if len(built) == 1 else schemas


def pair_relations(example: TrainingExample) -> list[GoldInstance]:
    """Return the relations that can be asked: those between a head and a tail."""
    return [relation for relation in example.relations if set(relation.fields) == {"head", "tail"}]


def is_askable(example: TrainingExample) -> bool:
    """Whether a schema can be made: there is a task besides relations of other fields than head and tail."""
    return bool(example.entities or example.structures or example.classifications or pair_relations(example))


def _list_fields(examples: Sequence[TrainingExample]) -> ListFields:
    return frozenset(
        (instance.name, name)
        for example in examples
        for instance in example.structures
        for name, field in instance.fields.items()
        if len(field.mentions) > 1 or len(field.chosen) > 1
    )


def _schema(example: TrainingExample, lists: ListFields) -> Schema:
    schema = Schema()
    choices: dict[str, dict[str, tuple[str, ...]]] = {}
    for instance in example.structures:
        known = choices.setdefault(instance.name, {})
        for name, field in instance.fields.items():
            known[name] = known.get(name) or field.choices
    for structure, fields in choices.items():
        builder = schema.structure(structure)
        descriptions = example.structure_descriptions.get(structure, {})
        for name, options in fields.items():
            dtype = "list" if (structure, name) in lists else "str"
            builder.field(name, dtype, options or None, descriptions.get(name))
    if example.entities:
        schema.entities({label: example.entity_descriptions.get(label) for label in example.entities})
    relations = dict.fromkeys(relation.name for relation in pair_relations(example))
    if relations:
        schema.relations({name: example.relation_descriptions.get(name) for name in relations})
    for task in example.classifications:
        schema.classification(
            task.task,
            task.labels,
            task.multi_label,
            descriptions=task.label_descriptions,
            prompt=task.prompt,
            examples=task.examples,
        )
    schema.tasks()  # raises if two tasks would answer under one name
    return schema
