"""A label that becomes another one, or goes: what that makes of a schema, and of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.outputs import Decision, Output

LEAST_LABELS = 2
"""Of a classification task."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A change.

    Attributes:
        label: The label.
        becomes: What it is from then on; None deletes it.
        task: The classification task whose label it is; None for an entity label.
    """

    label: str
    becomes: str | None
    task: str | None = None

    def concerns(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema has the label."""
        return self.label in _labels(schema, self.task)

    def is_merge(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema has the new label already."""
        return self.becomes is not None and self.becomes in _labels(schema, self.task)

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; a label that is there already keeps its own description."""
        if self.task is None:
            return self._entity_schema(schema)
        tasks = [self._task(one) if one["task"] == self.task else one for one in schema.get("classifications", [])]
        return {**schema, "classifications": tasks}

    def output(self, output: Output) -> Output:
        """Return an output with the change; of two equal mentions the first stays."""
        if self.task is not None:
            decisions = tuple(self._decision(one) if one.task == self.task else one for one in output.classifications)
            return output.model_copy(update={"classifications": decisions})
        found: dict[tuple[int, int, str], Any] = {}
        for one in output.entities:
            if one.label != self.label:
                found.setdefault((one.start, one.end, one.label), one)
            elif self.becomes is not None:
                found.setdefault((one.start, one.end, self.becomes), one.model_copy(update={"label": self.becomes}))
        return output.model_copy(update={"entities": tuple(found.values())})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return how often an output, as it is stored, holds the label."""
        if self.task is None:
            return sum(one["label"] == self.label for one in stored.get("entities", ()))
        decisions = (one for one in stored.get("classifications", ()) if one["task"] == self.task)
        return sum(self.label in one["chosen"] for one in decisions)

    def leaves_too_little(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema with the label would ask for nothing, or a task have nothing to choose from."""
        left = self.schema(schema)
        return len(_labels(left, self.task)) < LEAST_LABELS if self.task is not None else not left

    def leaves_undecided(self, schema: Mapping[str, Any]) -> bool:
        """Whether the label is deleted from a task that takes exactly one."""
        return self.becomes is None and any(
            one["task"] == self.task and not one.get("multi_label") for one in schema.get("classifications", [])
        )

    def _entity_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(schema)
        for part in ("entities", "entity_attributes"):
            if self.label not in schema.get(part, {}):
                continue
            changed[part] = self._renamed(schema[part])
            if not changed[part]:
                del changed[part]
        return changed

    def _renamed(self, options: Mapping[str, Any]) -> dict[str, Any]:
        kept = {}
        for name, value in options.items():
            if name != self.label:
                kept[name] = value
            elif self.becomes is not None and self.becomes not in options:
                kept[self.becomes] = value
        return kept

    def _task(self, task: Mapping[str, Any]) -> dict[str, Any]:
        changed = {**task, "labels": list(self._renamed(dict.fromkeys(task["labels"])))}
        if descriptions := task.get("descriptions"):
            others = {name: words for name, words in descriptions.items() if name != self.label}
            own = descriptions.get(self.label)
            if own is not None and self.becomes is not None and self.becomes not in task["labels"]:
                others[self.becomes] = own
            changed["descriptions"] = others
        return changed

    def _decision(self, one: Decision) -> Decision:
        if self.label not in one.chosen and self.label not in one.scores:
            return one
        names = [self.becomes if label == self.label else label for label in one.chosen]
        chosen = tuple(dict.fromkeys(name for name in names if name is not None))
        scores = self._renamed(one.scores)
        if self.becomes in one.scores:
            scores[self.becomes] = max(one.scores[self.becomes], one.scores.get(self.label, 0.0))
        return one.model_copy(update={"chosen": chosen, "scores": scores})


def _labels(schema: Mapping[str, Any], task: str | None) -> list[str]:
    if task is None:
        return list(schema.get("entities", {}))
    return [label for one in schema.get("classifications", []) if one["task"] == task for label in one["labels"]]
