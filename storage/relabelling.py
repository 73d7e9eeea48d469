"""A label renamed, merged or deleted over a whole project: seen before, done in one step, undone in one step.

Nothing is overwritten: records move to a schema with the new label, corrections get a new version, and what the model said
is stored again with the new label, beside what it said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage import rows
from storage.errors import NotFoundError, StorageError
from storage.hashing import schema_id
from storage.label_changes import ENTITIES, LabelChange, Place, labels_in
from storage.models import (
    Annotation,
    PredictionRow,
    Project,
    RecordLabel,
    RecordRow,
    RelabellingRow,
    RevisionRow,
    SchemaRow,
)
from storage.outputs import Output
from storage.records import Checkpoint
from storage.versions import Key, Version, write_version

LONGEST = 300
_UNSYNCHRONIZED = {"synchronize_session": False}


class RelabellingError(StorageError):
    """A label cannot be changed, or its change cannot be undone."""


@dataclass(frozen=True, slots=True)
class Relabelling:
    """What a change of a label does.

    Attributes:
        label: The label.
        becomes: What it is from then on; None deletes it with its mentions.
        is_merge: Whether a schema has the new label already.
        records: Records whose schema has the label.
        corrections: Corrections that hold it.
        mentions: How often these hold it.
        place: Where it is a label.
    """

    label: str
    becomes: str | None
    is_merge: bool
    records: int
    corrections: int
    mentions: int
    place: Place = ENTITIES


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be changed.

    Attributes:
        records: Their rows.
        targets: Schema → the changed one.
        annotations: Of these records, with mentions of the label.
    """

    summary: Relabelling
    records: Sequence[RecordRow]
    targets: Mapping[str, Mapping[str, Any]]
    annotations: Sequence[Annotation]


def preview(session: Session, project: str, change: LabelChange) -> Relabelling:
    """Return what a change would do.

    Raises:
        NotFoundError: If no record of the project has the label.
        RelabellingError: If it cannot be done; says why.
    """
    return _planned(session, project, change).summary


def apply(session: Session, project: str, change: LabelChange) -> Relabelling:
    """Change a label inside the caller's transaction.

    Raises:
        NotFoundError: If no record of the project has the label.
        RelabellingError: If it cannot be done; says why.
    """
    plan = _planned(session, project, change)
    moved = [[one.id, one.schema_id, one.prediction_id] for one in plan.records]
    saved = [[one.id, one.rev] for one in plan.annotations]
    made = RelabellingRow(
        project_id=rows.project_id(session, project), label=change.label, becomes=change.becomes,
        changes={"records": moved, "annotations": saved, "place": [change.place.kind, change.place.of]}, is_undone=False,
    )  # fmt: skip
    session.add(made)
    session.flush()
    action = f"relabel {made.id}"
    for old, schema in plan.targets.items():
        target = rows.schema_row(session, schema)
        for some in batched(one.id for one in plan.records if one.schema_id == old):
            session.execute(
                update(RecordRow).where(RecordRow.id.in_(some)).values(schema_id=target), execution_options=_UNSYNCHRONIZED
            )
    for record in plan.records:
        rows.let_go(session)
        _predict_again(session, record, change)
    for annotation in plan.annotations:
        rows.let_go(session)
        _write(session, annotation, change.output(rows.output_of(annotation.output)), action)
    for record in plan.records:
        rows.let_go(session)
        _label_again(session, record.id)
    return plan.summary


def newest(session: Session, project: str) -> RelabellingRow | None:
    """Return the newest change of a project that is not undone."""
    return session.scalars(
        select(RelabellingRow)
        .join(Project, Project.id == RelabellingRow.project_id)
        .where(Project.name == project, RelabellingRow.is_undone.is_(False))
        .order_by(RelabellingRow.id.desc())
    ).first()


def undo(session: Session, project: str) -> tuple[str, str | None]:
    """Undo the newest change inside the caller's transaction; returns the label that is back and what it had become.

    Raises:
        RelabellingError: If there is none, or its records were corrected or read since, which an undoing would lose.
    """
    made = newest(session, project)
    if made is None:
        raise RelabellingError(f"project {project!r} has no change of a label that could be undone")
    records = {one: (schema, prediction) for one, schema, prediction in made.changes["records"]}
    before = dict(made.changes["annotations"])
    for annotation in _annotations(session, records):
        if _is_saved_since(session, annotation, made):
            raise RelabellingError(
                f"record {annotation.record_id} was saved by {annotation.annotator} since the label was changed; undoing "
                "would lose that. Change the label back instead."
            )
    rows.let_go(session)
    for record, (schema, prediction) in records.items():
        values = {
            "schema_id": schema,
            "prediction_id": prediction,
            "least_confidence": rows.least_of(rows.predicted(session, prediction)),
        }
        session.execute(update(RecordRow).where(RecordRow.id == record).values(**values), execution_options=_UNSYNCHRONIZED)
    for annotation in list(_annotations(session, records)):
        if annotation.id in before:
            stored = select(RevisionRow.output).where(
                RevisionRow.annotation_id == annotation.id, RevisionRow.rev == before[annotation.id]
            )
            rows.let_go(session)
            _write(session, annotation, rows.output_of(session.scalars(stored).one()), f"undo relabel {made.id}")
    for record in records:
        rows.let_go(session)
        _label_again(session, record)
    session.execute(
        update(RelabellingRow).where(RelabellingRow.id == made.id).values(is_undone=True), execution_options=_UNSYNCHRONIZED
    )
    return made.label, made.becomes


