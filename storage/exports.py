"""Files that leave the store: a file a split, and a header file that says what is in them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.errors import NotFoundError, StorageError
from storage.formats import FORMATS, Format
from storage.formats.label_studio import label_studio_config
from storage.formats.tables import table_rows, write_parquet
from storage.formats.tally import Tally
from storage.hashing import Split
from storage.records import Exported, Record
from storage.store import AnnotationStore

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
PARTIAL = ".partial"


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


def export(
    store: AnnotationStore,
    project: str,
    folder: Path,
    format: str = "gliner2",
    *,
    annotator: str | None = None,
    label: str | None = None,
) -> Written:
    """Write the submitted records of a project into a folder: a file a split, and `export.json`.

    Args:
        store: Remembers that the files left it.
        project: Its name.
        folder: Made where missing; files of an earlier export there are replaced once the new ones are whole.
        format: One of `FORMATS`.
        annotator: Only this person's corrections; None for all.
        label: Only those that hold it: a label, field, relation or chosen class; None for all.

    Raises:
        NotFoundError: If there is no such project.
        ExportError: If the format is none, nothing is submitted, or a file cannot be written.
        DatabaseError: If the database cannot be read.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise ExportError(f"the format must be one of {', '.join(FORMATS)}, got {format!r}")
    if project not in store.projects():
        raise NotFoundError(f"there is no project {project!r}; there are: {', '.join(store.projects()) or 'none'}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        filters = {name: value for name, value in (("annotator", annotator), ("label", label)) if value is not None}
        return _write(store, project, folder, format, chosen, filters)
    except OSError as error:
        raise ExportError(f"{folder}: the export cannot be written: {error.strerror or error}") from error


def _write(
    store: AnnotationStore, project: str, folder: Path, name: str, format: Format, filters: Mapping[str, str]
) -> Written:
    tally, counts, schemas = Tally(), Counter[str](), dict[str, Mapping[str, Any]]()
    partial = {split: folder / f"{split}{format.suffix}{PARTIAL}" for split in SPLITS}
    records = _noted(store.annotated(project, annotator=filters.get("annotator"), label=filters.get("label")), schemas)
    if format.is_parquet:
        _write_tables(records, partial, counts)
    else:
        _write_texts(records, partial, format, tally, counts)
    if not counts and not tally.unused:
        for path in partial.values():
            path.unlink()
        if filters:
            asked = " and ".join(f"{name} {value!r}" for name, value in filters.items())
            raise ExportError(f"project {project!r} has no submitted record with {asked}")
        raise ExportError(f"project {project!r} has no submitted record yet; submit corrections first")
    described: dict[str, dict[str, Any]] = {}
    for split, path in partial.items():
        whole = path.replace(path.with_name(path.name.removesuffix(PARTIAL)))
        described[whole.name] = {"records": counts[split], "sha256": _digest(whole)}
    if name == "label-studio":
        config = folder / "label_studio.xml"
        config.write_text(label_studio_config(schemas.values()), encoding="utf-8")
    header = {
        "format": name, "project": project, **({"filters": dict(filters)} if filters else {}), "files": described,
        "schemas": sorted(hashlib.sha256(text.encode()).hexdigest() for text in schemas),
        "unused": dict(tally.unused), "notes": dict(tally.notes),
    }  # fmt: skip
    target = folder / "export.json"
    target.write_text(json.dumps(header, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    numbers = {file: one["records"] for file, one in described.items()}
    store.note_export(project, Exported(name, filters, _digest(target), numbers))
    return Written(described, dict(tally.unused), dict(tally.notes), target)


def _noted(records: Iterator[Record], schemas: dict[str, Mapping[str, Any]]) -> Iterator[Record]:
    for record in records:
        schemas.setdefault(json.dumps(record.schema, sort_keys=True, ensure_ascii=False), record.schema)
        yield record


def _write_texts(
    records: Iterator[Record], partial: Mapping[Split, Path], format: Format, tally: Tally, counts: Counter[str]
) -> None:
    with ExitStack() as opened:
        files = {
            split: opened.enter_context(path.open("w", encoding="utf-8", newline="")) for split, path in partial.items()
        }
        for file in files.values():
            file.write(format.head)
        for record in records:
            if (made := format.made(record, tally)) is not None:
                files[record.split].write((format.between if counts[record.split] else "") + made)
                counts[record.split] += 1
        for split, file in files.items():
            file.write(format.foot if counts[split] or format.head else "")


def _write_tables(records: Iterator[Record], partial: Mapping[Split, Path], counts: Counter[str]) -> None:
    rows: dict[Split, list[list[Any]]] = {split: [] for split in SPLITS}
    for record in records:
        rows[record.split] += table_rows(record)
        counts[record.split] += 1
    for split, path in partial.items():
        write_parquet(rows[split], path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
