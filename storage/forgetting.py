"""Everything that one person left in the store, deleted for good."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Session

from storage.access import is_of
from storage.models import (
    Annotation,
    Document,
    ExportRow,
    Member,
    PredictionRow,
    Project,
    RecordLabel,
    RecordRow,
    RelabellingRow,
    RevisionRow,
    RunRow,
    SchemaRow,
)
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted: the person's projects and their records, and versions of corrections, also in others' projects."""

    projects: int
    records: int
    versions: int


def forget(session: Session, person: Person) -> Forgotten:
    """Delete a person's projects with everybody's work in them, and the person's own corrections elsewhere."""
    if session.get_bind().dialect.name == "sqlite":
        # Else the words stay readable in free pages of the file.
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
    projects = session.scalars(select(Project.id).where(Project.owner == person.subject)).all()
    records = select(RecordRow.id).where(RecordRow.project_id.in_(projects))
    shared = select(Member.project_id).where(is_of(person))
    elsewhere = select(RecordRow.id).where(RecordRow.project_id.in_(shared))
    is_gone = Annotation.record_id.in_(records) | (
        (Annotation.annotator == person.name) & Annotation.record_id.in_(elsewhere)
    )
    annotations = select(Annotation.id).where(is_gone)
    versions = RevisionRow.annotation_id.in_(annotations)
    found = Forgotten(len(projects), _number(session, records), _number(session, select(RevisionRow.id).where(versions)))
    _delete(
        session,
        (RevisionRow, versions),
        (Annotation, is_gone),
        (RecordLabel, RecordLabel.record_id.in_(records)),
        (PredictionRow, PredictionRow.record_id.in_(records)),
        (RecordRow, RecordRow.project_id.in_(projects)),
        (Document, Document.project_id.in_(projects)),
        (RunRow, RunRow.project_id.in_(projects)),
        (ExportRow, ExportRow.project_id.in_(projects)),
        (RelabellingRow, RelabellingRow.project_id.in_(projects)),
        (Member, Member.project_id.in_(projects) | is_of(person)),
        (Project, Project.id.in_(projects)),
        (SchemaRow, ~select(RecordRow.id).where(RecordRow.schema_id == SchemaRow.id).exists()),
    )
    return found


def _number(session: Session, query: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _delete(session: Session, *parts: tuple[type[DeclarativeBase], ColumnElement[bool]]) -> None:
    for table, condition in parts:
        session.execute(delete(table).where(condition).execution_options(synchronize_session=False))
