"""Schemas as dicts: our JSON form, and the reference package's raw form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gliner2_core.checks import reject_unknown
from gliner2_core.errors import InputError, SchemaError
from gliner2_core.field_specs import parse_field
from gliner2_core.tasks import AttributeGroup, ClassificationTask, EntityLabel, Field, RelationTask, TaskSet

if TYPE_CHECKING:
    from gliner2_core.schema import Schema

SECTIONS = ("entities", "structures", "classifications", "relations", "entity_attributes")
RAW_SECTIONS = (
    "json_structures",
    "json_descriptions",
    "entities",
    "entity_descriptions",
    "relations",
    "relation_descriptions",
    "classifications",
    "record_metadata",
)
CLASSIFICATION_KEYS = (
    "task",
    "labels",
    "multi_label",
    "cls_threshold",
    "top_k",
    "class_act",
    "prompt",
    "examples",
    "descriptions",
)


def read_any(schema: Schema, data: Mapping[str, Any]) -> Schema:
    """Read either form.

    The raw one is told by its section names, list-shaped relations, empty entity values or `label_descriptions`.
    """
    is_raw = not data or bool(set(data) & (set(RAW_SECTIONS) - set(SECTIONS)))
    relations, entities = data.get("relations"), data.get("entities")
    is_raw = is_raw or (isinstance(relations, list) and any(isinstance(item, Mapping) for item in relations))
    is_raw = is_raw or (isinstance(entities, Mapping) and all(value == "" for value in entities.values()))
    tasks = data.get("classifications")
    is_raw = is_raw or (
        isinstance(tasks, list) and any(isinstance(task, Mapping) and "label_descriptions" in task for task in tasks)
    )
    return read_raw(schema, data) if is_raw else read(schema, data, least_labels=1)


def read(schema: Schema, data: Any, *, least_labels: int = 2) -> Schema:
    """Fill `schema` from our JSON form; a classification needs `least_labels` labels.

    Raises:
        SchemaError: If it is malformed; the message gives the path inside it.
    """
    if not isinstance(data, Mapping):
        raise SchemaError(f"a schema must be a JSON object, got {type(data).__name__}")
    _expect_keys(data, SECTIONS, "schema")
    if not any(data.get(section) for section in SECTIONS[:4]):
        raise SchemaError(f"the schema asks nothing; give at least one of {', '.join(SECTIONS[:4])}")
    if data.get("entities") is not None:
        _at("entities", schema.entities, data["entities"])
    for name, body in _items(data.get("structures"), "structures"):
        _read_structure(schema, name, body)
    for index, body in enumerate(_list(data.get("classifications"), "classifications")):
        _read_classification(schema, body, f"classifications[{index}]", least=least_labels)
    if data.get("relations") is not None:
        _at("relations", schema.relations, data["relations"])
    if data.get("entity_attributes") is not None:
        _at("entity_attributes", schema.entity_attributes, data["entity_attributes"])
    return schema


def read_raw(schema: Schema, data: Mapping[str, Any]) -> Schema:
    """Fill `schema` from the reference's raw form; every field and label then reports a list.

    Raises:
        SchemaError: If it is malformed or holds an unknown section.
    """
    _expect_keys(data, RAW_SECTIONS, "raw schema")
    descriptions = {
        name: dict(_items(texts, f"json_descriptions.{name}")) for name, texts in _texts(data, "json_descriptions")
    }
    for index, item in enumerate(_list(data.get("json_structures"), "json_structures")):
        for name, fields in _items(item, f"json_structures[{index}]"):
            _at(f"json_structures[{index}].{name}", schema.structure, name)
            for field, value in _items(fields, f"json_structures[{index}].{name}"):
                spec: dict[str, Any] = {"name": field, "description": descriptions.get(name, {}).get(field)}
                if isinstance(value, Mapping) and "choices" in value:
                    spec["choices"] = value["choices"]
                _add_field(schema, name, spec, f"json_structures[{index}].{name}.{field}")
    entities = data.get("entities") or {}
    if entities:
        if isinstance(entities, str) or not isinstance(entities, (Mapping, list, tuple)):
            raise SchemaError(f"entities: must be an object or a list, got {type(entities).__name__}")
        texts = dict(_texts(data, "entity_descriptions"))
        _at("entities", schema.entities, {name: texts.get(name) for name in entities})
    texts = dict(_texts(data, "relation_descriptions"))
    for index, item in enumerate(_list(data.get("relations"), "relations")):
        for name, fields in _items(item, f"relations[{index}]"):
            given = [field for field, _ in _items(fields, f"relations[{index}].{name}")]
            if given != ["head", "tail"]:
                raise SchemaError(f"relations[{index}].{name}: the fields must be head and tail, got {given}")
            _at(f"relations[{index}]", schema.relations, {name: texts.get(name)})
    for index, body in enumerate(_list(data.get("classifications"), "classifications")):
        body = dict(body) if isinstance(body, Mapping) else body
        if isinstance(body, dict) and "label_descriptions" in body:
            body["descriptions"] = body.pop("label_descriptions")
        _read_classification(schema, body, f"classifications[{index}]", least=1)
    return schema


def write(tasks: TaskSet) -> dict[str, Any]:
    """Return our JSON form of a task set."""
    data: dict[str, Any] = {}
    if tasks.entities:
        data["entities"] = {label.name: _entity_options(label) for label in tasks.entities}
    if tasks.structures:
        data["structures"] = {
            task.name: {"fields": [_field_options(field) for field in task.fields]} for task in tasks.structures
        }
    if tasks.classifications:
        data["classifications"] = [_classification_options(task) for task in tasks.classifications]
    if tasks.relations:
        data["relations"] = {task.name: _relation_options(task) for task in tasks.relations}
    if tasks.attributes:
        data["entity_attributes"] = {name: _group_options(group) for name, group in tasks.attributes.items()}
    return data


def write_raw(tasks: TaskSet) -> dict[str, Any]:
    """Return the reference's raw form of a task set."""
    classifications = []
    for task in tasks.classifications:
        body = _classification_options(task)
        body.setdefault("multi_label", False)
        body.setdefault("cls_threshold", 0.5)
        if "descriptions" in body:
            body["label_descriptions"] = body.pop("descriptions")
        classifications.append(body)
    return {
        "json_structures": [
            {task.name: {f.name: {"value": "", "choices": list(f.choices)} if f.choices else "" for f in task.fields}}
            for task in tasks.structures
        ],
        "classifications": classifications,
        "entities": {label.name: "" for label in tasks.entities},
        "relations": [{task.name: {"head": "", "tail": ""}} for task in tasks.relations],
        "json_descriptions": {
            task.name: texts
            for task in tasks.structures
            if (texts := {field.name: field.description for field in task.fields if field.description})
        },
        "entity_descriptions": {label.name: label.description for label in tasks.entities if label.description},
        "relation_descriptions": {task.name: task.description for task in tasks.relations if task.description},
    }


