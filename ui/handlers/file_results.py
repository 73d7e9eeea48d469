"""The result files of a file run: a line per text, a table with the file's other columns, and what could not be used."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gliner2_core import Prediction, Schema
from gliner2_core.documents import Document
from gliner2_core.views import View
from storage.formats.tables import guarded

_VIEW = View(include_confidence=True, include_spans=True)


@dataclass(frozen=True, slots=True)
class FileJob:
    """What is asked of every text, and how its answers are written.

    Attributes:
        name: Of the result files.
        schema: What is asked.
        options: Further options of `predict`.
        header: Of the CSV file, after `line` and `text`.
        rows: Prediction → its CSV rows, without these two.
        nouns: What a row is called, one and many.
        model: Which one answers; None for the default.
    """

    name: str
    schema: Schema
    options: dict[str, Any]
    header: tuple[str, ...]
    rows: Callable[[Prediction], list[list[Any]]]
    nouns: tuple[str, str]
    model: str | None = None


class FileResults:
    """Writes them; a context that closes them.

    Args:
        job: What is asked.
        folder: For the files.
        others: The file's columns beside the text; of JSONL the keys of its first object.
    """

    def __init__(self, job: FileJob, folder: Path, others: Sequence[str]) -> None:
        self._job = job
        self._others = others
        self._paths = [folder / f"{job.name}.jsonl", folder / f"{job.name}.csv", folder / f"{job.name}-not-used.csv"]
        self._files = ExitStack()
        self._has_faults = False

    def __enter__(self) -> Self:
        """Open the files and write the tables' headers."""
        lines, table, faults = self._paths
        self._lines = self._files.enter_context(lines.open("w", encoding="utf-8"))
        # The mark at the file's beginning tells spreadsheets that it is UTF-8.
        opened = [self._files.enter_context(path.open("w", encoding="utf-8-sig", newline="")) for path in (table, faults)]
        self._table, self._faults = map(csv.writer, opened)
        known = {"line", "text", *self._job.header}
        others = [f"{name} (file)" if name in known else name for name in self._others]
        self._table.writerow(map(guarded, ["line", "text", *self._job.header, *others]))
        self._faults.writerow(["line", "reason"])
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._files.close()

    def write(self, document: Document, prediction: Prediction) -> int:
        """Write one prediction; returns how many rows of the table hold a finding: a text without one has a row, too."""
        # The same lines as those of `python -m gliner2_core extract`.
        self._lines.write(json.dumps(document.answered(_VIEW.formatted(prediction)), ensure_ascii=False) + "\n")
        rows = self._job.rows(prediction)
        others = [_cell(document.other.get(name)) for name in self._others]
        for row in rows or [[""] * len(self._job.header)]:
            self._table.writerow([guarded(cell) for cell in (document.line, document.text, *row, *others)])
        return len(rows)

    def refuse(self, line: int, reason: str) -> None:
        """Write a line that could not be used, and why."""
        self._has_faults = True
        self._faults.writerow([line, guarded(reason)])

    def paths(self) -> tuple[str, ...]:
        """Return the files to be handed out; the last one only if a line could not be used."""
        return tuple(map(str, self._paths if self._has_faults else self._paths[:2]))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, (str, int, float)) else json.dumps(value, ensure_ascii=False)
