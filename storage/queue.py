"""The queue of records, read from the database. A page costs the same wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.errors import OutputError
from storage.models import NO_CONFIDENCE, Annotation, Document, Project, RecordLabel, RecordRow
from storage.queues import Cursor, QueueFilter, QueueLine, QueuePage
from storage.records import STATUSES, Status

SHOWN = 160
"""Characters of a text in a queue's line."""
_ORDERS: Mapping[str, Any] = {
    "uncertain": RecordRow.least_confidence,
    "arrival": RecordRow.id,
    "random": RecordRow.shuffle,
}


def queue_page(session: Session, asked: QueueFilter, after: Cursor | None, most: int) -> QueuePage:
    """Return a page; one line more than shown is read, to know whether there is a next one.

    Raises:
        OutputError: If the order or the status is none.
    """
    if asked.order not in _ORDERS:
        raise OutputError(f"the order must be one of {', '.join(_ORDERS)}, got {asked.order!r}")
    key = _ORDERS[asked.order]
    query = _filtered(asked, key)
    if after is not None:
        query = query.where(or_(key > after[0], and_(key == after[0], RecordRow.id > after[1])))
    found = session.execute(query.order_by(key, RecordRow.id).limit(most + 1)).all()
    lines = tuple(
        QueueLine(
            one.id,
            one.beginning,
            None if one.least_confidence == NO_CONFIDENCE else one.least_confidence,
            cast(Status | None, one.status),
        )
        for one in found[:most]
    )
    last = found[most - 1] if len(found) > most else None
    return QueuePage(lines, None if last is None else (last.key, last.id))


def matching(session: Session, asked: QueueFilter, words: str) -> list[tuple[int, str, Status | None]]:
    """Return id, text and the annotator's status of a queue's records whose text has some words, in any case.

    Raises:
        OutputError: If the status is none.
    """
    columns = select(RecordRow.id, Document.text, Annotation.status)
    query = _joined(asked, columns)
    found = session.execute(query.where(Document.text.icontains(words, autoescape=True)).order_by(RecordRow.id))
    return [(one.id, one.text, cast(Status | None, one.status)) for one in found]


def _filtered(asked: QueueFilter, key: Any) -> Select[Any]:
    beginning = func.substr(Document.text, 1, SHOWN).label("beginning")
    shown = select(RecordRow.id, beginning, RecordRow.least_confidence, Annotation.status, key.label("key"))
    return _joined(asked, shown)


def _joined(asked: QueueFilter, query: Any) -> Select[Any]:
    return (
        query.join(Document, Document.id == RecordRow.document_id)
        .outerjoin(Annotation, and_(Annotation.record_id == RecordRow.id, Annotation.annotator == asked.annotator))
        .where(RecordRow.project_id == select(Project.id).where(Project.name == asked.project).scalar_subquery())
        .where(*_conditions(asked))
    )


def _conditions(asked: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.status == "pending":
        found.append(Annotation.id.is_(None))
    elif asked.status == "open":
        found.append(or_(Annotation.id.is_(None), Annotation.status == "draft"))
    elif asked.status in STATUSES:
        found.append(Annotation.status == asked.status)
    elif asked.status is not None:
        raise OutputError(f"the status must be one of pending, open, {', '.join(STATUSES)}, got {asked.status!r}")
    if asked.label is not None:
        holds = RecordLabel.record_id == RecordRow.id, RecordLabel.label == asked.label
        found.append(select(RecordLabel.id).where(*holds).exists())
    if asked.most_confidence is not None:
        found.append(RecordRow.least_confidence <= asked.most_confidence)
    if asked.search:
        found.append(Document.text.icontains(asked.search, autoescape=True))
    if asked.split is not None:
        found.append(Document.split == asked.split)
    return found
