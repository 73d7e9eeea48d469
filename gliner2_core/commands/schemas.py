"""The schema that a command asks with: its options, and reading it."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from gliner2_core.errors import InputError, SchemaError
from gliner2_core.schema import Schema


def add_schema_options(parser: argparse.ArgumentParser) -> None:
    """Add `--schema` and `--labels`."""
    parser.add_argument("--schema", metavar="FILE", help="schema as JSON")
    parser.add_argument(
        "--labels", metavar="A,B", help='entity labels, instead of --schema; "in quotes" if one holds a comma'
    )


def schema_of(args: argparse.Namespace) -> Schema:
    """Return the schema that was given.

    Raises:
        InputError: If none is given, or both, or the file cannot be opened.
        SchemaError: If it is malformed; names the file.
    """
    if (args.schema is None) == (args.labels is None):
        raise InputError("give either --schema FILE or --labels A,B")
    if args.labels is not None:
        return Schema().entities(_listed(args.labels))
    try:
        data = Path(args.schema).read_bytes()
    except OSError as error:
        raise InputError(f"{args.schema}: cannot be opened: {error.strerror}") from error
    try:
        return Schema.from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SchemaError(f"{args.schema}: not UTF-8 ({error.reason}); save the file as UTF-8") from error
    except SchemaError as error:
        raise SchemaError(f"{args.schema}: {error}") from error


def _listed(labels: str) -> list[str]:
    """Part labels at commas that do not stand in double quotes."""
    try:
        rows = list(csv.reader([labels], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise InputError(
            f"--labels {labels}: the quotes do not match ({error}); write, for example, --labels 'a,\"b, c\"'"
        ) from error
    return [label.strip() for row in rows for label in row]
