"""Services: what handlers work with."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from gliner2_core.errors import Gliner2Error
from storage.errors import StorageError
from ui.identity import account
from ui.messages import PageError, sentence
from ui.models import Models
from ui.passes import Passes
from ui.queue_reader import QueueReader
from ui.settings import Settings
from ui.training_runner import TrainingRunner

if TYPE_CHECKING:
    from storage import AnnotationStore
    from ui.backups.keeper import Keeper

logger = logging.getLogger(__name__)
SIGN_IN = (
    "Sign in first, on the Corrections tab: corrections belong to who makes them. Without it everything can be tried, and "
    "nothing is stored."
)


class Services:
    """The models, the store, what reads its queue and trains on it, and the limits.

    Args:
        settings: Of the app.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.models = Models(settings)
        self.passes = Passes()
        self.reader = QueueReader(self)
        self.trainer = TrainingRunner(self)
        self.keeper = _keeper(settings)
        self._store: AnnotationStore | None = None
        self._lock = threading.Lock()

    def store(self) -> AnnotationStore:
        """Return the store of corrections as the request's visitor may use it; the first call opens it.

        Raises:
            PageError: If the visitor must sign in, this page stores nothing, or does not know yet what its backup holds.
            DatabaseError: If it cannot be opened.
        """
        if not self.settings.has_accounts:
            return self.whole_store()
        person = account()
        if person is None:
            raise PageError(SIGN_IN)
        return self.whole_store().as_seen_by(person)

    def check_may_train(self) -> None:
        """Expect that the request's visitor may train models here.

        Raises:
            PageError: If others do, or the visitor must sign in.
        """
        if not self.settings.has_accounts:
            return
        person = account()
        if person is None:
            raise PageError(SIGN_IN)
        if person.name.lower() not in self.settings.admins:
            admins = ", ".join(self.settings.admins) or "nobody"
            raise PageError(
                f"On this machine only {admins} may train. Export your corrections, and train on your own: "
                "python -m gliner2_core train train.jsonl --out FOLDER."
            )

    def whole_store(self) -> AnnotationStore:
        """Return the store without regard to who asks: for what goes on behind the page, never for a visitor's request.

        Raises:
            PageError: If this page stores nothing, or does not know yet what its backup holds.
            DatabaseError: If it cannot be opened.
        """
        if not self.settings.can_store:
            raise PageError("This page stores nothing. Whoever runs it can name a database with --db.")
        if self.keeper is not None and not self.keeper.state.is_ready:
            reason = f": {sentence(self.keeper.state.error)} " if self.keeper.state.error else ". "
            raise PageError(f"Corrections open once their backup is read{reason}It is tried again every few seconds.")
        with self._lock:
            if self._store is None:
                from storage import AnnotationStore

                self._store = AnnotationStore(self.settings.database)
            return self._store

    @property
    def is_store_open(self) -> bool:
        """Whether the store was opened."""
        return self._store is not None

    def warm_up(self) -> None:
        """Load the model before anybody asks; a failure is logged and comes again, in words, with the first request."""
        try:
            self.models.extractor()
        except Gliner2Error as error:
            logger.warning("the model %s cannot be loaded: %s", self.models.default, error)

    def take_up(self) -> None:
        """Offer what was trained here before, and go on with runs that a restart interrupted, where there is a store yet."""
        if self.keeper is not None:
            self.keeper.start()
            self.keeper.wait_until_ready()
        if not self.settings.has_store():
            return
        try:
            self.trainer.wake()
        except StorageError as error:
            logger.warning("training runs cannot be taken up: %s", error)

    def close(self) -> None:
        """Make the last snapshot and let go of the database."""
        if self.keeper is not None:
            self.keeper.stop()
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None


def _keeper(settings: Settings) -> Keeper | None:
    database = settings.backed_up_file()
    if database is None or settings.backup is None:
        return None
    from ui.backups.keeper import Keeper  # the database's libraries load when they are needed
    from ui.backups.shelves import shelf_of

    shelf = shelf_of(settings.backup)
    return Keeper(database, shelf, minutes=settings.backup_minutes, submits=settings.backup_submits)
