"""`python -m storage check | backup | restore | export`: look after the store of corrections."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from storage.backup import Report, backup, check, path_of, restore
from storage.engine import url_of
from storage.errors import StorageError
from storage.exports import FORMATS, export
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
        written = export(store, options.project, options.out, options.format)
    finally:
        store.close()
    lines = [f"{options.out / name}: {one['records']} records" for name, one in written.files.items()]
    lines += [f"not written: {number} records, {reason}" for reason, number in written.unused.items()]
    lines += [f"{number} times: {note}" for note, number in written.notes.items()]
    return "\n".join([*lines, f"{written.header} has counts and checksums"])


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
    commands = parser.add_subparsers(dest="command", required=True, metavar="check | backup | restore | export")
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
    one.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=f"({FORMATS[0]})")
    one.set_defaults(run=_export)
    return parser


if __name__ == "__main__":
    sys.exit(main())
