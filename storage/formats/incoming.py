"""A record that comes from a file: a text, what it was asked, and what a person or a model said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.errors import StorageError
from storage.outputs import Output
from storage.records import Checkpoint, Status


class IncomingError(StorageError):
    """A line of a file cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What one line holds.

    Attributes:
        text: With line feeds.
        schema: As `Schema.to_dict` writes it; None where the line says none.
        output: What a person confirmed; None for a text that is still to be corrected.
        annotator: Who confirmed it; None where the line does not say.
        status: Of the annotation.
        prediction, checkpoint: What a model said, and which.
        source: Where the text comes from.
    """

    text: str
    schema: Mapping[str, Any] | None = None
    output: Output | None = None
    annotator: str | None = None
    status: Status = "submitted"
    prediction: Output | None = None
    checkpoint: Checkpoint | None = None
    source: str | None = None


def text_of(value: Any, name: str) -> str:
    """Return a text with line feeds.

    Raises:
        IncomingError: If it is none, or has carriage returns among offsets, which would shift them.
    """
    if not isinstance(value, str) or not value.strip():
        raise IncomingError(f"{name} must be a text that is not empty, got {value!r:.60}")
    if "\r" in value:
        raise IncomingError(f"{name} has carriage returns; its offsets would shift, so write line feeds and count anew")
    return value


def listed(value: Any, name: str) -> list[Any]:
    """Return a list.

    Raises:
        IncomingError: If it is none.
    """
    if not isinstance(value, list):
        raise IncomingError(f"{name} must be a list, got {value!r:.60}")
    return value


def mapped(value: Any, name: str) -> Mapping[str, Any]:
    """Return an object.

    Raises:
        IncomingError: If it is none.
    """
    if not isinstance(value, dict):
        raise IncomingError(f"{name} must be an object, got {value!r:.60}")
    return value


def schema_of(labels: Iterable[str], tasks: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any] | None:
    """Return the schema that asks for labels and tasks; None if there are none."""
    entities: dict[str, Any] = {label: {} for label in labels}
    schema = {**({"entities": entities} if entities else {}), **({"classifications": list(tasks)} if tasks else {})}
    return schema or None
