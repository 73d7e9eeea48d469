"""Rows ↔ records: the queries that more than one verb of the store needs; each runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from storage.errors import NotFoundError
from storage.hashing import Split, canonical_json, normal_hash, schema_id, split_of, text_hash
from storage.models import Annotation, Document, PredictionRow, Project, RevisionRow, SchemaRow, now
from storage.outputs import Output
from storage.records import Checkpoint, Head, Record, Revision, Status


def project_id(session: Session, name: str) -> int:
    """Return a project's id; made where missing."""
    insert_missing(session, Project, {"name": name, "created_at": now()})
    return session.scalars(select(Project.id).where(Project.name == name)).one()


def schema_row(session: Session, schema: Mapping[str, Any]) -> str:
    """Return a schema's id; stored where missing."""
    known = schema_id(schema)
    insert_missing(session, SchemaRow, {"id": known, "body": canonical_json(schema), "created_at": now()})
    return known


def document_id(session: Session, project: int, text: str, source: str | None) -> tuple[int, bool]:
    """Return the id of a text in a project and whether it is new there."""
    exact, normal = text_hash(text), normal_hash(text)
    made = insert_missing(
        session,
        Document,
        {
            "project_id": project, "text": text, "sha256": exact, "normal_sha256": normal, "split": split_of(normal),
            "source": source, "meta": {}, "created_at": now(),
        },
    )  # fmt: skip
    found = select(Document.id).where(Document.project_id == project, Document.sha256 == exact)
    return session.scalars(found).one(), made is not None


def insert_missing(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> Any:
    """Insert a row unless one with the same key is there, also when two do so at once; returns its id, else None."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    target = cast(Table, table.__table__)
    made = dialect.insert(target).values(**values).on_conflict_do_nothing().returning(target.c.id)
    return session.connection().execute(made).scalar()


def document_and_schema(session: Session, document: int, schema: str) -> tuple[Document, dict[str, Any]]:
    """Return a document and the body of a schema.

    Raises:
        NotFoundError: If one of them is not there.
    """
    found, body = session.get(Document, document), session.get(SchemaRow, schema)
    if found is None:
        raise NotFoundError(f"there is no document {document}")
    if body is None:
        raise NotFoundError(f"there is no schema {schema!r}")
    return found, json.loads(body.body)


def record(session: Session, document: int, schema: str, annotator: str) -> Record:
    """Return a document under a schema as one annotator sees it.

    Raises:
        NotFoundError: If document or schema is not there.
    """
    found, body = document_and_schema(session, document, schema)
    head = session.scalars(
        select(Annotation).where(
            Annotation.document_id == document, Annotation.schema_id == schema, Annotation.annotator == annotator
        )
    ).first()
    return _record(session, found, schema, body, head)


def annotated(session: Session, project: str, status: Status, *, after: int, most: int) -> list[tuple[int, Record]]:
    """Return the annotations of a project behind an id, each with its record."""
    found = session.execute(
        select(Annotation, Document, SchemaRow.body)
        .join(Document, Document.id == Annotation.document_id)
        .join(Project, Project.id == Document.project_id)
        .join(SchemaRow, SchemaRow.id == Annotation.schema_id)
        .where(Project.name == project, Annotation.status == status, Annotation.id > after)
        .order_by(Annotation.id)
        .limit(most)
    )
    return [
        (annotation.id, _record(session, document, annotation.schema_id, json.loads(body), annotation))
        for annotation, document, body in found
    ]


def _record(session: Session, document: Document, schema: str, body: dict[str, Any], head: Annotation | None) -> Record:
    prediction = session.scalars(
        select(PredictionRow)
        .where(PredictionRow.document_id == document.id, PredictionRow.schema_id == schema)
        .order_by(PredictionRow.id.desc())
        .limit(1)
    ).first()
    project = session.get_one(Project, document.project_id)
    return Record(
        document.id,
        project.name,
        document.text,
        cast(Split, document.split),
        schema,
        body,
        None if prediction is None else prediction.id,
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
