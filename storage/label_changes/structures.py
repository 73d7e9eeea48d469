"""Structures and their fields: renamed and deleted, never merged, because their values differ in kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.label_changes.change import LabelChange
from storage.outputs import Output


class StructureChange(LabelChange):
    """A change of a structure's name."""

    __slots__ = ()

    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the structures."""
        return list(schema.get("structures", {}))

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; see `LabelChange`."""
        return self.without_empty(schema, {"structures": self.renamed(schema.get("structures", {}))})

    def output(self, output: Output) -> Output:
        """Return an output with the change; see `LabelChange`."""
        left = [one for one in output.structures if one.name != self.label or self.becomes is not None]
        named = [one.model_copy(update={"name": self.becomes}) if one.name == self.label else one for one in left]
        return output.model_copy(update={"structures": tuple(named)})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how many instances the structure has."""
        return sum(one["name"] == self.label for one in stored.get("structures", ()))

    def refusal(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema cannot be changed; see `LabelChange`."""
        if self.is_merge(schema):
            return f"structure {self.becomes!r} is there already; structures cannot be merged, choose another name"
        return self.taken(schema) or super().refusal(schema)


class FieldChange(LabelChange):
    """A change of a field; `place.of` is the structure."""

    __slots__ = ()

    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the structure's fields."""
        return [field["name"] for field in self._fields(schema)]

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; see `LabelChange`."""
        named = self.renamed({field["name"]: field for field in self._fields(schema)})
        body = {**schema["structures"][self.place.of], "fields": [{**field, "name": name} for name, field in named.items()]}
        return {**schema, "structures": {**schema["structures"], self.place.of: body}}

    def output(self, output: Output) -> Output:
        """Return an output with the change; an instance that is left without a value goes."""
        changed = []
        for one in output.structures:
            if one.name == self.place.of and self.label in one.fields:
                fields = self.renamed(one.fields)
                if any(fields.values()):
                    changed.append(one.model_copy(update={"fields": fields}))
            else:
                changed.append(one)
        return output.model_copy(update={"structures": tuple(changed)})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how many values the field has."""
        own = (one["fields"] for one in stored.get("structures", ()) if one["name"] == self.place.of)
        return sum(len(fields.get(self.label, ())) for fields in own)

    def refusal(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema cannot be changed: a structure needs a field, and fields are not merged."""
        if self.is_merge(schema):
            return f"structure {self.place.of!r} has a field {self.becomes!r}; fields cannot be merged, choose another name"
        if not self.labels(self.schema(schema)):
            return f"{self.label!r} is the only field of structure {self.place.of!r}; rename it, or delete the structure"
        return None

    def _fields(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return list(schema.get("structures", {}).get(self.place.of, {}).get("fields", []))
