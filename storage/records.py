"""What the store hands out: plain values; rows of the database stay inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from storage.hashing import Split
from storage.outputs import Output

Status = Literal["draft", "submitted", "discarded"]
STATUSES: tuple[Status, ...] = ("draft", "submitted", "discarded")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which model predicted, and how it was asked.

    Attributes:
        name: Folder, hub id or the embedded one's name.
        revision: Of a hub model.
        params: Threshold, overlap policy, versions.
    """

    name: str
    revision: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest version of one annotator's annotation of a record."""

    id: int
    annotator: str
    status: Status
    rev: int
    output: Output
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One saved version.

    Attributes:
        rev: From 1 on.
        seconds: How long the annotator worked on it; None if not measured.
        action: What happened: `save`, or `restore 3`.
    """

    rev: int
    status: Status
    output: Output
    action: str
    seconds: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A document under a schema, with what a model said of it, and what one annotator made of that.

    Attributes:
        id: Of the record.
        schema: As `Schema.to_dict` writes it.
        prediction_id, prediction, checkpoint: Of the newest prediction; None without one.
        head: None while the annotator has saved nothing.
    """

    id: int
    project: str
    text: str
    split: Split
    schema: Mapping[str, Any]
    source: str | None
    prediction_id: int | None
    prediction: Output | None
    checkpoint: Checkpoint | None
    head: Head | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that no model has read yet.

    Attributes:
        schema: As `Schema.to_dict` writes it.
    """

    id: int
    text: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a text that was stored.

    Attributes:
        record_id: Of the text under the schema.
        prediction_id: None if it came without a prediction.
        is_new: Whether the project had no such text under this schema.
    """

    record_id: int
    prediction_id: int | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Texts:
    """What became of texts that were stored: how many are new, how many were there already."""

    added: int
    known: int


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that left the store.

    Attributes:
        filters: What was left out by whom it is or what it holds: `annotator`, `label`.
        sha256: Of its header file, which holds those of the others.
        counts: File → records.
        created_at: When; None before it is stored.
    """

    format: str
    filters: Mapping[str, str]
    sha256: str
    counts: Mapping[str, int]
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a project is.

    Attributes:
        records: All of them.
        draft, submitted, discarded: Records with an annotation of that status; one counts twice where annotators differ.
    """

    records: int
    draft: int = 0
    submitted: int = 0
    discarded: int = 0

    @property
    def pending(self) -> int:
        """Records that nobody has finished, at least."""
        return max(self.records - self.submitted - self.discarded, 0)
