"""How a version of an annotation is written: compared with what is stored, kept beside all earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from storage.errors import NotFoundError, StaleError
from storage.models import Annotation, PredictionRow, RevisionRow, now
from storage.outputs import Output
from storage.records import Head, Status
from storage.rows import add_labels, insert_missing


@dataclass(frozen=True, slots=True)
class Key:
    """Whose annotation of which record."""

    record_id: int
    annotator: str

    def matches(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that find it."""
        return Annotation.record_id == self.record_id, Annotation.annotator == self.annotator


@dataclass(frozen=True, slots=True)
class Version:
    """What is to be saved.

    Attributes:
        action: What happened: `save`, or `restore 3`.
        prediction_id: The prediction that it began with; None leaves what is stored.
        seconds: How long it took.
    """

    output: Output
    status: Status
    action: str
    prediction_id: int | None = None
    seconds: float | None = None


def write_version(session: Session, key: Key, version: Version, seen: int) -> Head:
    """Write a version inside the caller's transaction.

    Args:
        session: May write.
        key: Whose annotation.
        version: Checked against text and schema.
        seen: The revision that it began with; 0 if there was none.

    Raises:
        StaleError: If another revision is stored.
        NotFoundError: If the prediction is not one of this record.
    """
    _check_prediction(session, key, version.prediction_id)
    # Locks the row on PostgreSQL; SQLite lets only one writer in anyway.
    current = session.execute(select(Annotation.id, Annotation.rev).where(*key.matches()).with_for_update()).first()
    if seen != (stored := 0 if current is None else current.rev):
        raise StaleError(seen, stored)
    rev, at, output = seen + 1, now(), version.output.model_dump(mode="json")
    head: dict[str, Any] = {"status": version.status, "output": output, "updated_at": at, "rev": rev}
    if version.prediction_id is not None:
        head["prediction_id"] = version.prediction_id
    if current is None:
        names = {"record_id": key.record_id, "annotator": key.annotator}
        annotation = insert_missing(session, Annotation, {**names, **head, "created_at": at})
        if annotation is None:  # another first version came between
            raise StaleError(seen, 1)
    else:
        annotation = current.id
        session.execute(update(Annotation).where(Annotation.id == annotation).values(**head))
    add_labels(session, key.record_id, version.output)
    session.add(
        RevisionRow(
            annotation_id=annotation, rev=rev, status=version.status, output=output, action=version.action,
            seconds=version.seconds,
        )
    )  # fmt: skip
    return Head(annotation, key.annotator, version.status, rev, version.output, at)


def _check_prediction(session: Session, key: Key, prediction_id: int | None) -> None:
    if prediction_id is None:
        return
    found = session.get(PredictionRow, prediction_id)
    if found is None or found.record_id != key.record_id:
        raise NotFoundError(f"prediction {prediction_id} is not one of record {key.record_id}")
