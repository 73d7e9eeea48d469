"""Settings: the command line and the environment, read once."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""
PRECISIONS = ("float32", "bfloat16", "int8")
"""As the core has them, which would load torch."""
LEAST_PASSWORD = 8
"""Characters."""
LIMITS = {
    "max_characters": "longest text, in characters",
    "max_labels": "most labels at once, of the entities or of one task",
    "max_tasks": "most classification tasks at once",
    "max_structures": "most structures at once",
    "max_fields": "most fields of a structure",
    "max_rows": "most texts of a file",
    "max_file_bytes": "largest upload, in bytes",
    "queue_size": "most requests that wait",
    "backup_minutes": "minutes until a change is in the backup",
    "backup_submits": "saved corrections until they are in the backup",
}
"""Setting → what it limits. Each is an option, and an environment variable such as WORKBENCH_MAX_ROWS."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the app is started with.

    Attributes:
        models: Checkpoint folders or hub ids that are offered beside the embedded one, the default first.
        host, port: Where the page is served; None leaves the choice to Gradio (and its environment variables).
        max_characters: Longest text.
        max_labels: Most labels at once, of the entities or of one task.
        max_tasks: Most classification tasks at once.
        max_structures: Most structures at once.
        max_fields: Most fields of a structure.
        max_rows: Most texts of a file.
        max_file_bytes: Largest upload.
        queue_size: Most requests that wait.
        open_models: Whether visitors may open any folder of this machine and any hub id.
        max_models: Most models that stay loaded.
        mcp: Whether the endpoints for programs are also tools for MCP clients.
        database: Where corrections are kept; None for a file in the user's data folder.
        can_store: Whether results can be sent to the corrections.
        precision: What models multiply in: `float32`, `bfloat16` or `int8`.
        backup: Where snapshots of the database go: a dataset on the hub (`owner/name`) or a folder; None for none.
        backup_minutes: A change is there after so many minutes …
        backup_submits: … or after so many saved corrections.
        password: Without it nobody sees the page; None where everybody may who reaches it.
        is_alone: Whether only this machine reaches the page.
    """

    models: tuple[str, ...] = ()
    host: str | None = None
    port: int | None = None
    max_characters: int = 100_000
    max_labels: int = 100
    max_tasks: int = 12
    max_structures: int = 12
    max_fields: int = 40
    max_rows: int = 10_000
    max_file_bytes: int = 20_000_000
    queue_size: int = 50
    open_models: bool = False
    max_models: int = 3
    mcp: bool = False
    database: str | None = None
    can_store: bool = True
    precision: str = "float32"
    backup: str | None = None
    backup_minutes: int = 5
    backup_submits: int = 20
    password: str | None = field(default=None, repr=False)
    is_alone: bool = True

    def runs_folder(self) -> Path:
        """Return where training runs lie: beside the database's file, else in the user's data folder."""
        from storage.engine import default_path  # the database's libraries load when they are needed

        return (self._store_file() or default_path()).parent / "runs"

    def backed_up_file(self) -> Path | None:
        """Return the database that snapshots are made of; None if none are."""
        return self._store_file() if self.backup and self.can_store else None

    def has_store(self) -> bool:
        """Whether there is a store, so that nothing is made by looking."""
        path = self._store_file()
        return self.can_store and (path is None or path.is_file())

    def _store_file(self) -> Path | None:
        """Return the database's file; None if it is on a server."""
        from storage.engine import url_of  # see above

        url = url_of(self.database)
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the command line; where it is silent, `WORKBENCH_MODEL`, `WORKBENCH_PRECISION`, `DATABASE_URL`, one per limit.

    Args:
        arguments: Without the program's name.
        environment: The process's; Gradio reads GRADIO_SERVER_NAME and GRADIO_SERVER_PORT itself.

    Returns:
        The settings.
    """
    parser = argparse.ArgumentParser(prog="app.py", description="Serves the GLiNER2 Workbench in the browser.")
    parser.add_argument("--host", help="address to listen on (127.0.0.1; 0.0.0.0 for all)")
    parser.add_argument("--port", type=_port, metavar="N", help="port (the first free one from 7860 on)")
    parser.add_argument(
        "--model", action="append", metavar="M",
        help="checkpoint folder or hub id that answers instead of the embedded one; give it again for more to choose from",
    )  # fmt: skip
    parser.add_argument(
        "--open-models", action=argparse.BooleanOptionalAction,
        help="let visitors open any folder of this machine and any hub id (only where nobody else reaches the page)",
    )  # fmt: skip
    parser.add_argument("--mcp", action="store_true", help="offer the endpoints as tools to MCP clients, too")
    parser.add_argument(
        "--db", metavar="D",
        help="where corrections are kept: a SQLite file or an address (DATABASE_URL; else a file in the user's data folder, "
        "and nothing where others reach the page without a password)",
    )  # fmt: skip
    parser.add_argument(
        "--precision", choices=PRECISIONS,
        help="what models multiply in (float32; `python -m gliner2_core check-precision` compares them)",
    )  # fmt: skip
    parser.add_argument(
        "--backup", metavar="B",
        help="where snapshots of the database go, and are taken back from at the start: a private dataset on the hub "
        "(owner/name; HF_TOKEN must be allowed to write it) or a folder",
    )  # fmt: skip
    parser.add_argument(
        "--password-file", type=Path, metavar="F",
        help="a file whose first line is the password that visitors sign in with (WORKBENCH_PASSWORD); corrections are then "
        "theirs by the name they signed in with",
    )  # fmt: skip
    limits = parser.add_argument_group("limits", "Each with its default; WORKBENCH_MAX_ROWS and so on set them, too.")
    for name, words in LIMITS.items():
        option = f"--{name.replace('_', '-')}"
        default = getattr(Settings(), name)
        limits.add_argument(option, type=_limit, metavar="N", help=f"{words} ({default:,})")
    args = parser.parse_args(arguments)
    named = args.model or [environment[key] for key in ("WORKBENCH_MODEL",) if environment.get(key)]
    host = args.host or environment.get("GRADIO_SERVER_NAME")
    is_alone = host in (None, "", *LOOPBACK) and "SPACE_ID" not in environment
    is_open = is_alone if args.open_models is None else args.open_models
    database = args.db or environment.get("DATABASE_URL") or None
    password = _password(parser, args.password_file, environment)
    backup = args.backup or environment.get("WORKBENCH_BACKUP") or None
    if backup and database and "://" in database and not database.startswith("sqlite"):
        parser.error("--backup copies a SQLite file; a database on a server has its own backups")
    can_store = is_alone or password is not None or database is not None
    return Settings(
        tuple(named), args.host, args.port,
        open_models=is_open, mcp=args.mcp, database=database, can_store=can_store,
        precision=args.precision or _precision(parser, environment), backup=backup,
        password=password, is_alone=is_alone,
        **_limits(parser, args, environment),
    )  # fmt: skip


def _precision(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> str:
    named = environment.get("WORKBENCH_PRECISION") or PRECISIONS[0]
    if named not in PRECISIONS:
        parser.error(f"WORKBENCH_PRECISION: {named!r} is unknown; allowed are {', '.join(PRECISIONS)}")
    return named


def _password(parser: argparse.ArgumentParser, file: Path | None, environment: Mapping[str, str]) -> str | None:
    """Return the password; never from the command line itself, which other users of a machine can read."""
    where, password = "WORKBENCH_PASSWORD", environment.get("WORKBENCH_PASSWORD")
    if file is not None:
        where = str(file)
        try:
            password = (file.read_text(encoding="utf-8").splitlines() or [""])[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            parser.error(f"--password-file {file}: cannot be read: {error}")
    if password is not None and len(password) < LEAST_PASSWORD:
        parser.error(f"{where}: the password has {len(password)} characters, at least {LEAST_PASSWORD} are needed")
    return password


def _limits(parser: argparse.ArgumentParser, args: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the limits that are set, those of the command line before those of the environment."""
    found = {}
    for name in LIMITS:
        variable = f"WORKBENCH_{name.upper()}"
        try:
            found[name] = getattr(args, name) or (_limit(environment[variable]) if environment.get(variable) else None)
        except argparse.ArgumentTypeError as error:
            parser.error(f"{variable}: {error}")
    return {name: value for name, value in found.items() if value is not None}


def _limit(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no limit: give a whole number from 1 on")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")
    return int(text)
