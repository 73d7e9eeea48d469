"""What every change of a label has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from storage.outputs import Output

Kind = Literal["entity", "class", "relation", "structure", "field"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a schema a label stands.

    Attributes:
        kind: What it is a label of.
        of: The task of a class, the structure of a field; None for the others.
    """

    kind: Kind
    of: str | None = None

    def order(self) -> tuple[int, str]:
        """Return what places are sorted by: entities first, then what belongs together."""
        return KINDS.index(self.kind), self.of or ""


ENTITIES = Place("entity")


@dataclass(frozen=True, slots=True)
class LabelChange(ABC):
    """A change; schemas are as `Schema.to_dict` writes them.

    Attributes:
        label: The label.
        becomes: What it is from then on; None deletes it.
        place: Where it is a label.
    """

    label: str
    becomes: str | None
    place: Place

    @abstractmethod
    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the labels at this place."""

    @abstractmethod
    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; a label that is there already keeps its own options."""

    @abstractmethod
    def output(self, output: Output) -> Output:
        """Return an output with the change; of two equal findings the first stays."""

    @abstractmethod
    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how often an output, as it is stored, holds the label."""

    def concerns(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema has the label."""
        return self.label in self.labels(schema)

    def is_merge(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema has the new label already."""
        return self.becomes is not None and self.becomes in self.labels(schema)

    def refusal(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema with the label cannot be changed; None if it can."""
        if not self.schema(schema):
            return f"{self.label!r} is all that some records are asked for; rename it, or discard these records"
        return None

    def leaves_undecided(self, schema: Mapping[str, Any]) -> bool:
        """Whether a finding of the label would leave a question without an answer."""
        return False

    def renamed(self, options: Mapping[str, Part]) -> dict[str, Part]:
        """Return names and what they stand for with the change; a name that is there already keeps its own."""
        kept = {}
        for name, value in options.items():
            if name != self.label:
                kept[name] = value
            elif self.becomes is not None and self.becomes not in options:
                kept[self.becomes] = value
        return kept

    def without_empty(self, schema: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with changed sections; those that are empty now are left out."""
        return {name: part for name, part in {**schema, **changed}.items() if name not in changed or part}

    def taken(self, schema: Mapping[str, Any]) -> str | None:
        """Return why the new name cannot stand beside those of structures, relations and tasks; None if it can."""
        own = {"relation": "relations", "structure": "structures"}[self.place.kind]
        sections: dict[str, Collection[str | None]] = {
            "relations": schema.get("relations", {}),
            "structures": schema.get("structures", {}),
            "tasks": [one["task"] for one in schema.get("classifications", [])],
        }
        for name, names in sections.items():
            if name != own and self.becomes in names:
                return f"{self.becomes!r} is the name of one of the {name} that some records are asked for; choose another"
        return None
