"""Training runs: what was asked, where it stands, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Engine, select

from storage import rows
from storage.access import Access
from storage.engine import reading, writing
from storage.errors import NotFoundError, OutputError
from storage.models import Project, RunRow, now

RunStatus = Literal["waiting", "running", "done", "failed", "cancelled"]
RUN_STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)
ENDED: frozenset[RunStatus] = frozenset(("done", "failed", "cancelled"))
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Run:
    """A training run.

    Attributes:
        name: What people call the model that it makes.
        project: Whose corrections it learns from.
        base: Checkpoint that it starts from.
        folder: Where it writes.
        status: `waiting` in the queue, `running`, or how it ended.
        message: Why it failed; empty otherwise.
        config: Its settings, and how many records it has.
        metrics: Scores before and after, once there are any.
        artifact: Folder of the trained checkpoint, once it is there.
    """

    id: int
    name: str
    project: str
    base: str
    folder: str
    status: RunStatus
    message: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    artifact: str | None
    created_at: datetime
    ended_at: datetime | None = field(default=None)


class Runs:
    """The table of runs.

    Args:
        engine: Of the store.
        access: Whose runs.
    """

    def __init__(self, engine: Engine, access: Access | None = None) -> None:
        self._engine = engine
        self._access = access or Access()

    def add(self, project: str, base: str, name: str, folder: str, config: Mapping[str, Any]) -> Run:
        """Put a run into the queue.

        Raises:
            OutputError: If the name is empty or too long.
            AccessError, NotFoundError: If the project is somebody else's.
            DatabaseError: If it cannot be stored.
        """
        with writing(self._engine) as session:
            learns_from = rows.project_id(session, self._access.key(session, project, owns=True))
            row = RunRow(
                project_id=learns_from, base_checkpoint=base, name=_checked(name), folder=folder,
                status="waiting", config=dict(config), metrics={},
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _run(row, project)

    def all(self) -> list[Run]:
        """Return all runs, newest first.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self._engine) as session:
            asked = select(RunRow, Project.name).outerjoin(Project, Project.id == RunRow.project_id)
            owned = self._access.owned()
            found = session.execute((asked if owned is None else asked.where(owned)).order_by(RunRow.id.desc()))
            return [_run(row, project or "") for row, project in found]

    def get(self, run_id: int) -> Run:
        """Return a run.

        Raises:
            NotFoundError: If there is none.
            DatabaseError: If the database cannot be read.
        """
        found = next((run for run in self.all() if run.id == run_id), None)
        if found is None:
            raise NotFoundError(f"there is no training run {run_id}")
        return found

    def change(self, run_id: int, **values: Any) -> None:
        """Change what is known of a run: status, message, metrics, artifact, name or folder. An ended one gets its time.

        Raises:
            NotFoundError: If there is none.
            OutputError: If the name or the status is none.
            DatabaseError: If it cannot be stored.
        """
        if "name" in values:
            values["name"] = _checked(values["name"])
        if "status" in values and values["status"] not in RUN_STATUSES:
            raise OutputError(f"the status must be one of {', '.join(RUN_STATUSES)}, got {values['status']!r}")
        with writing(self._engine) as session:
            self._access.check_run(session, run_id)
            row = session.get(RunRow, run_id)
            if row is None:
                raise NotFoundError(f"there is no training run {run_id}")
            for name, value in values.items():
                setattr(row, name, value)
            if "status" in values:
                row.ended_at = now() if values["status"] in ENDED else None

    def remove(self, run_id: int) -> None:
        """Forget a run; its files are the caller's.

        Raises:
            NotFoundError: If there is none.
            DatabaseError: If it cannot be stored.
        """
        with writing(self._engine) as session:
            self._access.check_run(session, run_id)
            row = session.get(RunRow, run_id)
            if row is None:
                raise NotFoundError(f"there is no training run {run_id}")
            session.delete(row)


def _checked(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise OutputError(f"a run's name must have 1 to {LONGEST_NAME} characters, got {len(name)}")
    return name


def _run(row: RunRow, project: str) -> Run:
    return Run(
        row.id, row.name, project, row.base_checkpoint, row.folder, row.status, row.message, row.config, row.metrics,  # type: ignore[arg-type]
        row.artifact, row.created_at, row.ended_at,
    )  # fmt: skip
