"""A PostgreSQL server of the tests' own, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAMS = Path("/usr/lib/postgresql")


def programs() -> Path:
    """Return the folder of initdb and pg_ctl."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(_PROGRAMS.glob("*/bin/initdb"))
    assert folders, "PostgreSQL is missing; `make test` installs it where apt allows (Debian: postgresql)"
    return folders[-1].parent


@contextmanager
def running() -> Iterator[str]:
    """Start a server; yields the address of its first database."""
    # The server refuses to run as root; the path of its socket must be short.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = [str(programs() / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        _run([str(programs() / "initdb"), "-D", str(folder / "data"), "-U", "tests", "-A", "trust", "-E", "UTF8"], user)
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], user)
        try:
            yield f"postgresql+psycopg://tests@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], user: str) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    options = {} if os.geteuid() else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr or done.stdout
