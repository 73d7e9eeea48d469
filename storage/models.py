"""The tables. No queries here, no rules beyond what the database itself can keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

NO_CONFIDENCE = 2.0


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps none, so that it is written without and read with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write in UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Of all tables."""

    metadata = MetaData(naming_convention=_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,  # not JSONB, which loses the order of fields
        datetime: UtcDateTime,
    }


class Project(Base):
    """Documents that belong together.

    Attributes:
        name: `maker/name` where it has an owner.
        owner: The account that made it; None where nobody signs in.
    """

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    owner: Mapped[str | None] = mapped_column(String(200), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Member(Base):
    """Somebody whom a project was shared with.

    Attributes:
        name: Of the account when it was named, in lower case.
        subject: The account, from when it first signed in.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(200), index=True)
    subject: Mapped[str | None] = mapped_column(String(200), index=True)


class SchemaRow(Base):
    """A schema, known by the hash of its JSON; never changed."""

    __tablename__ = "schemas"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Document(Base):
    """A text; never changed."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("project_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    normal_sha256: Mapped[str] = mapped_column(String(64), index=True)
    split: Mapped[str] = mapped_column(String(8))
    source: Mapped[str | None] = mapped_column(String(500))
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecordRow(Base):
    """A document that is to be annotated under a schema: what a queue holds.

    Attributes:
        prediction_id, least_confidence: Of the newest prediction, kept here so that a queue is read from one index;
            `NO_CONFIDENCE` where there is no prediction or nothing in it, which sorts behind all others.
        shuffle: A place in a random order that never changes.
    """

    __tablename__ = "records"
    __table_args__ = (
        UniqueConstraint("document_id", "schema_id"),
        Index("ix_records_arrival", "project_id", "id"),
        Index("ix_records_uncertain", "project_id", "least_confidence", "id"),
        Index("ix_records_random", "project_id", "shuffle", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    schema_id: Mapped[str] = mapped_column(ForeignKey("schemas.id"))
    prediction_id: Mapped[int | None]
    least_confidence: Mapped[float] = mapped_column(default=NO_CONFIDENCE)
    shuffle: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecordLabel(Base):
    """A label, field, relation or chosen class that a record's newest prediction or an annotation of it holds."""

    __tablename__ = "record_labels"
    __table_args__ = (UniqueConstraint("label", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    label: Mapped[str] = mapped_column(String(300))


class PredictionRow(Base):
    """What a model said of a record; inserted, never changed."""

    __tablename__ = "predictions"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    checkpoint: Mapped[str] = mapped_column(String(500))
    revision: Mapped[str | None] = mapped_column(String(100))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    output: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Annotation(Base):
    """The newest version of what one annotator made of a record."""

    __tablename__ = "annotations"
    __table_args__ = (
        UniqueConstraint("record_id", "annotator"),
        Index("ix_annotations_queue", "annotator", "status", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    annotator: Mapped[str] = mapped_column(String(200))
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"))
    status: Mapped[str] = mapped_column(String(16))
    rev: Mapped[int]
    output: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class RevisionRow(Base):
    """Every version that was ever saved; inserted, never changed."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("annotation_id", "rev"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotations.id"))
    rev: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    output: Mapped[dict[str, Any]]
    action: Mapped[str] = mapped_column(String(40))
    seconds: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class RelabellingRow(Base):
    """An entity label that was renamed, merged into another one or deleted over a whole project, in one step.

    Attributes:
        becomes: The label from then on; None if it was deleted.
        changes: What its undoing needs: `records` as [record, schema before, prediction before], and `annotations` as
            [annotation, revision before].
    """

    __tablename__ = "relabellings"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    label: Mapped[str] = mapped_column(String(300))
    becomes: Mapped[str | None] = mapped_column(String(300))
    changes: Mapped[dict[str, Any]]
    is_undone: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ExportRow(Base):
    """A file that left the store."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    format: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RunRow(Base):
    """A training run."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    folder: Mapped[str] = mapped_column(String(500), default="", server_default="")
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    base_checkpoint: Mapped[str] = mapped_column(String(500))
    export_id: Mapped[int | None] = mapped_column(ForeignKey("exports.id"))
    status: Mapped[str] = mapped_column(String(16), index=True)
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    artifact: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
