"""Records of the store ↔ what the span editor shows and sends back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage import Output, Record
from storage.output_checks import read_output
from ui.editor_instances import groups_of, instances_of, written_instances
from ui.messages import PageError


def shown_output(record: Record) -> Output:
    """Return what the editor begins with: the annotator's version, else the prediction, else nothing."""
    if record.head is not None:
        return record.head.output
    return record.prediction or Output()


def editor_value(record: Record) -> dict[str, Any]:
    """Return the editor's value."""
    output = shown_output(record)
    chosen = {one.task: one for one in output.classifications}
    predicted = {one.task: one.scores for one in record.prediction.classifications} if record.prediction else {}
    return {
        "record": record.id,
        "text": record.text,
        "labels": list(record.schema.get("entities", {})),
        "spans": [one.model_dump(mode="json") for one in output.entities],
        "tasks": [
            {
                "task": task["task"],
                "labels": list(task["labels"]),
                "several": bool(task.get("multi_label")),
                "chosen": list(chosen[task["task"]].chosen) if task["task"] in chosen else [],
                "source": chosen[task["task"]].source if task["task"] in chosen else "human",
                "scores": predicted.get(task["task"], {}),
            }
            for task in record.schema.get("classifications", [])
        ],
        "groups": groups_of(record.schema),
        "instances": instances_of(output),
    }


def edited_output(payload: Mapping[str, Any], record: Record, *, is_draft: bool = False) -> Output:
    """Return what was edited. The text is the store's: whatever text the browser sent is not read.

    Args:
        payload: The editor's value, from a browser that may send anything.
        record: What the editor showed.
        is_draft: Leave out what cannot be kept before it is whole, such as a pair with one end.

    Raises:
        PageError: If it is the value of another record, or a pair lacks an end.
        OutputError: If it has another shape.
    """
    if payload.get("record") != record.id:
        raise PageError(f"The editor shows another record than {record.id}. Open it again; nothing was stored.")
    tasks = payload.get("tasks", ())
    if not isinstance(tasks, (list, tuple)) or not all(isinstance(one, Mapping) for one in tasks):
        raise PageError("The editor sent no list of tasks. Open the record again; nothing was stored.")
    whole = {
        **written_instances(payload.get("instances"), is_draft=is_draft),
        "entities": payload.get("spans", ()),
        "classifications": [
            {
                "task": one.get("task"),
                "chosen": one.get("chosen"),
                "scores": {} if one.get("source") == "human" else one.get("scores") or {},
                "source": one.get("source", "human"),
            }
            for one in tasks
            if one.get("chosen") or one.get("several")
        ],
    }
    return read_output(whole)
