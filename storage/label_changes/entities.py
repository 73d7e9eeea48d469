"""Labels of entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.label_changes.change import LabelChange
from storage.outputs import Output


class EntityChange(LabelChange):
    """A change of an entity label; its attributes go with it."""

    __slots__ = ()

    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the entity labels."""
        return list(schema.get("entities", {}))

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; see `LabelChange`."""
        parts = ("entities", "entity_attributes")
        return self.without_empty(schema, {part: self.renamed(schema[part]) for part in parts if part in schema})

    def output(self, output: Output) -> Output:
        """Return an output with the change; see `LabelChange`."""
        found: dict[tuple[int, int, str], Any] = {}
        for one in output.entities:
            if one.label != self.label:
                found.setdefault((one.start, one.end, one.label), one)
            elif self.becomes is not None:
                found.setdefault((one.start, one.end, self.becomes), one.model_copy(update={"label": self.becomes}))
        return output.model_copy(update={"entities": tuple(found.values())})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how many mentions have the label."""
        return sum(one["label"] == self.label for one in stored.get("entities", ()))
