"""Documents from files: plain text, CSV and JSONL, streamed with their line numbers."""

from __future__ import annotations

import codecs
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gliner2_core.checks import json_type, surrogate_at
from gliner2_core.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

TEXT_COLUMNS = ("text", "input")
KINDS = ("txt", "csv", "jsonl")
SEPARATORS = (",", ";", "\t")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a file.

    Attributes:
        line: Which it begins on, 1 for the first.
        text: As it stands there.
        other: The row's other columns, or the object's other keys.
    """

    line: int
    text: str
    other: Mapping[str, Any] = field(default_factory=dict)

    def answered(self, result: Any) -> dict[str, Any]:
        """Return the line of a result file: `line`, `text`, `other` where there is any, `result`."""
        return {
            "line": self.line,
            "text": self.text,
            **({"other": dict(self.other)} if self.other else {}),
            "result": result,
        }


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no usable text, and why."""

    line: int
    reason: str


def kind_of(path: str | Path) -> str:
    """Return `txt`, `csv` or `jsonl` from a file's ending.

    Raises:
        DataError: If it is another.
    """
    ending = Path(path).suffix.lower().lstrip(".")
    ending = {"ndjson": "jsonl", "text": "txt"}.get(ending, ending)
    if ending not in KINDS:
        raise DataError(f"{path}: files must end in .txt, .csv or .jsonl, got {Path(path).suffix or 'no ending'!r}")
    return ending


def read_documents(
    file: IO[bytes], kind: str, name: str, *, column: str | None = None, is_whole: bool = False
) -> Iterator[Document | BadLine]:
    """Yield the documents of a file as they are read; texts are not changed, blank lines are passed over.

    Args:
        file: Open in binary mode.
        kind: `txt` (a document per line that is not blank), `csv` (with a header) or `jsonl` (an object or string per line).
        name: For messages.
        column: Column or key that holds the text; None takes `text`, then `input`, then the only column.
        is_whole: A `txt` file is one document.

    Raises:
        DataError: If a CSV file has no such column, or two, or the file is UTF-16.
    """
    lines = _decoded(file, name)
    if kind == "csv":
        yield from _read_csv(lines, name, column)
    elif kind == "jsonl":
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _read_json(number, line, column)
    elif is_whole:
        text = "".join(lines)
        fault = _fault_of(text)
        yield Document(1, text) if fault is None else BadLine(1, fault)
    else:
        for number, line in enumerate(lines, 1):
            if line.strip():
                fault = _fault_of(line)
                yield Document(number, line.rstrip("\r\n")) if fault is None else BadLine(number, fault)


def column_names(file: IO[bytes], kind: str, name: str) -> list[str]:
    """Return a CSV file's columns, or the keys of a JSONL file's first object; none for plain text.

    Args:
        file: Open in binary mode, at its beginning.
        kind: `txt`, `csv` or `jsonl`.
        name: For messages.

    Raises:
        DataError: If the file is UTF-16, or a CSV's header is not UTF-8.
    """
    lines = _decoded(file, name)
    if kind == "csv":
        return _header(_rows(lines), name) or []
    if kind == "jsonl":
        first = next((line for line in lines if line.strip()), "null")
        try:
            value = json.loads(first)
        except (ValueError, RecursionError):
            return []
        return list(value) if isinstance(value, dict) else []
    return []


def _decoded(file: IO[bytes], name: str) -> Iterator[str]:
    """Yield lines; bytes that are no UTF-8 become half characters, by which the line is known to be bad."""
    for number, line in enumerate(file, 1):
        if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DataError(f"{name}: the file is UTF-16 (“Unicode” in some editors); save it as UTF-8")
        yield line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")


def _fault_of(line: str) -> str | None:
    """Say what is wrong with a decoded line: which byte is no UTF-8."""
    at = surrogate_at(line)
    if at is None:
        return None
    return f"not UTF-8 (byte 0x{ord(line[at]) - 0xDC00:02x} at character {at + 1}); save the file as UTF-8"


