"""What corrections take."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Annotation, Project, RecordRow, RevisionRow


def seconds_of(session: Session, project: str) -> list[float]:
    """Return the seconds of every submitted correction of a project whose newest version was measured."""
    found = session.scalars(
        select(RevisionRow.seconds)
        .join(Annotation, Annotation.id == RevisionRow.annotation_id)
        .join(RecordRow, RecordRow.id == Annotation.record_id)
        .join(Project, Project.id == RecordRow.project_id)
        .where(
            Project.name == project,
            Annotation.status == "submitted",
            RevisionRow.rev == Annotation.rev,
            RevisionRow.seconds.is_not(None),
        )
        .order_by(Annotation.id)
    )
    return [one for one in found if one is not None]
