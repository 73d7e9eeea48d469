"""Files that a command writes must not be those that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gliner2_core.errors import InputError


def check_out(out: str | None, read: Iterable[str | None]) -> None:
    """Refuse to write over what is read, also through a link.

    Args:
        out: The file that is written; None for none.
        read: The files that are read; None for none, and names such as `-` that are no files are passed over.

    Raises:
        InputError: If both are one file.
    """
    for name in read:
        if out and name and Path(name).exists() and Path(out).exists() and Path(name).samefile(out):
            raise InputError(f"--out {out} is the file that is read; name another")