def _read_csv(lines: Iterable[str], name: str, column: str | None) -> Iterator[Document | BadLine]:
    csv.field_size_limit(sys.maxsize)
    rows = _rows(lines)
    header = _header(rows, name)
    if header is None:
        raise DataError(f"{name}: the file is empty; a CSV needs a header line")
    index = _column_index(header, name, column)
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(line, f"malformed CSV: {_csv_fault(error)}")
            continue
        if not row:
            continue
        if len(row) != len(header):
            yield BadLine(line, f"{_counted(len(row), 'value')} for {_counted(len(header), 'column')}")
        elif fault := _fault_of(row[index]):
            yield BadLine(line, fault)
        elif not row[index].strip():
            yield BadLine(line, f"the column {header[index]!r} is empty")
        else:
            others = {name: _readable(cell) for at, (name, cell) in enumerate(zip(header, row, strict=True)) if at != index}
            yield Document(line, row[index], others)


def _rows(lines: Iterable[str]) -> CsvReader:
    """Read a CSV whose header parts its names by commas, or by semicolons or tabs where it has no comma."""
    rest = iter(lines)
    first = next(rest, "")
    separator = next((one for one in SEPARATORS if one in first), ",")
    return csv.reader(chain([first] if first else [], rest), delimiter=separator, strict=True)


def _header(rows: CsvReader, name: str) -> list[str] | None:
    try:
        header = next(rows, None)
    except csv.Error as error:
        raise DataError(f"{name}:1: the header is malformed CSV: {_csv_fault(error)}") from error
    for column in header or ():
        if fault := _fault_of(column):
            raise DataError(f"{name}:1: the header is {fault}")
    return header


def _csv_fault(error: csv.Error) -> str:
    """Say what the reader met; its own advice on newlines speaks to programmers."""
    if "new-line" in str(error):
        return "a carriage return within a line, outside quotes; is the file a CSV?"
    return str(error)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def default_column(columns: Sequence[str]) -> str | None:
    """Return the column or key that holds the text where none is named: `text`, `input`, or the only one; else None."""
    known = next((name for name in TEXT_COLUMNS if name in columns), None)
    return columns[0] if known is None and len(columns) == 1 else known


def _column_index(header: list[str], name: str, column: str | None) -> int:
    if column is not None and column not in header:
        raise DataError(f"{name}: no column {column!r}; columns are {_listed(header)}")
    chosen = default_column(header) if column is None else column
    if chosen is not None:
        if header.count(chosen) > 1:
            raise DataError(f"{name}: {header.count(chosen)} columns are called {chosen!r}; rename all but one")
        return header.index(chosen)
    raise DataError(f"{name}: no column 'text' among {_listed(header)}; name the column that holds the text (`column`)")


def _readable(value: Any) -> Any:
    """Return a value beside the text with U+FFFD for half characters, which no file can take: the text is what counts."""
    if isinstance(value, str):
        return value if surrogate_at(value) is None else _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if isinstance(value, dict):
        return {_readable(key): _readable(one) for key, one in value.items()}
    return value


def _listed(header: Sequence[str]) -> str:
    return ", ".join(column.strip() or "(no name)" for column in header)


def _read_json(number: int, line: str, column: str | None) -> Document | BadLine:
    if fault := _fault_of(line):
        return BadLine(number, fault)
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return BadLine(number, f"not JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return BadLine(number, "nested too deeply")
    others: dict[str, Any] = {}
    if isinstance(value, dict):
        keys = [column] if column is not None else [key for key in TEXT_COLUMNS if key in value]
        if not keys or keys[0] not in value:
            return BadLine(number, f"no key {column or 'text'!r}; keys are {', '.join(map(str, value)) or 'none'}")
        others = {_readable(key): _readable(other) for key, other in value.items() if key != keys[0]}
        value = value[keys[0]]
    if not isinstance(value, str):
        return BadLine(number, f"the text must be a string, got {json_type(value)}")
    if not value.strip():
        return BadLine(number, "the text is empty")
    if (at := surrogate_at(value)) is not None:
        return BadLine(number, f"the text holds half a character (a lone surrogate, {value[at]!r}) at offset {at}; mend it")
    return Document(number, value, others)
