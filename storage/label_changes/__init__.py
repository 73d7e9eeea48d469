"""A label that becomes another one, or goes: what that makes of a schema, and of what was found.

Labels are those of entities, the classes of a task, relations, structures and a structure's fields: a file each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.label_changes.change import ENTITIES, Kind, LabelChange, Place
from storage.label_changes.classes import ClassChange
from storage.label_changes.entities import EntityChange
from storage.label_changes.relations import RelationChange
from storage.label_changes.structures import FieldChange, StructureChange

__all__ = ["ENTITIES", "Kind", "LabelChange", "Place", "label_change", "labels_in"]

_CHANGES: Mapping[Kind, type[LabelChange]] = {
    "entity": EntityChange,
    "class": ClassChange,
    "relation": RelationChange,
    "structure": StructureChange,
    "field": FieldChange,
}


def label_change(label: str, becomes: str | None, place: Place = ENTITIES) -> LabelChange:
    """Return the change of a label.

    Args:
        label: The label.
        becomes: What it is from then on; None deletes it.
        place: Where in a schema it is a label.
    """
    return _CHANGES[place.kind](label, becomes, place)


def labels_in(schema: Mapping[str, Any]) -> dict[Place, list[str]]:
    """Return every label of a schema by its place, in the schema's order; places without one are left out.

    Args:
        schema: As `Schema.to_dict` writes it.
    """
    places = [ENTITIES, Place("relation"), Place("structure")]
    places += [Place("field", name) for name in schema.get("structures", {})]
    places += [Place("class", one["task"]) for one in schema.get("classifications", [])]
    found = {place: label_change("", None, place).labels(schema) for place in places}
    return {place: names for place, names in found.items() if names}
