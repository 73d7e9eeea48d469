"""Corrections as a table: a row per mention, field value, end of a relation, or decided class."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.formats.tally import Tally
from storage.records import Record

COLUMNS = (
    "record", "split", "annotator", "part", "name", "instance", "field", "value", "start", "end", "confidence", "source",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_rows(record: Record) -> Iterator[list[Any]]:
    """Yield the rows of a record, with the columns `COLUMNS`; start and end are None for a choice or a class."""
    assert record.head is not None
    text, output = record.text, record.head.output
    head = [record.id, record.split, record.head.annotator]
    for one in output.entities:
        yield [*head, "entity", one.label, None, None, text[one.start : one.end], one.start, one.end, one.score, one.source]
    counts: dict[str, int] = {}
    for instance in output.structures:
        counts[instance.name] = number = counts.get(instance.name, 0) + 1
        for field, values in instance.fields.items():
            for value in values:
                place = value.span
                said = value.choice if place is None else text[place.start : place.end]
                told = [None, None, value.score, value.source]
                if place is not None:
                    told = [place.start, place.end, place.score, place.source]
                yield [*head, "structure", instance.name, number, field, said, *told]
    for number, pair in enumerate(output.relations, 1):
        for field, place in (("head", pair.head), ("tail", pair.tail)):
            said = text[place.start : place.end]
            yield [*head, "relation", pair.name, number, field, said, place.start, place.end, place.score, place.source]
    for task in output.classifications:
        for label in task.chosen:
            yield [*head, "class", task.task, None, None, label, None, None, task.scores.get(label), task.source]


def csv_lines(record: Record, _: Tally) -> str:
    """Return the CSV lines of a record; cells that a spreadsheet would run get an apostrophe in front."""
    target = io.StringIO()
    csv.writer(target).writerows([guarded(cell) for cell in row] for row in table_rows(record))
    return target.getvalue()


def csv_header() -> str:
    """Return the first line of a CSV file, with the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + ",".join(COLUMNS) + "\r\n"


def write_parquet(rows: list[list[Any]], path: Path) -> None:
    """Write rows of `table_rows` as a Parquet file.

    Raises:
        OSError: If it cannot be written.
        ImportError: If pyarrow is missing.
    """
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("record", "start", "end", "instance"):
        table[column] = table[column].astype("Int64")
    table["confidence"] = table["confidence"].astype("float64")
    table.to_parquet(path, index=False)


def guarded(cell: Any) -> Any:
    """Keep a spreadsheet from running a cell: text that begins like a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
