"""Changes of many records in one step, each seen before and undone in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine

from storage import occurrences, relabelling
from storage.access import Access
from storage.engine import reading, writing
from storage.label_changes import ENTITIES, Place, label_change
from storage.occurrences import Occurrences
from storage.queues import QueueFilter
from storage.relabelling import Relabelling


class BulkEdits:
    """The verbs; one verb, one transaction.

    Args:
        engine: Of the store.
        access: Whose projects.
    """

    def __init__(self, engine: Engine, access: Access | None = None) -> None:
        self.engine = engine
        self._access = access or Access()

    def relabel(
        self, project: str, label: str, becomes: str | None, *, place: Place = ENTITIES, is_preview: bool = False
    ) -> Relabelling:
        """Rename a label over a project, merge it into another one, or delete it with its mentions; one step.

        Args:
            project: Its name.
            label: The label.
            becomes: Its new name, which may be a label that is there; None deletes it.
            place: Where it is a label: of entities, of a task, a relation, a structure, a field of one.
            is_preview: Change nothing, tell what would be.

        Raises:
            NotFoundError: If no record of the project has the label.
            AccessError: If it belongs to somebody else.
            RelabellingError: If it cannot be done; says why.
            DatabaseError: If nothing could be stored.
        """
        change = label_change(label, becomes, place)
        if is_preview:
            with reading(self.engine) as session:
                return relabelling.preview(session, self._access.key(session, project, owns=True), change)
        with writing(self.engine) as session:
            return relabelling.apply(session, self._access.key(session, project, owns=True), change)

    def labels(self, project: str) -> dict[Place, list[str]]:
        """Return the labels that a project's records are asked for, by their places, in alphabetical order.

        Raises:
            DatabaseError: If the database cannot be read.
        """
        with reading(self.engine) as session:
            return relabelling.labels_of(session, self._access.key(session, project))

    def undo_relabel(self, project: str) -> tuple[str, str | None]:
        """Undo the newest such change of a project; returns the label that is back and what it had become.

        Raises:
            RelabellingError: If there is none, or its records were saved since.
            AccessError: If it belongs to somebody else.
            DatabaseError: If nothing could be stored.
        """
        with writing(self.engine) as session:
            return relabelling.undo(session, self._access.key(session, project, owns=True))

    def label_every(
        self,
        asked: QueueFilter,
        words: str,
        label: str,
        is_hidden: Callable[[int], bool] = lambda _: False,
        *,
        is_preview: bool = False,
    ) -> Occurrences:
        """Label every occurrence of some words in the records of a queue that its annotator has not finished; one step.

        Args:
            asked: Which queue, and whose.
            words: Exactly as they stand in the texts.
            label: An entity label.
            is_hidden: Whether an untouched record begins without what the model said.
            is_preview: Change nothing, tell what would be.

        Raises:
            OccurrencesError: If the words or the label are none.
            AccessError: If it belongs to somebody else.
            OutputError: If the queue's status is none.
            DatabaseError: If nothing could be stored.
        """
        with (reading if is_preview else writing)(self.engine) as session:
            self._access.check_annotator(asked.annotator)
            there = replace(asked, project=self._access.key(session, asked.project))
            return occurrences.label_every(session, there, words, label, is_hidden, is_preview=is_preview)

    def undo_label_every(self, project: str, annotator: str) -> tuple[int, int]:
        """Undo the annotator's newest such labelling of a project.

        Returns:
            How many records are as they were, and how many stay because they were saved since.

        Raises:
            OccurrencesError: If there is none, or all its records were saved since.
            AccessError: If it belongs to somebody else.
            DatabaseError: If nothing could be stored.
        """
        with writing(self.engine) as session:
            self._access.check_annotator(annotator)
            return occurrences.undo(session, self._access.key(session, project), annotator)
