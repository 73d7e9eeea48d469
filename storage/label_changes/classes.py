"""Classes of a classification task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.label_changes.change import LabelChange
from storage.outputs import Decision, Output

LEAST_LABELS = 2
"""Of a task."""


class ClassChange(LabelChange):
    """A change of a class; `place.of` is the task."""

    __slots__ = ()

    def labels(self, schema: Mapping[str, Any]) -> list[str]:
        """Return the task's classes."""
        return [label for one in self._tasks(schema) for label in one["labels"]]

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with the change; see `LabelChange`."""
        tasks = [self._task(one) if one["task"] == self.place.of else one for one in schema.get("classifications", [])]
        return {**schema, "classifications": tasks}

    def output(self, output: Output) -> Output:
        """Return an output with the change; of two probabilities that become one the higher stays."""
        decisions = tuple(self._decision(one) if one.task == self.place.of else one for one in output.classifications)
        return output.model_copy(update={"classifications": decisions})

    def count(self, stored: Mapping[str, Any]) -> int:
        """Return 1 if the class was chosen."""
        decisions = (one for one in stored.get("classifications", ()) if one["task"] == self.place.of)
        return sum(self.label in one["chosen"] for one in decisions)

    def refusal(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema cannot be changed: a task needs two classes."""
        if len(self.labels(self.schema(schema))) < LEAST_LABELS:
            return f"task {self.place.of!r} would have one label left, which decides nothing; rename it instead"
        return None

    def leaves_undecided(self, schema: Mapping[str, Any]) -> bool:
        """Whether the class is deleted from a task that takes exactly one."""
        return self.becomes is None and any(not one.get("multi_label") for one in self._tasks(schema))

    def _tasks(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [one for one in schema.get("classifications", []) if one["task"] == self.place.of]

    def _task(self, task: Mapping[str, Any]) -> dict[str, Any]:
        changed = {**task, "labels": list(self.renamed(dict.fromkeys(task["labels"])))}
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
        scores = self.renamed(one.scores)
        if self.becomes in one.scores:
            scores[self.becomes] = max(one.scores[self.becomes], one.scores.get(self.label, 0.0))
        return one.model_copy(update={"chosen": chosen, "scores": scores})
