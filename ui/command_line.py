"""The command line and the environment → settings; read once."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ui.settings import LIMITS, PRECISIONS, Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""
LEAST_PASSWORD = 8
"""Characters."""


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
    has_accounts = password is None and _has_sign_in(parser, environment)
    can_store = is_alone or password is not None or database is not None or has_accounts
    return Settings(
        tuple(named), args.host, args.port,
        open_models=is_open, mcp=args.mcp, database=database, can_store=can_store,
        precision=args.precision or _precision(parser, environment), backup=backup,
        password=password, is_alone=is_alone, is_behind_proxy="SPACE_ID" in environment,
        has_json_log=_has_json_log(parser, environment),
        has_accounts=has_accounts, admins=_admins(environment),
        **_limits(parser, args, environment),
    )  # fmt: skip


def _has_sign_in(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> bool:
    """Whether this is a Space that the hub gave an application for signing in to, as `hf_oauth: true` asks for."""
    if environment.get("SYSTEM") != "spaces" or not environment.get("OAUTH_CLIENT_ID"):
        return False
    needed = ("SPACE_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL")
    if missing := [name for name in needed if not environment.get(name)]:
        parser.error(f"OAUTH_CLIENT_ID is set, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not")
    return True


def _has_json_log(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> bool:
    """Whether WORKBENCH_LOG is `json`; it is without being said on a Space."""
    named = environment.get("WORKBENCH_LOG") or ("json" if "SPACE_ID" in environment else "text")
    if named not in ("json", "text"):
        parser.error(f"WORKBENCH_LOG: {named!r} is unknown; allowed are json, text")
    return named == "json"


def _admins(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the accounts of WORKBENCH_ADMINS, in lower case; whose Space it is without it."""
    named = environment.get("WORKBENCH_ADMINS") or environment.get("SPACE_AUTHOR_NAME") or ""
    return tuple(name.strip().lower() for name in named.split(",") if name.strip())


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
