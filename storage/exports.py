"""Files that leave the store: one line a record, and a header file that says what is in them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from storage.errors import NotFoundError, StorageError
from storage.hashing import Split
from storage.records import Record
from storage.store import AnnotationStore
from storage.training_lines import training_record, untold

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
FORMATS = ("gliner2", "native")


class ExportError(StorageError):
    """Nothing can be exported, or the files cannot be written."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote.

    Attributes:
        files: Name → number of records and SHA-256.
        unused: Reason → number of records that could not be written.
        notes: What the format cannot say, with how often.
    """

    files: Mapping[str, Mapping[str, Any]]
    unused: Mapping[str, int]
    notes: Mapping[str, int]
    header: Path


@dataclass
class _Tally:
    unused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def export(store: AnnotationStore, project: str, folder: Path, format: str = "gliner2") -> Written:
    """Write the submitted records of a project into a folder: a file a split, and `export.json`.

    Args:
        store: Read only.
        project: Its name.
        folder: Made where missing; files of an earlier export there are replaced once the new ones are whole.
        format: `gliner2` for training, `native` for everything that is known of a record.

    Raises:
        NotFoundError: If there is no such project.
        ExportError: If the format is none, nothing is submitted, or a file cannot be written.
        DatabaseError: If the database cannot be read.
    """
    if format not in FORMATS:
        raise ExportError(f"the format must be one of {', '.join(FORMATS)}, got {format!r}")
    if project not in store.projects():
        raise NotFoundError(f"there is no project {project!r}; there are: {', '.join(store.projects()) or 'none'}")
    line = _training_line if format == "gliner2" else _native_line
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(store, project, folder, format, line)
    except OSError as error:
        raise ExportError(f"{folder}: the export cannot be written: {error.strerror}") from error


def _write(
    store: AnnotationStore,
    project: str,
    folder: Path,
    format: str,
    line: Callable[[Record, _Tally], dict[str, Any] | None],
) -> Written:
    tally, counts = _Tally(), Counter[str]()
    partial = {split: folder / f"{split}.jsonl.partial" for split in SPLITS}
    with ExitStack() as opened:
        files: dict[str, IO[str]] = {
            split: opened.enter_context(path.open("w", encoding="utf-8", newline="\n")) for split, path in partial.items()
        }
        for record in store.annotated(project):
            if (made := line(record, tally)) is not None:
                files[record.split].write(json.dumps(made, ensure_ascii=False) + "\n")
                counts[record.split] += 1
    if not counts and not tally.unused:
        for path in partial.values():
            path.unlink()
        raise ExportError(f"project {project!r} has no submitted record yet; submit corrections first")
    described = {}
    for split, path in partial.items():
        path.replace(path.with_suffix(""))
        digest = hashlib.sha256(path.with_suffix("").read_bytes()).hexdigest()
        described[path.with_suffix("").name] = {"records": counts[split], "sha256": digest}
    header = folder / "export.json"
    whole = {
        "format": format, "project": project, "files": described,
        "unused": dict(tally.unused), "notes": dict(tally.notes),
    }  # fmt: skip
    header.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Written(described, dict(tally.unused), dict(tally.notes), header)


def _training_line(record: Record, tally: _Tally) -> dict[str, Any] | None:
    assert record.head is not None
    made = training_record(record.text, record.schema, record.head.output)
    for name in untold(record.schema, record.head.output):
        tally.notes[f"“{name}” was looked for and not found, which a training record cannot say"] += 1
    if not made["output"]:
        tally.unused["nothing of its schema can be said in a training record"] += 1
        return None
    return made


def _native_line(record: Record, tally: _Tally) -> dict[str, Any]:
    assert record.head is not None
    checkpoint, prediction = record.checkpoint, record.prediction
    return {
        "text": record.text,
        "split": record.split,
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
