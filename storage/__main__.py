"""`python -m storage check | backup | restore | export | import`: look after the store of corrections."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storage.backup import Report, backup, check, path_of, restore
from storage.engine import url_of
from storage.errors import StorageError
from storage.exports import export
from storage.formats import FORMATS
from storage.formats.incoming import IncomingError
from storage.imports import SOURCES, import_file
from storage.store import AnnotationStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 1 with the reason on standard error."""
    options = _parser().parse_args(arguments)
    database = options.db or os.environ.get("DATABASE_URL") or None
    try:
        print(options.run(database, options))
    except StorageError as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _check(database: str | None, options: argparse.Namespace) -> str:
    path = options.file or path_of(url_of(database))
    return f"{path} is sound.\n{_written(check(path))}"


def _backup(database: str | None, options: argparse.Namespace) -> str:
    source = path_of(url_of(database))
    return f"{source} → {options.target}, checked.\n{_written(backup(source, options.target))}"


def _restore(database: str | None, options: argparse.Namespace) -> str:
    target = path_of(url_of(database))
    former = restore(options.backup, target)
    return f"{options.backup} → {target}" + (f"; what was there is now {former}" if former else "")


def _export(database: str | None, options: argparse.Namespace) -> str:
    store = AnnotationStore(database)
    try:
        written = export(
            store, options.project, options.out, options.format, annotator=options.annotator, label=options.label
        )
    finally:
        store.close()
    lines = [f"{options.out / name}: {one['records']} records" for name, one in written.files.items()]
    lines += [f"not written: {number} records, {reason}" for reason, number in written.unused.items()]
    lines += [f"{number} times: {note}" for note, number in written.notes.items()]
    return "\n".join([*lines, f"{written.header} has counts and checksums"])


def _import(database: str | None, options: argparse.Namespace) -> str:
    schema = None if options.schema is None else _schema(options.schema)
    store = AnnotationStore(database)
    try:
        taken = import_file(store, options.project, options.file, options.format, annotator=options.annotator, schema=schema)
    finally:
        store.close()
    lines = [f"{taken.added} records added to {options.project}, {taken.known} were there already"]
    if taken.n_faults:
        more = taken.n_faults - len(taken.faults)
        lines += [f"{taken.n_faults} lines could not be used:", *taken.faults, *([f"and {more} more"] if more else [])]
    return "\n".join(lines)


def _schema(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise IncomingError(f"{path}: the schema cannot be read: {error}") from error
    if not isinstance(schema, dict):
        raise IncomingError(f"{path}: a schema is a JSON object, got {type(schema).__name__}")
    return schema


def _written(report: Report) -> str:
    rows = ", ".join(f"{number} {table}" for table, number in report.rows.items() if number)
    return f"version {report.version}; {rows or 'empty'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storage", description="Looks after the store of corrections.")
    where = "the database: a SQLite file or an address (DATABASE_URL; else the user's data folder)"
    parser.add_argument("--db", metavar="D", help=where)
    # Behind the command, too: there it replaces what stands before only if it is given.
    again = argparse.ArgumentParser(add_help=False)
    again.add_argument("--db", metavar="D", default=argparse.SUPPRESS, help=where)
    commands = parser.add_subparsers(dest="command", required=True, metavar="check | backup | restore | export | import")
    one = commands.add_parser(
        "check", parents=[again], help="read the whole database, or a backup, and say whether it is sound"
    )
    one.add_argument("file", nargs="?", type=Path, help="a backup (the database)")
    one.set_defaults(run=_check)
    one = commands.add_parser("backup", parents=[again], help="copy the database, also while the workbench runs")
    one.add_argument("target", type=Path, help="file or folder for the copy")
    one.set_defaults(run=_backup)
    one = commands.add_parser(
        "restore", parents=[again], help="put a backup in the database's place; what was there is kept beside it"
    )
    one.add_argument("backup", type=Path)
    one.set_defaults(run=_restore)
    one = commands.add_parser(
        "export", parents=[again], help="write the submitted corrections as training data, a file a split"
    )
    one.add_argument("--project", default="default", help="(default)")
    one.add_argument("--out", type=Path, required=True, help="folder for train.jsonl, dev.jsonl, test.jsonl, export.json")
    one.add_argument("--format", choices=tuple(FORMATS), default="gliner2", help="(gliner2)")
    one.add_argument("--annotator", metavar="NAME", help="only this person's corrections (everybody's)")
    one.add_argument("--label", help="only corrections that hold this label, field, relation or class (all)")
    one.set_defaults(run=_export)
    one = commands.add_parser(
        "import", parents=[again], help="store corrections made elsewhere; a line that cannot be used is named"
    )
    one.add_argument("file", type=Path)
    one.add_argument("--format", choices=SOURCES, required=True)
    one.add_argument("--project", default="default", help="(default)")
    one.add_argument("--annotator", default="import", help="whose they are where the file does not say (import)")
    one.add_argument("--schema", type=Path, metavar="F", help="schema file: what was asked (what the file says)")
    one.set_defaults(run=_import)
    return parser


if __name__ == "__main__":
    sys.exit(main())
