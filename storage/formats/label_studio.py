"""Label Studio's tasks: the text, what a person confirmed, what a model predicted, and the labelling configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from storage.formats.incoming import Incoming, IncomingError, listed, mapped, text_of
from storage.formats.tally import Tally
from storage.formats.utf16 import Units
from storage.output_checks import read_output
from storage.outputs import Output
from storage.records import Record

TEXT, LABELS = "text", "label"
KEPT = ("entities", "classifications")


def label_studio_task(record: Record, tally: Tally) -> str:
    """Return the task of a record as JSON; its offsets count UTF-16 units, as Label Studio does."""
    assert record.head is not None
    tally.leave_out(record.head.output, KEPT, "Label Studio")
    task: dict[str, Any] = {
        "data": {TEXT: record.text},
        "annotations": [{"result": _results(record.text, record.head.output), "completed_by": record.head.annotator}],
    }
    if record.prediction is not None and record.checkpoint is not None:
        task["predictions"] = [
            {
                "model_version": record.checkpoint.name,
                "score": record.prediction.least_confidence(),
                "result": _results(record.text, record.prediction),
            }
        ]
    return json.dumps(task, ensure_ascii=False)


def _results(text: str, output: Output) -> list[dict[str, Any]]:
    units = Units(text)
    found: list[dict[str, Any]] = []
    for number, one in enumerate(output.entities, 1):
        value = {
            "start": units.of(one.start), "end": units.of(one.end), "text": text[one.start : one.end], "labels": [one.label],
        }  # fmt: skip
        result: dict[str, Any] = {"id": f"s{number}", "from_name": LABELS, "to_name": TEXT, "type": "labels", "value": value}
        found.append(result if one.score is None else {**result, "score": one.score})
    for number, task in enumerate(output.classifications, 1):
        if task.chosen:
            about = {"id": f"c{number}", "from_name": task.task, "to_name": TEXT, "type": "choices"}
            found.append({**about, "value": {"choices": list(task.chosen)}})
    return found


def label_studio_config(schemas: Iterable[Mapping[str, Any]]) -> str:
    """Return the XML that a Label Studio project needs to show tasks of these schemas.

    Args:
        schemas: As `Schema.to_dict` writes them; labels and options of all are joined.
    """
    labels: dict[str, None] = {}
    tasks: dict[str, tuple[bool, dict[str, None]]] = {}
    for schema in schemas:
        labels.update(dict.fromkeys(schema.get("entities", {})))
        for task in schema.get("classifications", []):
            is_multi, options = tasks.setdefault(task["task"], (bool(task.get("multi_label")), {}))
            options.update(dict.fromkeys(task["labels"]))
            tasks[task["task"]] = (is_multi or bool(task.get("multi_label")), options)
    lines = ["<View>", f'  <Text name="{TEXT}" value="${TEXT}"/>']
    if labels:
        lines.append(f'  <Labels name="{LABELS}" toName="{TEXT}">')
        lines += [f"    <Label value={quoteattr(label)}/>" for label in labels]
        lines.append("  </Labels>")
    for task, (is_multi, options) in tasks.items():
        kind = "multiple" if is_multi else "single-radio"
        lines.append(f'  <Choices name={quoteattr(task)} toName="{TEXT}" choice="{kind}">')
        lines += [f"    <Choice value={quoteattr(option)}/>" for option in options]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>"]) + "\n"


def read_label_studio(task: Mapping[str, Any]) -> Incoming:
    """Read a task: its text, and its first annotation that was not cancelled; one without is still to be corrected.

    Raises:
        IncomingError: If it holds something else, or an offset lies within a character.
        OutputError: If a span cannot be one.
    """
    data = mapped(task.get("data"), "data")
    text = text_of(data.get(TEXT), f"data.{TEXT}")
    done = [mapped(one, "an annotation") for one in listed(task.get("annotations", []), "annotations")]
    kept = next((one for one in done if not one.get("was_cancelled")), None)
    if kept is None:
        return Incoming(text)
    units, spans, decisions, tasks = Units(text), [], [], []
    labels: dict[str, None] = {}
    for result in listed(kept.get("result"), "result"):
        value = mapped(mapped(result, "a result").get("value"), "value")
        if result.get("type") == "labels":
            start, end = units.point(value.get("start", -1)), units.point(value.get("end", -1))
            if start is None or end is None:
                raise IncomingError(f"the span {value.get('start')}–{value.get('end')} does not begin and end at characters")
            for label in listed(value.get("labels"), "labels"):
                labels[label] = None
                spans.append({"start": start, "end": end, "label": label, "score": None, "source": "human"})
        elif result.get("type") == "choices":
            chosen = listed(value.get("choices"), "choices")
            tasks.append({"task": result.get("from_name"), "labels": chosen, "multi_label": True})
            decisions.append({"task": result.get("from_name"), "chosen": chosen, "source": "human"})
    schema = {
        **({"entities": {name: {} for name in labels}} if labels else {}),
        **({"classifications": tasks} if tasks else {}),
    }
    who = kept.get("completed_by")
    output = read_output({"entities": spans, "classifications": decisions})
    return Incoming(text, schema, output, who if isinstance(who, str) else None)
