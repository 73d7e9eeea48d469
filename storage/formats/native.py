"""Our own format: everything that is known of a record, so that reading it back gives the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.formats.incoming import Incoming, IncomingError, mapped, text_of
from storage.formats.tally import Tally
from storage.output_checks import read_output
from storage.records import STATUSES, Checkpoint, Record


def native_line(record: Record, _: Tally) -> str:
    """Return the line of a record: text, split, schema, newest prediction, and the annotation with who and when."""
    assert record.head is not None
    checkpoint, prediction = record.checkpoint, record.prediction
    line: dict[str, Any] = {
        "text": record.text,
        "split": record.split,
        "source": record.source,
        "schema": record.schema,
        "prediction": None if prediction is None else prediction.model_dump(mode="json"),
        "checkpoint": None
        if checkpoint is None
        else {"name": checkpoint.name, "revision": checkpoint.revision, "params": dict(checkpoint.params)},
        "annotation": {
            "annotator": record.head.annotator, "status": record.head.status, "rev": record.head.rev,
            "updated_at": record.head.updated_at.isoformat(), "output": record.head.output.model_dump(mode="json"),
        },
    }  # fmt: skip
    return json.dumps(line, ensure_ascii=False)


def read_native(line: Mapping[str, Any]) -> Incoming:
    """Read a line that `native_line` wrote.

    Raises:
        IncomingError: If it holds something else.
        OutputError: If its annotation or prediction cannot be read.
    """
    annotation = mapped(line.get("annotation"), "annotation")
    checkpoint = line.get("checkpoint")
    status, annotator = annotation.get("status"), annotation.get("annotator")
    if status not in STATUSES or not isinstance(annotator, str):
        raise IncomingError(f"annotation must have an annotator and a status of {', '.join(STATUSES)}, got {status!r}")
    return Incoming(
        text_of(line.get("text"), "text"),
        mapped(line.get("schema"), "schema"),
        read_output(annotation.get("output")),
        annotator,
        status,
        None if line.get("prediction") is None else read_output(line["prediction"]),
        None if checkpoint is None else Checkpoint(**mapped(checkpoint, "checkpoint")),
        line.get("source"),
    )
