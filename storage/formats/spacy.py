"""Offsets as spaCy and Prodigy read them: a text, its spans, and its classes; one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.formats.incoming import Incoming, IncomingError, listed, mapped, text_of
from storage.formats.tally import Tally
from storage.output_checks import read_output
from storage.records import Record


def spacy_line(record: Record, tally: Tally) -> str:
    """Return the line of a record; overlapping spans stay, which spaCy keeps in `doc.spans`."""
    assert record.head is not None
    output = record.head.output
    tally.leave_out(output, ("entities", "classifications"), "spaCy")
    spans = sorted(output.entities, key=lambda span: (span.start, span.end, span.label))
    line: dict[str, Any] = {
        "text": record.text,
        "spans": [{"start": one.start, "end": one.end, "label": one.label} for one in spans],
        "labels": list(record.schema.get("entities", {})),
        "answer": "accept",
    }
    chosen = {one.task: set(one.chosen) for one in output.classifications}
    tasks = [task for task in record.schema.get("classifications", []) if task["task"] in chosen]
    if tasks:
        line["cats"] = {task["task"]: {name: name in chosen[task["task"]] for name in task["labels"]} for task in tasks}
    return json.dumps(line, ensure_ascii=False)


def read_spacy(line: Mapping[str, Any]) -> Incoming:
    """Read a line of spaCy's or Prodigy's offsets: `spans` or `entities`, `labels` and `cats` where they are.

    Raises:
        IncomingError: If it holds something else.
        OutputError: If a span cannot be one.
    """
    spans = [_span(one) for one in listed(line.get("spans", line.get("entities", [])), "spans")]
    cats = mapped(line.get("cats", {}), "cats")
    labels = dict.fromkeys([*listed(line.get("labels", []), "labels"), *(one["label"] for one in spans)])
    tasks, chosen = [], []
    for task, options in cats.items():
        held = [name for name, holds in mapped(options, f"cats.{task}").items() if holds]
        tasks.append({"task": task, "labels": list(options), **({"multi_label": True} if len(held) != 1 else {})})
        chosen.append({"task": task, "chosen": held, "source": "human"})
    schema = {
        **({"entities": {name: {} for name in labels}} if labels else {}),
        **({"classifications": tasks} if tasks else {}),
    }
    output = read_output({"entities": [{**one, "source": "human"} for one in spans], "classifications": chosen})
    # Prodigy's other answers, reject and ignore, confirm nothing.
    is_confirmed = line.get("answer", "accept") == "accept"
    return Incoming(text_of(line.get("text"), "text"), schema, output if is_confirmed else None)


def _span(value: Any) -> dict[str, Any]:
    if isinstance(value, list) and len(value) == 3:
        value = dict(zip(("start", "end", "label"), value, strict=True))
    span = mapped(value, "a span")
    if not all(key in span for key in ("start", "end", "label")):
        raise IncomingError(f"a span needs start, end and label, got {value!r:.60}")
    return {key: span[key] for key in ("start", "end", "label")}
