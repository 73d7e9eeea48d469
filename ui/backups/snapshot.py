"""A snapshot, and the list of those that are kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage.errors import BackupError

LISTED = "snapshots.json"
"""The list's file."""
KEPT = 5
"""So many snapshots are kept, the newest first."""
LARGEST = 2_000_000_000
"""Bytes; a larger file is refused before it is fetched."""
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Snapshot(BaseModel):
    """One copy of the database.

    Attributes:
        file: Its name beside the list; nothing but a name.
        sha256: Of the file.
        size: In bytes.
        made_at: When.
        n_saved: Versions of corrections that it holds.
    """

    model_config = _STRICT

    file: Annotated[str, Field(pattern=re.compile(r"^corrections-[0-9TZ]{16}(-[0-9]+)?\.sqlite3$"))]
    sha256: Annotated[str, Field(pattern=re.compile(r"^[0-9a-f]{64}$"))]
    size: Annotated[int, Field(ge=0, le=LARGEST)]
    made_at: datetime
    n_saved: Annotated[int, Field(ge=0)]


class SnapshotList(BaseModel):
    """The list.

    Attributes:
        version: Of this format.
        snapshots: Newest first.
    """

    model_config = _STRICT

    version: Literal[1] = 1
    snapshots: Annotated[tuple[Snapshot, ...], Field(max_length=100)] = ()

    def with_newest(self, snapshot: Snapshot) -> SnapshotList:
        """Return the list with one more, without those that are kept no longer."""
        return SnapshotList(snapshots=(snapshot, *self.snapshots)[:KEPT])

    def with_only(self, snapshot: Snapshot) -> SnapshotList:
        """Return a list of this one alone."""
        return SnapshotList(snapshots=(snapshot,))

    def has_newest(self, snapshot: Snapshot) -> bool:
        """Whether the newest one has the same content."""
        return bool(self.snapshots) and self.snapshots[0].sha256 == snapshot.sha256

    def without(self, other: SnapshotList) -> list[str]:
        """Return the files that this list names and the other does not."""
        kept = {one.file for one in other.snapshots}
        return [one.file for one in self.snapshots if one.file not in kept]


def read_list(content: bytes | None, where: str) -> SnapshotList:
    """Read the list; None, where there is none yet, is an empty one.

    Raises:
        BackupError: If it is damaged, or somebody wrote into it what no list says.
    """
    if content is None:
        return SnapshotList()
    try:
        return SnapshotList.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise BackupError(f"{where}: {LISTED} is no list of snapshots: {first['msg']}; remove or mend it there") from error


def describe(path: Path, n_saved: int, taken: Sequence[Snapshot]) -> Snapshot:
    """Return what the list says of a file that was just made."""
    now = datetime.now(UTC)
    stem = f"corrections-{now:%Y%m%dT%H%M%SZ}"
    names = {one.file for one in taken}
    name, number = f"{stem}.sqlite3", 1
    while name in names:
        name, number = f"{stem}-{number}.sqlite3", number + 1
    return Snapshot(file=name, sha256=sha256_of(path), size=path.stat().st_size, made_at=now, n_saved=n_saved)


def sha256_of(path: Path) -> str:
    """Return a file's checksum."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
