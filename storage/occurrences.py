"""Every occurrence of some words gets a label, in all open records of a queue: seen before, one step, undone in one step.

Open are records that the annotator has not finished. What is made of them are drafts: nobody has looked at them yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage import rows
from storage.errors import StorageError
from storage.models import Annotation, Project, RecordRow, RevisionRow
from storage.outputs import EntitySpan, Output
from storage.queue import matching
from storage.queues import QueueFilter
from storage.versions import Key, Version, write_version

LONGEST = 500
"""Characters of the words."""
CONTEXT = 40
"""Characters that are shown on either side."""
SHOWN = 20
ACTION, UNDONE = "every ", "undo every "


class OccurrencesError(StorageError):
    """Occurrences cannot be labelled, or there is nothing that could be undone."""


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence, and what stands around it."""

    record_id: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What labelling every occurrence does.

    Attributes:
        words, label: What gets which label.
        records: Records that get mentions.
        mentions: How many they get.
        labelled: Occurrences in open records that have the label already.
        finished: Records with the words that the annotator has finished; they stay as they are.
        unasked: Open records with the words whose schema does not have the label; they stay as they are.
        places: The first of the mentions.
    """

    words: str
    label: str
    records: int
    mentions: int
    labelled: int
    finished: int
    unasked: int
    places: tuple[Place, ...]


def places_of(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand in a text, whole words only: “art” not inside “start”."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not (_joins(text[at - 1 : at], words[0]) or _joins(text[end : end + 1], words[-1])):
            yield at, end
        at = text.find(words, at + 1)


def _joins(outer: str, inner: str) -> bool:
    return bool(outer) and all(one.isalnum() or one == "_" for one in (outer, inner))


def label_every(
    session: Session, asked: QueueFilter, words: str, label: str, is_hidden: Callable[[int], bool], *, is_preview: bool
) -> Occurrences:
    """Label them inside the caller's transaction.

    Args:
        session: May write, unless it is a preview.
        asked: Which queue, and whose.
        words: Exactly as they stand in the texts.
        label: An entity label.
        is_hidden: Whether an untouched record begins without what the model said.
        is_preview: Change nothing, tell what would be.

    Raises:
        OccurrencesError: If the words or the label are none.
        OutputError: If the queue's status is none.
    """
    words = words.strip()
    if not 0 < len(words) <= LONGEST:
        raise OccurrencesError(f"give 1 to {LONGEST} characters to look for, got {len(words)}")
    if not label.strip():
        raise OccurrencesError("choose the label that the words get")
    action = f"{ACTION}{_newest_number(session, asked.annotator) + 1}"
    finished = unasked = labelled = mentions = changed = 0
    shown: list[Place] = []
    for record_id, text, status in matching(session, asked, words):
        found = list(places_of(text, words))
        if not found:
            continue
        if status not in (None, "draft"):
            finished += 1
            continue
        record = rows.record_of(session, record_id, asked.annotator)
        if label not in record.schema.get("entities", {}):
            unasked += 1
            continue
        hidden = record.head is None and is_hidden(record_id)
        base = record.head.output if record.head else (None if hidden else record.prediction) or Output()
        known = {(one.start, one.end) for one in base.entities if one.label == label}
        new = [place for place in found if place not in known]
        labelled += len(found) - len(new)
        if not new:
            continue
        changed, mentions = changed + 1, mentions + len(new)
        shown += [_place(record_id, text, start, end) for start, end in new[: SHOWN - len(shown)]]
        if not is_preview:
            spans = tuple(EntitySpan(start=start, end=end, label=label, source="human") for start, end in new)
            output = base.model_copy(update={"entities": (*base.entities, *spans)})
            prediction = None if hidden or record.head else record.prediction_id
            seen = record.head.rev if record.head else 0
            write_version(session, Key(record_id, asked.annotator), Version(output, "draft", action, prediction), seen)
        rows.let_go(session)
    return Occurrences(words, label, changed, mentions, labelled, finished, unasked, tuple(shown))


def undo(session: Session, project: str, annotator: str) -> tuple[int, int]:
    """Take back the newest labelling of an annotator inside the caller's transaction.

    Returns:
        How many records are as they were, and how many stay because they were saved since.

    Raises:
        OccurrencesError: If there is none.
    """
    number = _newest_number(session, annotator, project)
    if not number:
        raise OccurrencesError("there is no labelling of every occurrence that could be undone")
    made = aliased(RevisionRow)
    found = session.execute(
        select(Annotation.id, Annotation.record_id, Annotation.rev, Annotation.prediction_id, made.rev.label("made"))
        .join(made, made.annotation_id == Annotation.id)
        .where(Annotation.annotator == annotator, made.action == f"{ACTION}{number}")
        .order_by(Annotation.id)
    ).all()
    back = 0
    for one in found:
        if one.rev != one.made:
            continue
        earlier = session.scalars(
            select(RevisionRow).where(RevisionRow.annotation_id == one.id, RevisionRow.rev == one.made - 1)
        ).first()
        output = rows.output_of(earlier.output) if earlier else rows.predicted(session, one.prediction_id) or Output()
        version = Version(output, "draft", f"{UNDONE}{number}")
        write_version(session, Key(one.record_id, annotator), version, one.rev)
        back += 1
        rows.let_go(session)
    if not back:
        raise OccurrencesError("all its records were saved since every occurrence was labelled; undoing would lose that")
    return back, len(found) - back


def _newest_number(session: Session, annotator: str, project: str | None = None) -> int:
    """Return the newest labelling's number, of a project only one that was not undone; 0 without one."""
    actions = select(RevisionRow.action).distinct().join(Annotation, Annotation.id == RevisionRow.annotation_id)
    actions = actions.where(Annotation.annotator == annotator, RevisionRow.action.like(f"%{ACTION}%"))
    if project is not None:
        actions = actions.join(RecordRow, RecordRow.id == Annotation.record_id).join(Project).where(Project.name == project)
    found = set(session.scalars(actions))
    numbers = {int(one.removeprefix(ACTION)) for one in found if one.startswith(ACTION)}
    if project is not None:
        numbers -= {int(one.removeprefix(UNDONE)) for one in found if one.startswith(UNDONE)}
    return max(numbers, default=0)


def _place(record_id: int, text: str, start: int, end: int) -> Place:
    return Place(record_id, text[max(start - CONTEXT, 0) : start], text[start:end], text[end : end + CONTEXT])
