"""Who a project is shared with: its maker names people, and they find it when they sign in."""

from __future__ import annotations

import re

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from storage.access import Access, is_of
from storage.engine import reading, writing
from storage.errors import AccessError, NotFoundError
from storage.models import Member, Project
from storage.rows import insert_missing

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?")


class Sharing:
    """The verbs; one verb, one transaction.

    Args:
        engine: Of the store.
        access: Whose projects they are.
    """

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access

    def members(self, project: str) -> list[str]:
        """Return the names that a project of one's own is shared with.

        Raises:
            NotFoundError: If there is no such project.
            AccessError: If it is somebody else's.
            DatabaseError: If the database cannot be read.
        """
        with reading(self._engine) as session:
            asked = select(Member.name).where(Member.project_id == self._own(session, project))
            return list(session.scalars(asked.order_by(Member.name)))

    def share(self, project: str, name: str) -> None:
        """Open a project of one's own to somebody: to see, correct and export it.

        Args:
            project: Its name.
            name: What the other account is called; whoever signs in under it first has it from then on.

        Raises:
            NotFoundError: If there is no such project.
            AccessError: If it is somebody else's, or the name is none or one's own.
            DatabaseError: If nothing could be stored.
        """
        wanted = name.strip().lower()
        if not _NAME.fullmatch(wanted):
            raise AccessError(f"{name!r} is no account's name: letters, digits, dots, dashes and underscores are allowed")
        if self._access.person is not None and wanted == self._access.person.name.lower():
            raise AccessError("this project is yours already; name somebody else")
        with writing(self._engine) as session:
            insert_missing(session, Member, {"project_id": self._own(session, project), "name": wanted})

    def unshare(self, project: str, name: str) -> None:
        """Close a project of one's own to somebody; what they corrected in it stays.

        Raises:
            NotFoundError: If there is no such project, or it is not shared with them.
            AccessError: If it is somebody else's.
            DatabaseError: If nothing could be stored.
        """
        with writing(self._engine) as session:
            one = (Member.project_id == self._own(session, project), Member.name == name.strip().lower())
            if session.scalars(select(Member.id).where(*one)).first() is None:
                raise NotFoundError(f"{project!r} is not shared with {name!r}")
            session.execute(delete(Member).where(*one))

    def claim(self) -> None:
        """Tie what was shared with the person's name to the account, so that nobody who takes the name later gets it.

        Raises:
            DatabaseError: If nothing could be stored.
        """
        person = self._access.person
        if person is None:
            return
        with reading(self._engine) as session:
            asked = select(Member.id).where(Member.subject.is_(None), is_of(person))
            if session.scalars(asked).first() is None:
                return
        with writing(self._engine) as session:
            session.execute(update(Member).where(Member.subject.is_(None), is_of(person)).values(subject=person.subject))

    def _own(self, session: Session, project: str) -> int:
        if self._access.person is None:
            raise AccessError("projects belong to somebody only where people sign in")
        key = self._access.key(session, project, owns=True)
        found = session.scalars(select(Project.id).where(Project.name == key)).first()
        if found is None:
            raise NotFoundError(f"there is no project {project!r} yet")
        return found
