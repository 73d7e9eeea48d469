"""Schema: the ordered set of tasks of one request, built call by call or read from a dict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gliner2_core import schema_dicts
from gliner2_core.checks import checked_name, checked_threshold
from gliner2_core.errors import InputTypeError, SchemaError
from gliner2_core.field_specs import checked_description, checked_dtype, checked_validators, make_field, parse_field
from gliner2_core.json_text import RepeatedKeyError, parse_json
from gliner2_core.task_checks import checked_group, make_classification, named_options
from gliner2_core.tasks import (
    AttributeGroup,
    ClassificationTask,
    EntityLabel,
    Field,
    RelationTask,
    StructureTask,
    TaskSet,
)

ENTITY_OPTIONS = ("description", "dtype", "threshold", "validators")
RELATION_OPTIONS = ("description", "threshold")


class Schema:
    """What to extract. Every call adds tasks and returns the schema, so calls chain.

    `Schema().entities(["person"]).classification("tone", ["calm", "angry"]).structure("order").field("number")`

    Source: the paper, section 4.1; names as in the reference package.
    """

    def __init__(self) -> None:
        self._entities: dict[str, EntityLabel] = {}
        self._structures: dict[str, list[Field]] = {}
        self._relations: dict[str, RelationTask] = {}
        self._classifications: dict[str, ClassificationTask] = {}
        self._attributes: dict[str, AttributeGroup] = {}

    def entities(
        self, entity_types: Any, dtype: str = "list", threshold: float | None = None, validators: Any = None
    ) -> Schema:
        """Ask for entities; a later call may add labels or replace what was said about one, but a description stays.

        Args:
            entity_types: A label, a list of labels, `{label: description}`, or `{label: {description, dtype, threshold,
                validators}}`.
            dtype: `list` reports every mention, `str` the most confident one; for labels that do not say it themselves.
            threshold: Likewise; None takes the call's.
            validators: Likewise; each must accept the surface text.

        Raises:
            InputError: If there is no label, one is blank, comes twice or holds a marker, or an option is unusable.
            InputTypeError: If something has the wrong type, or an option is unknown.
        """
        for name, options in named_options(entity_types, "entity label", ENTITY_OPTIONS):
            merged = {"dtype": dtype, "threshold": threshold, "validators": validators, **options}
            where = f"entity label {name!r}"
            known = self._entities.get(name)
            self._entities[name] = EntityLabel(
                name,
                checked_description(merged.get("description"), where) or (known.description if known else None),
                checked_dtype(merged["dtype"], where),
                None if merged["threshold"] is None else checked_threshold(merged["threshold"], where),
                checked_validators(merged["validators"], where),
            )
        return self

    def relations(self, relation_types: Any, threshold: float | None = None) -> Schema:
        """Ask for relations between a head and a tail; a later call may add to them as in `entities`.

        Args:
            relation_types: A name, a list of names, `{name: description}`, or `{name: {description, threshold}}`.
            threshold: For relations that do not say it themselves; None takes the call's.

        Raises:
            InputError: If there is no name, one is blank, comes twice or holds a marker.
            InputTypeError: If something has the wrong type, or an option is unknown.
        """
        for name, options in named_options(relation_types, "relation", RELATION_OPTIONS):
            merged = {"threshold": threshold, **options}
            where = f"relation {name!r}"
            if name not in self._relations:
                self._refuse_taken(name, "relation")
            known = self._relations.get(name)
            self._relations[name] = RelationTask(
                name,
                checked_description(merged.get("description"), where) or (known.description if known else None),
                None if merged["threshold"] is None else checked_threshold(merged["threshold"], where),
            )
        return self

    def classification(
        self,
        task: str,
        labels: Sequence[str] | Mapping[str, str],
        multi_label: bool = False,
        cls_threshold: float = 0.5,
        top_k: int | None = None,
        *,
        descriptions: Mapping[str, str] | None = None,
        class_act: str = "auto",
        prompt: str | None = None,
        examples: Sequence[Sequence[str]] = (),
    ) -> Schema:
        """Ask for one decision about the whole text.

        Args:
            task: The task's name; the model reads it.
            labels: The options, or `{label: description}`.
            multi_label: Any number of labels instead of exactly one.
            cls_threshold: From which probability a label of a multi-label task is chosen.
            top_k: Keep at most so many chosen labels of a multi-label task.
            descriptions: `{label: description}` for labels given as a list (the paper's Figure 5).
            class_act: `softmax`, `sigmoid`, or `auto` (sigmoid for multi-label tasks).
            prompt: A question or instruction shown with the task's name.
            examples: Few-shot (text, label) pairs.

        Raises:
            InputError: If names, labels, examples or numbers cannot be used.
            InputTypeError: If something has the wrong type.
            SchemaError: If a task of this name exists.
        """
        checked_name(task, "classification task")
        self._refuse_taken(task, "classification task")
        self._classifications[task] = make_classification(
            task, labels, multi_label, cls_threshold, top_k, descriptions, class_act, prompt, examples
        )
        return self

    def structure(self, name: str) -> StructureBuilder:
        """Start a structure; add its fields with `.field(...)`.

        Raises:
            InputError: If the name is blank or holds a marker.
            InputTypeError: If it is no str.
            SchemaError: If a task of this name exists.
        """
        checked_name(name, "structure")
        self._refuse_taken(name, "structure")
        self._structures[name] = []
        return StructureBuilder(self, name)

    def entity_attributes(self, groups: Mapping[str, AttributeGroup | Mapping[str, Any]]) -> Schema:
        """Decide labels for every found entity span (sentiment of a mention, for example); replaces earlier groups.

        Raises:
            InputTypeError: If `groups` is no mapping of AttributeGroup.
            SchemaError: If there are no entities yet, a group names an unknown entity label, or a label is taken.
            InputError: If a group's labels or threshold cannot be used.
        """
        if not self._entities:
            raise SchemaError("entity_attributes needs entities; call .entities(...) first")
        if not isinstance(groups, Mapping):
            raise InputTypeError(f"entity_attributes must be a dict of AttributeGroup, got {type(groups).__name__}")
        checked = {
            checked_name(name, "attribute group"): checked_group(name, group, self._entities)
            for name, group in groups.items()
        }
        taken = set(self._entities)
        for name, group in checked.items():
            for label in (group.prompt_label(name, one) for one in group.labels):
                if label in taken:
                    raise SchemaError(
                        f"label {label!r} of attribute group {name!r} is already an entity label or a label of another "
                        "group; rename it or set qualify_labels=True"
                    )
                taken.add(label)
        self._attributes = checked
        return self

    def add_field(self, structure: str, field: Field) -> None:
        """Add a checked field to a structure.

        Raises:
            SchemaError: If the structure has a field of that name.
        """
        fields = self._structures[structure]
        if any(other.name == field.name for other in fields):
            raise SchemaError(f"field {field.name!r} is given twice (structure {structure!r}); each must be different")
        fields.append(field)

    def add_structures(self, structures: Mapping[str, Sequence[Any]]) -> Schema:
        """Add structures from field specs, as `extract_json` takes them.

        Raises:
            InputTypeError: If `structures` is no dict of lists.
            SchemaError: If a spec is malformed.
        """
        if not isinstance(structures, Mapping):
            raise InputTypeError(f"structures must be a dict of field lists, got {type(structures).__name__}")
        for name, specs in structures.items():
            if isinstance(specs, (str, Mapping)) or not isinstance(specs, Sequence):
                raise InputTypeError(f"structure {name!r} must be a list of field specs, got {type(specs).__name__}")
            self.structure(name)
            for index, spec in enumerate(specs):
                self.add_field(name, parse_field(spec, f"structure {name!r}, field {index + 1}"))
        return self

    def tasks(self) -> TaskSet:
        """Return the tasks in processing order; structures without fields ask nothing and are left out.

        Raises:
            SchemaError: If two tasks would answer under one name.
        """
        task_set = TaskSet(
            tuple(StructureTask(name, tuple(fields)) for name, fields in self._structures.items() if fields),
            tuple(self._entities.values()),
            dict(self._attributes),
            tuple(self._relations.values()),
            tuple(self._classifications.values()),
        )
        named = [task.name for task in task_set.structures] + [task.task for task in task_set.classifications]
        if task_set.entities and "entities" in named:
            raise SchemaError("a task named 'entities' collides with the entities of the same schema; rename it")
        if task_set.relations and "relation_extraction" in named:
            raise SchemaError("a task named 'relation_extraction' collides with the relations of the same schema; rename it")
        return task_set

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict that `from_dict` reads back to an equal schema, validators included."""
        return schema_dicts.write(self.tasks())

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def build(self) -> dict[str, Any]:
        """Return the reference package's raw dict; it has no room for thresholds, dtypes and validators."""
        return schema_dicts.write_raw(self.tasks())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Schema:
        """Read a schema dict: `entities`, `structures`, `classifications`, `relations`, `entity_attributes`.

        Raises:
            SchemaError: If it is malformed; the message gives the path inside it.
        """
        return schema_dicts.read(cls(), data)

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Read a schema from JSON text.

        Raises:
            SchemaError: If it is no JSON (with line and column), has a key twice in one object, or is no schema.
            InputTypeError: If `text` is no str.
        """
        if not isinstance(text, str):
            raise InputTypeError(f"a schema's JSON must be a str, got {type(text).__name__}; from_dict reads a dict")
        try:
            data = parse_json(text)
        except RepeatedKeyError as error:
            raise SchemaError(f"the schema cannot be read: {error}") from error
        except ValueError as error:
            raise SchemaError(f"the schema is not JSON: {error}") from error
        except RecursionError as error:
            raise SchemaError("the schema is nested too deeply to be one") from error
        return cls.from_dict(data)

    @classmethod
    def coerce(cls, schema: Any) -> Schema:
        """Return a schema for whatever `extract` may be given.

        Args:
            schema: A Schema, a structure builder, a schema dict, or the reference's raw dict.

        Raises:
            InputTypeError: If it is none of them.
        """
        if isinstance(schema, StructureBuilder):
            return schema.schema
        if isinstance(schema, Schema):
            return schema
        if isinstance(schema, Mapping):
            return schema_dicts.read_any(cls(), schema)
        hint = "; several schemas go with several texts, to batch_extract" if isinstance(schema, (list, tuple)) else ""
        raise InputTypeError(f"schema must be a Schema or a dict, got {type(schema).__name__}{hint}")

    def __eq__(self, other: object) -> bool:
        """Compare by tasks and their order."""
        return isinstance(other, Schema) and self.tasks() == other.tasks()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the tasks by kind."""
        return (
            f"Schema(entities={list(self._entities)}, structures={list(self._structures)}, "
            f"relations={list(self._relations)}, classifications={list(self._classifications)})"
        )

    def _refuse_taken(self, name: str, kind: str) -> None:
        for taken in (self._structures, self._relations, self._classifications):
            if name in taken:
                raise SchemaError(f"{kind} {name!r}: the schema already has a task of this name; rename one of them")


class StructureBuilder:
    """A structure under construction; any call of Schema ends it and goes on with the schema."""

    def __init__(self, schema: Schema, name: str) -> None:
        self.schema = schema
        self.name = name

    def field(
        self,
        name: str,
        dtype: str = "list",
        choices: Sequence[str] | None = None,
        description: str | None = None,
        threshold: float | None = None,
        validators: Any = None,
    ) -> StructureBuilder:
        """Add a field.

        Args:
            name: Its name; the model reads it.
            dtype: `list` for any number of values, `str` for the best one.
            choices: The value is one of these instead of a span.
            description: Shown to the model.
            threshold: None takes the call's.
            validators: Each must accept the surface text.

        Raises:
            InputError: If a part cannot be used.
            InputTypeError: If a part has the wrong type.
            SchemaError: If the structure has a field of that name.
        """
        self.schema.add_field(self.name, make_field(name, dtype, choices, description, threshold, validators))
        return self

    def structure(self, name: str) -> StructureBuilder:
        """Start the next structure: `Schema.structure`."""
        return self.schema.structure(name)

    def entities(self, *args: Any, **kwargs: Any) -> Schema:
        """Go on with `Schema.entities`."""
        return self.schema.entities(*args, **kwargs)

    def relations(self, *args: Any, **kwargs: Any) -> Schema:
        """Go on with `Schema.relations`."""
        return self.schema.relations(*args, **kwargs)

    def classification(self, *args: Any, **kwargs: Any) -> Schema:
        """Go on with `Schema.classification`."""
        return self.schema.classification(*args, **kwargs)

    def entity_attributes(self, *args: Any, **kwargs: Any) -> Schema:
        """Go on with `Schema.entity_attributes`."""
        return self.schema.entity_attributes(*args, **kwargs)

    def tasks(self) -> TaskSet:
        """Return `Schema.tasks`."""
        return self.schema.tasks()

    def build(self) -> dict[str, Any]:
        """Return `Schema.build`."""
        return self.schema.build()

    def to_dict(self) -> dict[str, Any]:
        """Return `Schema.to_dict`."""
        return self.schema.to_dict()
