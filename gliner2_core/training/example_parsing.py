"""One training record → TrainingExample, with everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gliner2_core.checks import json_type, surrogate_at
from gliner2_core.training.example_checks import (
    FaultList,
    is_name,
    read_descriptions,
    read_list,
    read_mapping,
    read_mentions,
    reject_unknown_keys,
    shown,
)
from gliner2_core.training.example_choices import check_fields_agree, read_choice, read_classification
from gliner2_core.training.gold import GoldField, GoldInstance, Mention, TrainingExample

TASK_KEYS = (
    "entities",
    "entity_descriptions",
    "json_structures",
    "json_descriptions",
    "relations",
    "relation_descriptions",
    "classifications",
    "record_metadata",
)
"""Keys of `output`. `record_metadata` steers the reference's boundary models; it is read and has no effect here."""


def read_record(record: Any, faults: FaultList) -> TrainingExample:
    """Read one record in any of the reference's forms.

    Args:
        record: `{"input", "output"}`, `{"text", "schema"}`, or `{"text", "entities" | "classifications" | …}`.
        faults: Receives all that is wrong; it also carries the record's origin.

    Returns:
        The example, to be used only if no fault was added.

    Source: reference package 2.1, training data format (InputExample).
    """
    if not isinstance(record, Mapping):
        faults.add(f"a record must be a JSON object, got {json_type(record)} ({shown(record)})")
        return TrainingExample("", origin=faults.origin)
    text, output = split_record(record, faults)
    if not isinstance(text, str):
        if not any("is missing" in fault.message for fault in faults.items):
            faults.add(f"the text must be a string, got {json_type(text)} ({shown(text)})")
    elif not text.strip():
        faults.add("the text is empty")
    elif surrogate_at(text) is not None:
        faults.add("the text contains a lone surrogate, which is no character")
    else:
        return _read_output(text, output, faults)
    return TrainingExample("", origin=faults.origin)


def split_record(record: Mapping[str, Any], faults: FaultList) -> tuple[Any, Mapping[str, Any]]:
    """Return the text and the tasks of a record, whatever its form."""
    for text_key, output_key in (("input", "output"), ("text", "schema")):
        if output_key in record or (text_key == "input" and "input" in record):
            reject_unknown_keys(record, (text_key, output_key), "the record", faults)
            for key in (text_key, output_key):
                if key not in record:
                    faults.add(f"the key {key!r} is missing")
            output = read_mapping(record.get(output_key), output_key, faults)
            reject_unknown_keys(output, TASK_KEYS, output_key, faults)
            return record.get(text_key), output
    if "text" not in record:
        faults.add('the key \'input\' is missing; a record is {"input": …, "output": {…}}')
    reject_unknown_keys(record, ("text", *TASK_KEYS), "the record", faults)
    return record.get("text"), record


def _read_output(text: str, output: Mapping[str, Any], faults: FaultList) -> TrainingExample:
    entities = _read_entities(output.get("entities"), text, faults)
    structures = _read_instances(output.get("json_structures"), "json_structures", text, faults)
    relations = _read_instances(output.get("relations"), "relations", text, faults)
    classifications = tuple(
        task
        for index, value in enumerate(read_list(output.get("classifications"), "classifications", faults))
        for task in read_classification(value, f"classifications[{index}]", faults)
    )
    if not any(output.get(key) for key in ("entities", "json_structures", "relations", "classifications")):
        faults.add("the record has no task: entities, classifications, json_structures and relations are all empty")
    check_fields_agree(structures, relations, faults)
    _check_task_names(structures, relations, [task.task for task in classifications], faults)
    names = {relation.name for relation in relations}
    return TrainingExample(
        text=text,
        entities=entities,
        entity_descriptions=read_descriptions(
            output.get("entity_descriptions"), "entity_descriptions", entities, "entity label", faults
        ),
        structures=structures,
        structure_descriptions=_read_structure_descriptions(output.get("json_descriptions"), structures, faults),
        relations=relations,
        relation_descriptions=read_descriptions(
            output.get("relation_descriptions"), "relation_descriptions", sorted(names), "relation", faults
        ),
        classifications=classifications,
        origin=faults.origin,
    )


def _read_entities(value: Any, text: str, faults: FaultList) -> dict[str, tuple[Mention, ...]]:
    entities: dict[str, tuple[Mention, ...]] = {}
    for label, mentions in read_mapping(value, "entities", faults).items():
        if not is_name(label, "entity label", faults):
            continue
        # The label stays even if a mention is wrong, so that its description is not reported as well.
        entities[label] = ()
        listed = read_list(mentions, f"entities.{label}", faults)
        entities[label] = read_mentions(listed, f"entities.{label}", text, faults)
    return entities


def _read_instances(value: Any, section: str, text: str, faults: FaultList) -> tuple[GoldInstance, ...]:
    instances: list[GoldInstance] = []
    for index, item in enumerate(read_list(value, section, faults)):
        where = f"{section}[{index}]"
        before = len(faults.items)
        named = read_mapping(item, where, faults)
        if not named and len(faults.items) == before:
            faults.add(f"{where} is empty; it must be an object with a name and its fields")
        for name, fields in named.items():
            if is_name(name, f"name in {where}", faults):
                instances.append(GoldInstance(name, _read_fields(fields, f"{where}.{name}", text, faults)))
    return tuple(instances)


def _read_fields(value: Any, where: str, text: str, faults: FaultList) -> dict[str, GoldField]:
    before = len(faults.items)
    values = read_mapping(value, where, faults)
    if not values and len(faults.items) == before:
        faults.add(f"{where} has no fields")
    fields: dict[str, GoldField] = {}
    for name, content in values.items():
        if not is_name(name, f"field of {where}", faults):
            continue
        if isinstance(content, Mapping) and ("choices" in content or "value" in content):
            if where.startswith("relations"):
                faults.add(f"{where}.{name}: a relation cannot have choices")
            fields[name] = read_choice(content, f"{where}.{name}", faults)
        else:
            fields[name] = GoldField(read_mentions(content, f"{where}.{name}", text, faults))
    return fields


def _read_structure_descriptions(
    value: Any, structures: tuple[GoldInstance, ...], faults: FaultList
) -> dict[str, dict[str, str]]:
    fields: dict[str, list[str]] = {}
    for instance in structures:
        fields.setdefault(instance.name, []).extend(instance.fields)
    found: dict[str, dict[str, str]] = {}
    for name, descriptions in read_mapping(value, "json_descriptions", faults).items():
        where = f"json_descriptions.{name}"
        if name not in fields:
            faults.add(f"json_descriptions describes {name!r}, which is no structure of this record")
            continue
        known = dict.fromkeys(fields[name])
        read = read_descriptions(descriptions, where, known, f"field of {name!r}", faults)
        if read:
            found[name] = read
    return found


def _check_task_names(
    structures: tuple[GoldInstance, ...],
    relations: tuple[GoldInstance, ...],
    classifications: list[str],
    faults: FaultList,
) -> None:
    names = [*dict.fromkeys(instance.name for instance in structures)]
    names += dict.fromkeys(instance.name for instance in relations)
    seen: set[str] = set()
    for name in [*names, *classifications]:
        if name in seen:
            faults.add(f"two tasks are called {name!r}; structures, relations and classifications need different names")
        seen.add(name)
