"""Who may do what: projects belong to who made them, and open to who they are shared with.

Without a person every project is open: so the library and a workbench of one's own use the store. With one, every verb of
the store asks here first, inside its own transaction. What somebody may not see is answered as if it were not there.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from storage import rows
from storage.errors import AccessError, NotFoundError
from storage.models import Member, Project, RecordRow, RunRow
from storage.people import Person

LONGEST_PROJECT = 100
"""Characters of a project's name, where people sign in."""


class Access:
    """What one person may do.

    Args:
        person: None for everything.
    """

    def __init__(self, person: Person | None = None) -> None:
        self.person = person

    def key(self, session: Session, project: str, *, owns: bool = False) -> str:
        """Return the name under which a project is stored: `maker/name` where it has an owner.

        Args:
            session: The caller's transaction.
            project: One's own project by its name, somebody else's as `maker/name`.
            owns: Whether it must be one's own.

        Returns:
            The stored name; of a project that nobody has made yet, the one that it would get.

        Raises:
            NotFoundError: If it is somebody else's and not shared.
            AccessError: If it is shared, but must be one's own, or the name is none.
        """
        if self.person is None:
            return project
        mine = {name.partition("/")[2]: name for name in self._names(session, Project.owner == self.person.subject)}
        if project in mine:
            return mine[project]
        if "/" in project:
            if project in mine.values():
                return project
            if project not in self._names(session, self._is_open()):
                raise NotFoundError(f"there is no project {project!r} that is yours or shared with you")
            if owns:
                raise AccessError(f"{project!r} is shared with you; only who made it may do that")
            return project
        if not project.strip() or len(project) > LONGEST_PROJECT:
            raise AccessError(f"a project's name must have 1 to {LONGEST_PROJECT} characters, got {len(project)}")
        return self._new_key(session, self.person, project)

    def project_id(self, session: Session, project: str) -> int:
        """Return a project's id; where missing, it is made and belongs to the person.

        Raises:
            NotFoundError: If it is somebody else's and not shared.
            AccessError: If the name is none.
        """
        owner = None if self.person is None else self.person.subject
        return rows.project_id(session, self.key(session, project), owner)

    def projects(self, session: Session) -> list[str]:
        """Return the projects that are open, in alphabetical order: one's own by their names, others as `maker/name`."""
        if self.person is None:
            return list(session.scalars(select(Project.name).order_by(Project.name)))
        mine = self._names(session, Project.owner == self.person.subject)
        shared = set(self._names(session, self._is_open())) - set(mine)
        return [*sorted(name.partition("/")[2] for name in mine), *sorted(shared)]

    def check_record(self, session: Session, record: int, annotator: str | None = None) -> None:
        """Expect that a record is open, and that what is asked for is one's own version of it.

        Raises:
            NotFoundError: If there is no such record, or it is in a project that is not open.
            AccessError: If the annotator is somebody else.
        """
        if self.person is None:
            return
        is_there = select(RecordRow.id).join(Project).where(RecordRow.id == record, self._is_open())
        if session.scalars(is_there).first() is None:
            raise NotFoundError(f"there is no record {record}")
        self.check_annotator(annotator)

    def check_annotator(self, annotator: str | None) -> None:
        """Expect that a name is one's own; None is nobody's.

        Raises:
            AccessError: If it is not.
        """
        if self.person is not None and annotator not in (None, self.person.name):
            raise AccessError(f"you are signed in as {self.person.name!r} and cannot work as {annotator!r}")

    def check_run(self, session: Session, run: int) -> None:
        """Expect that a training run learns from a project of one's own.

        Raises:
            NotFoundError: If there is no such run, or it is somebody else's.
        """
        if self.person is None:
            return
        is_mine = select(RunRow.id).join(Project).where(RunRow.id == run, Project.owner == self.person.subject)
        if session.scalars(is_mine).first() is None:
            raise NotFoundError(f"there is no training run {run}")

    def owned(self) -> ColumnElement[bool] | None:
        """Return the condition that a project is one's own; None where all are."""
        return None if self.person is None else Project.owner == self.person.subject

    def _is_open(self) -> ColumnElement[bool]:
        assert self.person is not None
        is_member = select(Member.id).where(Member.project_id == Project.id, is_of(self.person)).exists()
        return or_(Project.owner == self.person.subject, is_member)

    @staticmethod
    def _names(session: Session, condition: ColumnElement[bool]) -> list[str]:
        return list(session.scalars(select(Project.name).where(condition)))

    @staticmethod
    def _new_key(session: Session, person: Person, project: str) -> str:
        key = f"{person.name}/{project}"
        owner = session.scalars(select(Project.id).where(Project.name == key)).first()
        # Somebody was called so before and has a project of this name.
        return key if owner is None else f"{person.name}~{person.subject}/{project}"


def is_of(person: Person) -> ColumnElement[bool]:
    """Return the condition that a project was shared with a person: by the account, or by a name that none has claimed."""
    return or_(Member.subject == person.subject, and_(Member.subject.is_(None), Member.name == person.name.lower()))
