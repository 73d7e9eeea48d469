"""The store: one verb, one transaction. Nothing that was said is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from storage import rows
from storage.engine import open_engine, reading, url_of, writing
from storage.errors import NotFoundError, OutputError
from storage.migrate import migrate
from storage.models import Annotation, Document, PredictionRow, Project, RevisionRow
from storage.output_checks import check_output
from storage.outputs import Output
from storage.records import STATUSES, Added, Checkpoint, Counts, Head, Record, Revision, Status
from storage.versions import Key, Version, write_version

PAGE = 200
"""Records that are read at once while all are walked."""


class AnnotationStore:
    """Documents, predictions and corrections in a database.

    Args:
        database: A SQLite file, an address such as `postgresql+psycopg://user@host/name`, or None for the file in the
            user's data folder. Its tables are made, or brought to this version.

    Raises:
        DatabaseError: If it cannot be opened.
        NewerDatabaseError: If a newer version of the workbench wrote it.
    """

    def __init__(self, database: str | Path | None = None) -> None:
        self.engine: Engine = open_engine(url_of(database))
        migrate(self.engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def add_prediction(
        self,
        project: str,
        text: str,
        schema: Mapping[str, Any],
        output: Output,
        checkpoint: Checkpoint,
        *,
        source: str | None = None,
    ) -> Added:
        """Store what a model said of a text; project, schema and document are made where missing.

        Args:
            project: Its name.
            text: Stored as it is; line ends must be line feeds, as the browser counts them.
            schema: As `Schema.to_dict` writes it.
            output: What the model said.
            checkpoint: Which model, how it was asked.
            source: Where the text comes from, for people.

        Raises:
            OutputError: If the output does not fit text and schema, or the text has other line ends or lone surrogates.
            DatabaseError: If nothing could be stored.
        """
        _check_text(text)
        check_output(output, text, schema)
        with writing(self.engine) as session:
            project_id = rows.project_id(session, project)
            known = rows.schema_row(session, schema)
            document, is_new = rows.document_id(session, project_id, text, source)
            prediction = PredictionRow(
                document_id=document,
                schema_id=known,
                checkpoint=checkpoint.name,
                revision=checkpoint.revision,
                params=dict(checkpoint.params),
                output=output.model_dump(mode="json"),
                least_confidence=output.least_confidence(),
            )
            session.add(prediction)
            session.flush()
            return Added(document, known, prediction.id, is_new)

    def record(self, document_id: int, schema: str, annotator: str) -> Record:
        """Return a document with its newest prediction and the annotator's newest version.

        Raises:
            NotFoundError: If there is no such document or schema.
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return rows.record(session, document_id, schema, annotator)

    def save(
        self,
        document_id: int,
        schema: str,
        annotator: str,
        output: Output,
        status: Status,
        *,
        seen: int,
        prediction_id: int | None = None,
        seconds: float | None = None,
    ) -> Head:
        """Store a version of an annotation.

        Args:
            document_id: Which document.
            schema: The schema's id.
            annotator: Who saves.
            output: The whole annotation.
            status: What it is from now on.
            seen: The revision that the annotator began with; 0 if there was none.
            prediction_id: The prediction that it began with.
            seconds: How long it took.

        Returns:
            What is stored now.

        Raises:
            OutputError: If the output does not fit the stored text and schema, or the status is none.
            NotFoundError: If there is no such document, schema or prediction.
            StaleError: If somebody saved since `seen`.
            DatabaseError: If nothing could be stored.
        """
        version = Version(output, status, "save", prediction_id, seconds)
        return self._save(Key(document_id, schema, annotator), version, seen)

    def history(self, document_id: int, schema: str, annotator: str) -> list[Revision]:
        """Return every version that the annotator saved, oldest first.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            found = session.scalars(
                select(RevisionRow)
                .join(Annotation, Annotation.id == RevisionRow.annotation_id)
                .where(*Key(document_id, schema, annotator).matches())
                .order_by(RevisionRow.rev)
            )
            return [rows.revision_of(row) for row in found]

    def restore(self, document_id: int, schema: str, annotator: str, *, rev: int, seen: int) -> Head:
        """Save an earlier version again, as the newest one.

        Raises:
            NotFoundError: If there is no such version.
            StaleError: If somebody saved since `seen`.
            OutputError: If the version does not fit, which a stored one does.
            DatabaseError: If nothing could be stored.
        """
        found = next((one for one in self.history(document_id, schema, annotator) if one.rev == rev), None)
        if found is None:
            raise NotFoundError(f"there is no revision {rev} of this record by {annotator}")
        version = Version(found.output, found.status, f"restore {rev}")
        return self._save(Key(document_id, schema, annotator), version, seen)

    def counts(self, project: str) -> Counts:
        """Return how much of a project is there and done; zeros if there is no such project.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            documents = session.scalar(select(func.count(Document.id)).join(Project).where(Project.name == project)) or 0
            touched = (
                select(Annotation.status, func.count(Annotation.document_id.distinct()))
                .join(Document, Document.id == Annotation.document_id)
                .join(Project, Project.id == Document.project_id)
                .where(Project.name == project)
                .group_by(Annotation.status)
            )
            found: dict[str, int] = {status: number for status, number in session.execute(touched)}
            return Counts(documents, **{status: found.get(status, 0) for status in STATUSES})

    def projects(self) -> list[str]:
        """Return all projects' names in alphabetical order.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return list(session.scalars(select(Project.name).order_by(Project.name)))

    def annotated(self, project: str, status: Status = "submitted") -> Iterator[Record]:
        """Yield the records of a project that have a status, in the order in which their documents came.

        Read page by page, a short transaction each, so that writers never wait for an export.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        last = 0
        while True:
            with reading(self.engine) as session:
                page = rows.annotated(session, project, status, after=last, most=PAGE)
            for annotation_id, record in page:
                last = annotation_id
                yield record
            if len(page) < PAGE:
                return

    def _save(self, key: Key, version: Version, seen: int) -> Head:
        if version.status not in STATUSES:
            raise OutputError(f"the status must be one of {', '.join(STATUSES)}, got {version.status!r}")
        if not key.annotator.strip():
            raise OutputError("the annotator's name is empty")
        with writing(self.engine) as session:
            document, body = rows.document_and_schema(session, key.document_id, key.schema_id)
            check_output(version.output, document.text, body)
            return write_version(session, key, version, seen)


def _check_text(text: str) -> None:
    if "\r" in text:
        raise OutputError("the text has carriage returns; browsers count line ends as line feeds, so write them so")
    if any("\ud800" <= one <= "\udfff" for one in text):
        raise OutputError("the text has half of a character (a lone surrogate); repair its encoding")
    if "\0" in text:
        raise OutputError("the text has a NUL character, which databases cannot keep; remove it")
