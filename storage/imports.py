"""Files that come into the store: texts to be corrected, and corrections made elsewhere."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from storage.errors import OutputError, StorageError
from storage.formats.conll import read_conll
from storage.formats.gliner import read_gliner
from storage.formats.incoming import Incoming, IncomingError, mapped
from storage.formats.label_studio import read_label_studio
from storage.formats.native import read_native
from storage.formats.spacy import read_spacy
from storage.formats.training import read_training
from storage.store import AnnotationStore

READERS: Mapping[str, Callable[[Mapping[str, Any]], Incoming]] = {
    "gliner2": read_training,
    "native": read_native,
    "gliner": read_gliner,
    "spacy": read_spacy,
    "label-studio": read_label_studio,
}
"""Formats whose records are JSON objects."""
SOURCES = (*READERS, "conll")
JOINED = ("spacy", "conll", "label-studio")
"""Formats in which every record is asked for the labels of the whole file."""
MOST_CHARACTERS = 100_000
SHOWN_FAULTS = 20


@dataclass
class Taken:
    """What became of a file.

    Attributes:
        added: Records that are new.
        known: Records that were there already; their annotations stay as they are.
        faults: What was wrong with lines, the first ones in full.
        n_faults: Lines that could not be used; the others are stored.
    """

    added: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)
    n_faults: int = 0

    def report(self, line: int, reason: str) -> None:
        """Count a line that could not be used."""
        self.n_faults += 1
        if len(self.faults) < SHOWN_FAULTS:
            self.faults.append(f"line {line}: {reason}")


def import_file(
    store: AnnotationStore, project: str, path: Path, format: str, *, annotator: str, schema: Mapping[str, Any] | None = None
) -> Taken:
    """Store the records of a file; a line that cannot be used is named, the others are kept.

    Args:
        store: Where to.
        project: Its name; made where missing.
        path: The file.
        format: One of `SOURCES`.
        annotator: Whose the corrections are where the file does not say.
        schema: What every record is asked; None takes what the file says.

    Raises:
        IncomingError: If the format is none, or the file cannot be read.
        DatabaseError: If nothing could be stored.
    """
    if format not in SOURCES:
        raise IncomingError(f"the format must be one of {', '.join(SOURCES)}, got {format!r}")
    taken = Taken()
    try:
        found = list(_records(path, format, taken))
    except OSError as error:
        raise IncomingError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise IncomingError(f"{path}: not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from error
    asked = schema or (_joined(found) if format in JOINED else None)
    for line, one in found:
        whole = replace(
            one, schema=asked or one.schema, annotator=one.annotator or annotator, source=one.source or path.name
        )
        try:
            is_new = store.take(project, whole)
        except OutputError as error:
            taken.report(line, str(error))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            taken.report(line, f"its schema is none: {error}")
        else:
            taken.added, taken.known = taken.added + is_new, taken.known + (not is_new)
    return taken


def _records(path: Path, format: str, taken: Taken) -> Iterator[tuple[int, Incoming]]:
    """Yield every record that can be read with its line."""
    text = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("utf-8")
    parts: Iterator[tuple[int, Any]]
    if format == "conll":
        parts = _blocks(text)
    elif format == "label-studio":
        parts = enumerate(_tasks(path, text), 1)
    else:
        # Not splitlines: a text may hold other line ends than line feeds.
        parts = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    for number, part in parts:
        try:
            yield number, _checked(read_conll(part) if format == "conll" else READERS[format](_object(part)))
        except StorageError as error:
            taken.report(number, str(error))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            taken.report(number, f"this is no record of {format}: {error}")


def _checked(record: Incoming) -> Incoming:
    if len(record.text) > MOST_CHARACTERS:
        raise IncomingError(f"the text has {len(record.text):,} characters, {MOST_CHARACTERS:,} are allowed")
    return record


def _object(part: Any) -> Mapping[str, Any]:
    try:
        return mapped(json.loads(part) if isinstance(part, str) else part, "the line")
    except json.JSONDecodeError as error:
        raise IncomingError(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise IncomingError("nested too deeply") from error


def _tasks(path: Path, text: str) -> list[Any]:
    try:
        tasks = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise IncomingError(f"{path}: not a JSON list of tasks: {error}") from error
    if not isinstance(tasks, list):
        raise IncomingError(f"{path}: a Label Studio file is a JSON list of tasks, got {type(tasks).__name__}")
    return tasks


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        if line.strip() and not line.startswith("-DOCSTART-"):
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _joined(found: list[tuple[int, Incoming]]) -> dict[str, Any] | None:
    """Return the schema that asks for every label and every option of a file's records."""
    labels: dict[str, Any] = {}
    tasks: dict[str, dict[str, Any]] = {}
    for _, one in found:
        schema = one.schema or {}
        labels.update(schema.get("entities", {}))
        for task in schema.get("classifications", []):
            known = tasks.setdefault(task["task"], {"task": task["task"], "labels": []})
            known["labels"] += [label for label in task["labels"] if label not in known["labels"]]
            if task.get("multi_label"):
                known["multi_label"] = True
    whole = {**({"entities": labels} if labels else {}), **({"classifications": list(tasks.values())} if tasks else {})}
    return whole or None
