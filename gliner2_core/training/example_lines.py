"""JSONL files → records with their `path:line`, and what cannot be read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gliner2_core.errors import DataError
from gliner2_core.json_text import RepeatedKeyError, parse_json
from gliner2_core.training.example_checks import Fault

_UTF8_BOM = b"\xef\xbb\xbf"


def read_lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, Any] | Fault]:
    """Read a JSONL file line by line; blank lines are passed over, a UTF-8 byte order mark is allowed.

    Args:
        path: The file.

    Yields:
        (`path:line`, decoded value), or a Fault for a line that is no UTF-8 or no JSON, and for a file without records.

    Raises:
        DataError: If the file cannot be opened.
    """
    is_empty = True
    for number, raw in enumerate(_raw_lines(path), start=1):
        line = raw.removeprefix(_UTF8_BOM) if number == 1 else raw
        if not line.strip():
            continue
        is_empty = False
        yield _decode_line(line.rstrip(b"\r\n"), f"{os.fspath(path)}:{number}")
    if is_empty:
        yield Fault(os.fspath(path), "the file holds no records")


def _raw_lines(path: str | os.PathLike[str]) -> Iterator[bytes]:
    # Bytes, because text mode would also end lines at a lone carriage return and lose count.
    try:
        with Path(path).open("rb") as file:
            yield from file
    except OSError as error:
        raise DataError(f"{os.fspath(path)} cannot be read: {error.strerror or error}") from error


def _decode_line(line: bytes, origin: str) -> tuple[str, Any] | Fault:
    try:
        return origin, parse_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Fault(origin, f"not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8")
    except json.JSONDecodeError as error:
        return Fault(origin, f"not JSON: {error.msg} (column {error.colno})")
    except RepeatedKeyError as error:
        return Fault(origin, str(error))
    except RecursionError:
        return Fault(origin, "not a record: nested too deeply")
