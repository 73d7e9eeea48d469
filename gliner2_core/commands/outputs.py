"""What a command writes: a file that is opened when there is something for it, and lines that failed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from gliner2_core.commands.paths import check_file


class LazyFile:
    """A file that a run fills; opened at the first line, so that a run without an answer leaves the former file.

    Args:
        path: Where to write; None for standard output.

    Raises:
        InputError: If the file's folder is missing, or the path is a folder.
    """

    def __init__(self, path: str | None) -> None:
        check_file(path)
        self._path = path
        self._file: IO[str] | None = sys.stdout if path is None else None
        self.n_lines = 0

    def write(self, line: str) -> None:
        """Write one line."""
        if self._file is None:
            assert self._path is not None
            self._file = Path(self._path).open("w", encoding="utf-8")  # noqa: SIM115 (closed at the end of the run)
        self._file.write(line + "\n")
        self.n_lines += 1

    def flush(self) -> None:
        """Hand over to the system what is written."""
        if self._file is not None:
            self._file.flush()

    def __enter__(self) -> LazyFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()


class FailedLines:
    """Tells which lines failed and why; a reason that many lines share one after the other is told once."""

    def __init__(self) -> None:
        self.count = 0
        self._reason = ""
        self._more: list[int] = []

    def add(self, line: int, reason: str) -> None:
        """Tell of a line, or keep it for later if the last one failed for the same reason."""
        self.count += 1
        if reason == self._reason:
            self._more.append(line)
            return
        self.flush()
        self._reason = reason
        print(f"line {line}: {reason}", file=sys.stderr)

    def flush(self) -> None:
        """Tell of the lines that were kept."""
        if len(self._more) == 1:
            print(f"line {self._more[0]}: the same", file=sys.stderr)
        elif self._more:
            print(f"lines {self._more[0]} to {self._more[-1]}: {len(self._more)} times the same", file=sys.stderr)
        self._more.clear()
        self._reason = ""