def _read_structure(schema: Schema, name: str, body: Any) -> None:
    path = f"structures.{name}"
    if isinstance(body, list):
        body = {"fields": body}
    if not isinstance(body, Mapping):
        raise SchemaError(f"{path}: must be an object with 'fields', got {type(body).__name__}")
    _expect_keys(body, ("fields",), path)
    fields = _list(body.get("fields"), f"{path}.fields")
    if not fields:
        raise SchemaError(f"{path}.fields: at least one field is needed")
    _at(path, schema.structure, name)
    for index, spec in enumerate(fields):
        _add_field(schema, name, spec, f"{path}.fields[{index}]")


def _read_classification(schema: Schema, body: Any, path: str, *, least: int) -> None:
    if not isinstance(body, Mapping):
        raise SchemaError(f"{path}: must be an object with 'task' and 'labels', got {type(body).__name__}")
    _expect_keys(body, CLASSIFICATION_KEYS, path)
    for key in ("task", "labels"):
        if key not in body:
            raise SchemaError(f"{path}: the key {key!r} is missing")
    if hasattr(body["labels"], "__len__") and len(body["labels"]) < least:
        raise SchemaError(f"{path}.labels: at least {least} labels are needed, got {len(body['labels'])}")
    options = {key: value for key, value in body.items() if value is not None}
    try:
        schema.classification(**options)
    except (InputError, SchemaError) as error:
        raise SchemaError(f"{path}: {error}") from error


def _add_field(schema: Schema, structure: str, spec: Any, path: str) -> None:
    field = parse_field(spec, path)
    try:
        schema.add_field(structure, field)
    except SchemaError as error:
        raise SchemaError(f"{path}: {error}") from error


def _at(path: str, call: Any, value: Any) -> None:
    try:
        call(value)
    except (InputError, SchemaError) as error:
        raise SchemaError(f"{path}: {error}") from error


def _expect_keys(data: Mapping[str, Any], allowed: tuple[str, ...], path: str) -> None:
    try:
        reject_unknown([str(key) for key in data], allowed, path)
    except InputError as error:
        raise SchemaError(str(error)) from error


def _list(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise SchemaError(f"{path}: must be a list, got {type(value).__name__}")
    return list(value)


def _items(value: Any, path: str) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise SchemaError(f"{path}: must be an object, got {type(value).__name__}")
    return list(value.items())


def _texts(data: Mapping[str, Any], section: str) -> list[tuple[str, Any]]:
    return _items(data.get(section) or None, section)


def _entity_options(label: EntityLabel) -> dict[str, Any]:
    return _filled(
        description=label.description,
        dtype=None if label.dtype == "list" else label.dtype,
        threshold=label.threshold,
        validators=[validator.to_dict() for validator in label.validators] or None,
    )


def _field_options(field: Field) -> dict[str, Any]:
    return _filled(
        name=field.name,
        dtype=field.dtype,
        choices=list(field.choices) or None,
        description=field.description,
        threshold=field.threshold,
        validators=[validator.to_dict() for validator in field.validators] or None,
    )


def _relation_options(task: RelationTask) -> dict[str, Any]:
    return _filled(description=task.description, threshold=task.threshold)


def _classification_options(task: ClassificationTask) -> dict[str, Any]:
    return _filled(
        task=task.task,
        labels=list(task.labels),
        descriptions=dict(task.descriptions) or None,
        multi_label=task.multi_label or None,
        cls_threshold=None if task.threshold == 0.5 else task.threshold,
        top_k=task.top_k,
        class_act=None if task.activation == "auto" else task.activation,
        prompt=task.prompt,
        examples=[list(example) for example in task.examples] or None,
    )


def _group_options(group: AttributeGroup) -> dict[str, Any]:
    return _filled(
        labels=list(group.labels),
        multi_label=group.multi_label or None,
        threshold=None if group.threshold == 0.5 else group.threshold,
        applies_to=None if group.applies_to is None else list(group.applies_to),
        qualify_labels=group.qualify_labels or None,
    )


def _filled(**options: Any) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}
