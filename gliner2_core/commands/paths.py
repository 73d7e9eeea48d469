"""Files that a command writes must not be those that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gliner2_core.errors import InputError


def check_file(out: str | None) -> None:
    """Refuse what cannot be written, before any work is done.

    Args:
        out: The file that is written; None for none.

    Raises:
        InputError: If the file's folder is missing, or the path is a folder.
    """
    if out is not None and Path(out).is_dir():
        raise InputError(f"--out {out} is a folder; name a file")
    if out is not None and not Path(out).absolute().parent.is_dir():
        raise InputError(f"--out {out}: the folder does not exist; create it first")


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