def _planned(session: Session, project: str, change: LabelChange) -> _Plan:
    label = change.label
    _check_names(label, change.becomes)
    schemas = _schemas(session, project)
    asked = {id_: schema for id_, schema in schemas.items() if change.concerns(schema)}
    if not asked:
        known = labels_of(session, project).get(change.place, [])
        raise NotFoundError(
            f"no record of {project!r} is asked for the label {label!r}; labels: {', '.join(known) or 'none'}"
        )
    for reason in filter(None, map(change.refusal, asked.values())):
        raise RelabellingError(reason)
    targets = {id_: change.schema(schema) for id_, schema in asked.items()}
    found = select(RecordRow).join(Project).where(Project.name == project, RecordRow.schema_id.in_(asked))
    records = list(session.scalars(found.order_by(RecordRow.id)))
    _check_room(session, records, targets)
    annotations, mentions = [], 0
    for annotation in _annotations(session, (record.id for record in records)):
        own = change.count(annotation.output)
        if own:
            annotations.append(annotation)
            mentions += own
    if mentions and any(change.leaves_undecided(schema) for schema in asked.values()):
        raise RelabellingError(f"{len(annotations)} corrections chose {label!r}; say which label takes its place")
    is_merge = any(change.is_merge(schema) for schema in asked.values())
    summary = Relabelling(label, change.becomes, is_merge, len(records), len(annotations), mentions, change.place)
    return _Plan(summary, records, targets, annotations)


def labels_of(session: Session, project: str) -> dict[Place, list[str]]:
    """Return the labels that a project's records are asked for, by their places, in alphabetical order."""
    found: dict[Place, set[str]] = {}
    for schema in _schemas(session, project).values():
        for place, names in labels_in(schema).items():
            found.setdefault(place, set()).update(names)
    return {place: sorted(found[place]) for place in sorted(found, key=Place.order)}


def _schemas(session: Session, project: str) -> dict[str, dict[str, Any]]:
    used = select(RecordRow.schema_id).join(Project).where(Project.name == project)
    found = session.execute(select(SchemaRow.id, SchemaRow.body).where(SchemaRow.id.in_(used)).order_by(SchemaRow.id))
    return {row.id: json.loads(row.body) for row in found}


def _check_names(label: str, becomes: str | None) -> None:
    if becomes is not None and (not becomes.strip() or len(becomes) > LONGEST):
        raise RelabellingError(f"a label has 1 to {LONGEST} characters, got {becomes!r:.80}")
    if label == becomes:
        raise RelabellingError(f"the label is called {label!r} already")


def _check_room(session: Session, records: Sequence[RecordRow], targets: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse where a text is there under the changed schema, too: two records of it would become one."""
    ids = {old: schema_id(schema) for old, schema in targets.items()}
    wanted = {(record.document_id, ids[record.schema_id]) for record in records}
    known = select(RecordRow.document_id, RecordRow.schema_id).where(RecordRow.schema_id.in_(set(ids.values())))
    both = len(wanted & {(row.document_id, row.schema_id) for row in session.execute(known)}) + len(records) - len(wanted)
    if both:
        raise RelabellingError(
            f"{both} texts are there twice, with the old label and without it; such records cannot become one"
        )


def _is_saved_since(session: Session, annotation: Annotation, made: RelabellingRow) -> bool:
    saved = select(RevisionRow.id).where(
        RevisionRow.annotation_id == annotation.id,
        RevisionRow.created_at > made.created_at,
        ~RevisionRow.action.startswith("relabel "),
        ~RevisionRow.action.startswith("undo relabel "),
    )
    return session.scalars(saved.limit(1)).first() is not None


def _predict_again(session: Session, record: RecordRow, change: LabelChange) -> None:
    if record.prediction_id is None:
        return
    said = session.get_one(PredictionRow, record.prediction_id)
    before = rows.output_of(said.output)
    after = change.output(before)
    if after != before:
        params = {**said.params, "relabelled": [change.label, change.becomes]}
        rows.add_prediction(session, record.id, after, Checkpoint(said.checkpoint, said.revision, params))


def _write(session: Session, annotation: Annotation, output: Output, action: str) -> None:
    version = Version(output, rows.head_of(annotation).status, action)
    write_version(session, Key(annotation.record_id, annotation.annotator), version, annotation.rev)


def _label_again(session: Session, record: int) -> None:
    session.execute(delete(RecordLabel).where(RecordLabel.record_id == record), execution_options=_UNSYNCHRONIZED)
    said = (
        select(PredictionRow.output)
        .join(RecordRow, RecordRow.prediction_id == PredictionRow.id)
        .where(RecordRow.id == record)
    )
    made = select(Annotation.output).where(Annotation.record_id == record)
    for output in [*session.scalars(said), *session.scalars(made)]:
        rows.add_labels(session, record, rows.output_of(output))


def _annotations(session: Session, records: Iterable[int]) -> Iterator[Annotation]:
    for some in batched(records):
        yield from session.scalars(select(Annotation).where(Annotation.record_id.in_(some)).order_by(Annotation.id)).all()


def batched(ids: Iterable[int], most: int = 500) -> Iterator[list[int]]:
    """Yield numbers in groups that a database takes in one statement."""
    left = iter(ids)
    while some := list(islice(left, most)):
        yield some
