"""Services: what handlers work with."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from gliner2_core.errors import Gliner2Error
from storage.errors import StorageError
from ui.messages import PageError
from ui.models import Models
from ui.passes import Passes
from ui.queue_reader import QueueReader
from ui.settings import Settings
from ui.training_runner import TrainingRunner

if TYPE_CHECKING:
    from storage import AnnotationStore

logger = logging.getLogger(__name__)


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
        self._store: AnnotationStore | None = None
        self._lock = threading.Lock()

    def store(self) -> AnnotationStore:
        """Return the store of corrections; the first call opens it.

        Raises:
            PageError: If this page stores nothing.
            DatabaseError: If it cannot be opened.
        """
        if not self.settings.can_store:
            raise PageError("This page stores nothing. Whoever runs it can name a database with --db.")
        with self._lock:
            if self._store is None:
                from storage import AnnotationStore

                self._store = AnnotationStore(self.settings.database)
            return self._store

    def warm_up(self) -> None:
        """Load the model before anybody asks; a failure is logged and comes again, in words, with the first request."""
        try:
            self.models.extractor()
        except Gliner2Error as error:
            logger.warning("the model %s cannot be loaded: %s", self.models.default, error)

    def take_up(self) -> None:
        """Offer what was trained here before, and go on with runs that a restart interrupted, where there is a store yet."""
        if not self.settings.has_store():
            return
        try:
            self.trainer.wake()
        except StorageError as error:
            logger.warning("training runs cannot be taken up: %s", error)
