"""A file's texts, one after the other: progress, faults by line, results as JSONL and CSV."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from gliner2_core.documents import BadLine, Document, column_names, default_column, kind_of, read_documents
from gliner2_core.errors import Gliner2Error
from ui.handlers.file_results import FileJob, FileResults
from ui.messages import PageError
from ui.services import Services
from ui.state import Cancel

CHUNK = 8
REPORT_EVERY_S = 0.3
"""A browser that is told of every few texts has no time left for its buttons."""
SHOWN_FAULTS = 20


@dataclass
class FileProgress:
    """Where a file run stands.

    Attributes:
        done: Lines read so far.
        found: Rows written so far.
        nouns: What a row is called, one and many.
        faults: What was wrong with lines, the first ones in full.
        n_faults: How many lines failed.
        notice: What else the visitor should know.
        results: The result files, once the run has ended.
        seconds: Since the start.
        share: How much of the file is read, 0–1.
        is_cancelled: Whether the visitor stopped it.
    """

    done: int = 0
    found: int = 0
    nouns: tuple[str, str] = ("result", "results")
    faults: list[str] = field(default_factory=list)
    n_faults: int = 0
    notice: str = ""
    results: tuple[str, ...] = ()
    seconds: float = 0.0
    share: float = 0.0
    is_cancelled: bool = False

    def report(self, line: int, reason: str) -> None:
        """Count a failed line."""
        self.n_faults += 1
        if len(self.faults) < SHOWN_FAULTS:
            self.faults.append(f"line {line}: {reason}")


def columns_of(services: Services, path: str | None) -> list[str]:
    """Return the columns or keys among which a file's text may lie; none for plain text.

    Raises:
        PageError: If the file is too large.
        DataError: If it is of another kind or cannot be read.
    """
    if not path:
        return []
    name, kind = _checked_file(services, path)
    with Path(path).open("rb") as file:
        return column_names(file, kind, name)


def rows_of(services: Services, path: str | None) -> int:
    """Return how many texts or lines a run of a file would take; reads all of it.

    Raises:
        PageError: If the file is too large.
        DataError: If it is of another kind or cannot be read.
    """
    if not path:
        return 0
    columns = columns_of(services, path)
    name, kind = _checked_file(services, path)
    # Any column will do; one whose name comes twice cannot be chosen.
    column = next((one for one in columns if columns.count(one) == 1), None)
    with Path(path).open("rb") as file:
        return sum(1 for _ in read_documents(file, kind, name, column=column))


def run_file(
    services: Services, run: Cancel, path: str | None, column: str | None, job: Callable[[], FileJob], folder: Path
) -> Iterator[FileProgress]:
    """Run a file and yield where it stands; the last one carries the results, also after a cancel.

    Reads the file and the model; writes the result files.

    Args:
        services: Model and limits.
        run: Its flag stops the run.
        path: The uploaded file.
        column: Column or key of the text; None finds it.
        job: Makes what is asked; called once a file is there.
        folder: For the results.

    Yields:
        Progress, a few times a second.

    Raises:
        PageError: If there is no file, it is too large, or the request cannot be read.
        DataError: If the file is of another kind, is not UTF-8 or has no text column.
        CheckpointError: If the model cannot be loaded.
    """
    if not path:
        raise PageError("Choose a file first: .txt with a text per line, .csv or .jsonl.")
    name, kind = _checked_file(services, path)
    asked = job()
    progress = FileProgress(nouns=asked.nouns)
    started = time.monotonic()
    columns = columns_of(services, path)
    # Where the usual column is chosen, every line's own usual key counts, as in the command.
    usual = default_column(columns)
    if columns and not column and usual is None:
        raise PageError(f"Choose the column that holds the text: {', '.join(filter(None, columns))}.")
    others = [name for name in dict.fromkeys(columns) if name != (column or usual)]
    results = FileResults(asked, folder, others)
    with Path(path).open("rb") as source, results:
        size = Path(path).stat().st_size
        documents = read_documents(source, kind, name, column=None if column in (None, "", usual) else column)
        while not run.is_cancelled and (chunk := list(islice(documents, CHUNK))):
            room = services.settings.max_rows - progress.done
            for one in chunk[:room]:
                _take(services, one, asked, results, progress)
            if len(chunk) > room or (len(chunk) == room and next(documents, None) is not None):
                progress.notice = f"Stopped after {services.settings.max_rows:,} texts, the most allowed here."
                break
            seconds = time.monotonic() - started
            if not progress.seconds or seconds - progress.seconds >= REPORT_EVERY_S:
                progress.seconds = seconds
                progress.share = min(source.tell() / size, 1.0) if size else 1.0
                yield progress
    progress.seconds = time.monotonic() - started
    progress.is_cancelled = run.is_cancelled
    progress.results = results.paths()
    yield progress


def _checked_file(services: Services, path: str) -> tuple[str, str]:
    """Return an upload's name and kind; the name alone, because the folder is the server's business."""
    size, limit = Path(path).stat().st_size, services.settings.max_file_bytes
    if size > limit:
        raise PageError(f"The file has {size / 1e6:,.0f} MB, {limit / 1e6:,.0f} MB are allowed here. Split it.")
    name = Path(path).name
    return name, kind_of(name)


def _take(services: Services, one: Document | BadLine, job: FileJob, results: FileResults, progress: FileProgress) -> None:
    progress.done += 1
    limit = services.settings.max_characters
    if isinstance(one, BadLine):
        reason = one.reason
    elif len(one.text) > limit:
        reason = f"{len(one.text):,} characters, {limit:,} are allowed"
    else:
        try:
            prediction = services.models.extractor(job.model).predict(one.text, job.schema, **job.options)
        except Gliner2Error as error:
            reason = str(error)
        else:
            progress.found += results.write(one, prediction)
            return
    progress.report(one.line, reason)
    results.refuse(one.line, reason)
