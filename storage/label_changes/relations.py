"""Relations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.label_changes.change import LabelChange
from storage.outputs import Output


class RelationChange(LabelChange):
    """A change of a relation's name."""

    __slots__ = ()

    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the relations."""
        return list(schema.get("relations", {}))

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; see `LabelChange`."""
        return self.without_empty(schema, {"relations": self.renamed(schema.get("relations", {}))})

    def output(self, output: Output) -> Output:
        """Return an output with the change; see `LabelChange`."""
        found: dict[tuple[Any, ...], Any] = {}
        for one in output.relations:
            name = self.becomes if one.name == self.label else one.name
            if name is not None:
                key = (name, one.head.start, one.head.end, one.tail.start, one.tail.end)
                found.setdefault(key, one if name == one.name else one.model_copy(update={"name": name}))
        return output.model_copy(update={"relations": tuple(found.values())})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how many pairs have the relation."""
        return sum(one["name"] == self.label for one in stored.get("relations", ()))

    def refusal(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema cannot be changed; see `LabelChange`."""
        return self.taken(schema) or super().refusal(schema)
