"""Rows ↔ records: the queries that more than one verb of the store needs; each runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from storage.errors import NotFoundError
from storage.hashing import Split, canonical_json, normal_hash, schema_id, split_of, text_hash
from storage.models import (
    NO_CONFIDENCE,
    Annotation,
    Document,
    PredictionRow,
    Project,
    RecordLabel,
    RecordRow,
    RevisionRow,
    SchemaRow,
    now,
)
from storage.outputs import Output
from storage.records import Checkpoint, Head, Record, Revision, Status, Unread

_SHUFFLED = 2**31 - 1


def project_id(session: Session, name: str, owner: str | None = None) -> int:
    """Return a project's id by the name under which it is stored; where missing, it is made and belongs to the owner."""
    insert_missing(session, Project, {"name": name, "owner": owner, "created_at": now()})
    return session.scalars(select(Project.id).where(Project.name == name)).one()


def schema_row(session: Session, schema: Mapping[str, Any]) -> str:
    """Return a schema's id; stored where missing."""
    known = schema_id(schema)
    insert_missing(session, SchemaRow, {"id": known, "body": canonical_json(schema), "created_at": now()})
    return known


def add_record(session: Session, project: int, schema: str, text: str, source: str | None) -> tuple[int, bool]:
    """Return the record of a text under a schema, and whether it is new; document and record are made where missing."""
    exact, normal = text_hash(text), normal_hash(text)
    values = {
        "project_id": project, "text": text, "sha256": exact, "normal_sha256": normal, "split": split_of(normal),
        "source": source, "meta": {}, "created_at": now(),
    }  # fmt: skip
    document = insert_missing(session, Document, values)
    if document is None:
        known = select(Document.id).where(Document.project_id == project, Document.sha256 == exact)
        document = session.scalars(known).one()
    shuffle = int(text_hash(exact + schema)[:8], 16) % _SHUFFLED
    names = {"project_id": project, "document_id": document, "schema_id": schema}
    record = insert_missing(
        session, RecordRow, {**names, "shuffle": shuffle, "least_confidence": NO_CONFIDENCE, "created_at": now()}
    )
    if record is not None:
        return record, True
    found = select(RecordRow.id).where(RecordRow.document_id == document, RecordRow.schema_id == schema)
    return session.scalars(found).one(), False


def add_prediction(session: Session, record: int, output: Output, checkpoint: Checkpoint) -> int:
    """Insert a prediction and make it the record's newest; returns its id."""
    made = PredictionRow(
        record_id=record,
        checkpoint=checkpoint.name,
        revision=checkpoint.revision,
        params=dict(checkpoint.params),
        output=output.model_dump(mode="json"),
    )
    session.add(made)
    session.flush()
    newest = {"prediction_id": made.id, "least_confidence": least_of(output)}
    session.execute(update(RecordRow).where(RecordRow.id == record).values(**newest))
    has_annotation = select(Annotation.id).where(Annotation.record_id == record).exists()
    # Labels of an earlier prediction go; those that a person confirmed stay.
    session.execute(delete(RecordLabel).where(RecordLabel.record_id == record, ~has_annotation))
    add_labels(session, record, output)
    return made.id


def predicted(session: Session, prediction: int | None) -> Output | None:
    """Return what a prediction said; None without one."""
    if prediction is None:
        return None
    return output_of(session.scalars(select(PredictionRow.output).where(PredictionRow.id == prediction)).one())


def let_go(session: Session) -> None:
    """Write what is changed and forget every row that the session holds.

    Many a statement looks through all of them: with 10,000 records that took minutes.
    """
    session.flush()
    session.expunge_all()


def least_of(output: Output | None) -> float:
    """Return the least confidence as it is stored: `NO_CONFIDENCE` without a prediction, or without findings."""
    least = None if output is None else output.least_confidence()
    return NO_CONFIDENCE if least is None else least


def add_labels(session: Session, record: int, output: Output) -> None:
    """Let a record be found by everything that an output holds."""
    for label in sorted(output.labels()):
        insert_missing(session, RecordLabel, {"record_id": record, "label": label})


def insert_missing(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> Any:
    """Insert a row unless one with the same key is there, also when two do so at once; returns its id, else None."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    target = cast(Table, table.__table__)
    made = dialect.insert(target).values(**values).on_conflict_do_nothing().returning(target.c.id)
    return session.connection().execute(made).scalar()


def text_and_schema(session: Session, record: int) -> tuple[str, dict[str, Any]]:
    """Return a record's text and the body of its schema.

    Raises:
        NotFoundError: If there is no such record.
    """
    found = session.execute(
        select(Document.text, SchemaRow.body)
        .select_from(RecordRow)
        .join(Document, Document.id == RecordRow.document_id)
        .join(SchemaRow, SchemaRow.id == RecordRow.schema_id)
        .where(RecordRow.id == record)
    ).first()
    if found is None:
        raise NotFoundError(f"there is no record {record}")
    return found.text, json.loads(found.body)


def unread_ids(project: str, checkpoint: str | None = None) -> Select[int]:
    """Return the query for records that nobody has finished and no model has read, or not this one as the newest."""
    is_finished = select(Annotation.id).where(Annotation.record_id == RecordRow.id, Annotation.status != "draft").exists()
    is_unread: ColumnElement[bool] = RecordRow.prediction_id.is_(None)
    if checkpoint is not None:
        by_it = select(PredictionRow.id).where(
            PredictionRow.id == RecordRow.prediction_id, PredictionRow.checkpoint == checkpoint
        )
        is_unread = is_unread | ~by_it.exists()
    return (
        select(RecordRow.id)
        .join(Project, Project.id == RecordRow.project_id)
        .where(Project.name == project, is_unread, ~is_finished)
    )


def unread(session: Session, project: str, checkpoint: str | None, after: int, most: int) -> list[Unread]:
    """Return such records behind one, in the order in which they came."""
    asked = unread_ids(project, checkpoint).where(RecordRow.id > after).order_by(RecordRow.id).limit(most)
    found = session.scalars(asked).all()
    return [Unread(record, *text_and_schema(session, record)) for record in found]


def record_of(session: Session, record: int, annotator: str) -> Record:
    """Return a record as one annotator sees it.

    Raises:
        NotFoundError: If there is no such record.
    """
    text, schema = text_and_schema(session, record)
    row = session.get_one(RecordRow, record)
    document = session.get_one(Document, row.document_id)
    prediction = None if row.prediction_id is None else session.get_one(PredictionRow, row.prediction_id)
    head = session.scalars(
        select(Annotation).where(Annotation.record_id == record, Annotation.annotator == annotator)
    ).first()
    return Record(
        record,
        session.get_one(Project, row.project_id).name,
        text,
        cast(Split, document.split),
        schema,
        document.source,
        row.prediction_id,
        None if prediction is None else output_of(prediction.output),
        None if prediction is None else Checkpoint(prediction.checkpoint, prediction.revision, prediction.params),
        None if head is None else head_of(head),
    )


def head_of(row: Annotation) -> Head:
    """Return the newest version of an annotation."""
    return Head(row.id, row.annotator, cast(Status, row.status), row.rev, output_of(row.output), row.updated_at)


def revision_of(row: RevisionRow) -> Revision:
    """Return a saved version."""
    return Revision(row.rev, cast(Status, row.status), output_of(row.output), row.action, row.seconds, row.created_at)


def output_of(stored: Mapping[str, Any]) -> Output:
    """Return an output as it was stored."""
    return Output.model_validate_json(json.dumps(stored))
