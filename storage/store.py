"""The store: one verb, one transaction. Nothing that was said is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from storage import rows
from storage.access import Access
from storage.bulk_edits import BulkEdits
from storage.effort import seconds_of
from storage.engine import open_engine, reading, url_of, writing
from storage.errors import AccessError, NotFoundError, OutputError
from storage.forgetting import Forgotten, forget
from storage.formats.incoming import Incoming
from storage.migrate import migrate
from storage.models import Annotation, ExportRow, Project, RecordRow, RevisionRow
from storage.output_checks import check_output, check_text
from storage.outputs import Output
from storage.people import Person
from storage.queue import queue_page
from storage.queues import Cursor, QueueFilter, QueuePage
from storage.records import STATUSES, Added, Checkpoint, Counts, Exported, Head, Record, Revision, Status, Texts, Unread
from storage.runs import Runs
from storage.sharing import Sharing
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
        self._access = Access()
        migrate(self.engine)

    def as_seen_by(self, person: Person) -> AnnotationStore:
        """Return the same store as one person may use it: see `storage.access`; every verb also raises its errors."""
        seen = copy(self)
        seen._access = Access(person)
        return seen

    @property
    def runs(self) -> Runs:
        """Training runs."""
        return Runs(self.engine, self._access)

    @property
    def bulk(self) -> BulkEdits:
        """Changes of many records in one step."""
        return BulkEdits(self.engine, self._access)

    @property
    def sharing(self) -> Sharing:
        """Who projects are shared with."""
        return Sharing(self.engine, self._access)

    def key(self, project: str) -> str:
        """Return the name by which the store without a person knows a project: see `Access.key`.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return self._access.key(session, project)

    def forget(self) -> Forgotten:
        """Delete for good what the person left: their projects with all work in them, their corrections in others'.

        Raises:
            AccessError: If the store is used without a person.
            DatabaseError: If nothing could be deleted.
        """
        if self._access.person is None:
            raise AccessError("sign in first: it is not known whose data is meant")
        with writing(self.engine) as session:
            return forget(session, self._access.person)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def check_writable(self) -> None:
        """Begin a transaction that may write, and write nothing.

        Raises:
            DatabaseError: If the database is locked, read-only or gone.
        """
        with writing(self.engine):
            pass

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
        """Store what a model said of a text; project, schema, document and record are made where missing.

        Args:
            project: Its name.
            text: Stored as it is; line ends must be line feeds, as the browser counts them.
            schema: As `Schema.to_dict` writes it.
            output: What the model said.
            checkpoint: Which model, how it was asked.
            source: Where the text comes from, for people.

        Raises:
            OutputError: If the output does not fit text and schema, or the text cannot be kept exactly.
            DatabaseError: If nothing could be stored.
        """
        check_text(text)
        check_output(output, text, schema)
        with writing(self.engine) as session:
            record, is_new = rows.add_record(
                session, self._access.project_id(session, project), rows.schema_row(session, schema), text, source
            )
            return Added(record, rows.add_prediction(session, record, output, checkpoint), is_new)

    def add_texts(
        self, project: str, texts: Iterable[str], schema: Mapping[str, Any], *, source: str | None = None
    ) -> Texts:
        """Store texts that no model has read yet, all or none; texts that are there already are counted.

        Raises:
            OutputError: If a text cannot be kept exactly; the message gives its number.
            DatabaseError: If nothing could be stored.
        """
        added = known = 0
        with writing(self.engine) as session:
            to_project, under = self._access.project_id(session, project), rows.schema_row(session, schema)
            for number, text in enumerate(texts, 1):
                check_text(text, f"text {number}")
                _, is_new = rows.add_record(session, to_project, under, text, source)
                added, known = added + is_new, known + (not is_new)
        return Texts(added, known)

    def take(self, project: str, incoming: Incoming) -> bool:
        """Store a record that comes from a file, with what was said of it; one whose text is there already stays as it is.

        Args:
            project: Its name; made where missing.
            incoming: With schema, and with an annotator where it has an annotation.

        Returns:
            Whether the record is new.

        Raises:
            OutputError: If the text cannot be kept exactly, no schema is known, or an output does not fit.
            DatabaseError: If nothing could be stored.
        """
        check_text(incoming.text)
        if not incoming.schema:
            raise OutputError("it does not say which labels were looked for, and no schema is given")
        for output in filter(None, (incoming.output, incoming.prediction)):
            check_output(output, incoming.text, incoming.schema)
        with writing(self.engine) as session:
            schema = rows.schema_row(session, incoming.schema)
            record, is_new = rows.add_record(
                session, self._access.project_id(session, project), schema, incoming.text, incoming.source
            )
            if not is_new:
                return False
            prediction = None
            if incoming.prediction is not None and incoming.checkpoint is not None:
                prediction = rows.add_prediction(session, record, incoming.prediction, incoming.checkpoint)
            if incoming.output is not None:
                version = Version(incoming.output, incoming.status, "import", prediction)
                write_version(session, Key(record, incoming.annotator or ""), version, 0)
        return True

    def predicted(self, record_id: int, output: Output, checkpoint: Checkpoint) -> int:
        """Store what a model said of a record that is there; returns the prediction's id.

        Raises:
            NotFoundError: If there is no such record.
            OutputError: If the output does not fit it.
            DatabaseError: If nothing could be stored.
        """
        with writing(self.engine) as session:
            self._access.check_record(session, record_id)
            check_output(output, *rows.text_and_schema(session, record_id))
            return rows.add_prediction(session, record_id, output, checkpoint)

    def record(self, record_id: int, annotator: str) -> Record:
        """Return a record with its newest prediction and the annotator's newest version.

        Raises:
            NotFoundError: If there is no such record.
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            self._access.check_record(session, record_id, annotator)
            return rows.record_of(session, record_id, annotator)

    def save(
        self,
        record_id: int,
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
            record_id: Which record.
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
            NotFoundError: If there is no such record, or the prediction is not one of it.
            StaleError: If somebody saved since `seen`.
            DatabaseError: If nothing could be stored.
        """
        return self._save(Key(record_id, annotator), Version(output, status, "save", prediction_id, seconds), seen)

    def history(self, record_id: int, annotator: str) -> list[Revision]:
        """Return every version that the annotator saved, oldest first.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            self._access.check_record(session, record_id, annotator)
            found = session.scalars(
                select(RevisionRow)
                .join(Annotation, Annotation.id == RevisionRow.annotation_id)
                .where(*Key(record_id, annotator).matches())
                .order_by(RevisionRow.rev)
            )
            return [rows.revision_of(row) for row in found]

    def restore(self, record_id: int, annotator: str, *, rev: int, seen: int) -> Head:
        """Save an earlier version again, as the newest one.

        Raises:
            NotFoundError: If there is no such version.
            StaleError: If somebody saved since `seen`.
            OutputError: If the version does not fit, which a stored one does.
            DatabaseError: If nothing could be stored.
        """
        found = next((one for one in self.history(record_id, annotator) if one.rev == rev), None)
        if found is None:
            raise NotFoundError(f"there is no revision {rev} of record {record_id} by {annotator}")
        return self._save(Key(record_id, annotator), Version(found.output, found.status, f"restore {rev}"), seen)

    def unread(self, project: str, *, checkpoint: str | None = None, after: int = 0, most: int = 50) -> list[Unread]:
        """Return records that no model has read and nobody has finished, in the order in which they came.

        Args:
            project: Its name.
            checkpoint: Also those that another one than this has read last.
            after: Records up to this one are passed over.
            most: Records at once.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return rows.unread(session, self._access.key(session, project), checkpoint, after, most)

    def n_unread(self, project: str, *, checkpoint: str | None = None) -> int:
        """Return how many such records there are.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            waiting = rows.unread_ids(self._access.key(session, project), checkpoint)
            return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0

    def counts(self, project: str) -> Counts:
        """Return how much of a project is there and done; zeros if there is no such project.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            is_it = Project.name == self._access.key(session, project)
            everything = select(func.count(RecordRow.id)).join(Project).where(is_it)
            touched = (
                select(Annotation.status, func.count(Annotation.record_id.distinct()))
                .join(RecordRow, RecordRow.id == Annotation.record_id)
                .join(Project, Project.id == RecordRow.project_id)
                .where(is_it)
                .group_by(Annotation.status)
            )
            found: dict[str, int] = {status: number for status, number in session.execute(touched)}
            return Counts(session.scalar(everything) or 0, **{status: found.get(status, 0) for status in STATUSES})

    def projects(self) -> list[str]:
        """Return the names of all projects that are open, in alphabetical order.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return self._access.projects(session)

    def seconds(self, project: str) -> list[float]:
        """Return the seconds that each submitted correction of a project took, as far as they were measured.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return seconds_of(session, self._access.key(session, project))

    def queue(self, asked: QueueFilter, *, after: Cursor | None = None, most: int = 20) -> QueuePage:
        """Return a page of a queue.

        Args:
            asked: What is looked for, in which order.
            after: Where the page before ended; None for the first one.
            most: Lines of the page.

        Raises:
            OutputError: If the order or the status is none.
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            self._access.check_annotator(asked.annotator)
            return queue_page(session, replace(asked, project=self._access.key(session, asked.project)), after, most)

    def annotated(
        self, project: str, status: Status = "submitted", *, annotator: str | None = None, label: str | None = None
    ) -> Iterator[Record]:
        """Yield the annotations of a project that have a status, each with its record, in the order of their first version.

        Read page by page, a short transaction each, so that writers never wait for an export.

        Args:
            project: Its name.
            status: Of the annotations.
            annotator: Only this person's; None for all.
            label: Only those that hold it: a label, field, relation or chosen class; None for all.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        last = 0
        of_whom = () if annotator is None else (Annotation.annotator == annotator,)
        while True:
            with reading(self.engine) as session:
                key = self._access.key(session, project)
                page = session.execute(
                    select(Annotation.id, Annotation.record_id, Annotation.annotator)
                    .join(RecordRow, RecordRow.id == Annotation.record_id)
                    .join(Project, Project.id == RecordRow.project_id)
                    .where(Project.name == key, Annotation.status == status, Annotation.id > last, *of_whom)
                    .order_by(Annotation.id)
                    .limit(PAGE)
                ).all()
                records = [rows.record_of(session, one.record_id, one.annotator) for one in page]
            yield from (one for one in records if label is None or (one.head and label in one.head.output.labels()))
            if len(page) < PAGE:
                return
            last = page[-1].id

    def note_export(self, project: str, made: Exported) -> int:
        """Remember which file left the store; returns the number under which it is remembered.

        Raises:
            DatabaseError: If nothing could be stored.
        """
        with writing(self.engine) as session:
            row = ExportRow(
                project_id=self._access.project_id(session, project), format=made.format, filters=dict(made.filters),
                sha256=made.sha256, counts=dict(made.counts),
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.id

    def exports(self, project: str) -> list[Exported]:
        """Return which files of a project left the store, oldest first.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            key = self._access.key(session, project)
            found = select(ExportRow).join(Project, Project.id == ExportRow.project_id).where(Project.name == key)
            return [
                Exported(one.format, one.filters, one.sha256, one.counts, one.created_at)
                for one in session.scalars(found.order_by(ExportRow.id))
            ]

    def _save(self, key: Key, version: Version, seen: int) -> Head:
        if version.status not in STATUSES:
            raise OutputError(f"the status must be one of {', '.join(STATUSES)}, got {version.status!r}")
        if not key.annotator.strip():
            raise OutputError("the annotator's name is empty")
        with writing(self.engine) as session:
            self._access.check_record(session, key.record_id, key.annotator)
            check_output(version.output, *rows.text_and_schema(session, key.record_id))
            return write_version(session, key, version, seen)
