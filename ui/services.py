"""Services: what handlers work with. The model loads once, on first use."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from gliner2_core.errors import Gliner2Error
from ui.settings import Settings

if TYPE_CHECKING:
    from gliner2_core import GLiNER2

logger = logging.getLogger(__name__)


class Services:
    """The model and the limits.

    Args:
        settings: Of the app.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._extractor: GLiNER2 | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the model is there, so that an answer comes at once."""
        return self._extractor is not None

    def extractor(self) -> GLiNER2:
        """Return the model; the first call loads it, others wait for that.

        Raises:
            CheckpointError: If it cannot be loaded.
        """
        with self._lock:
            if self._extractor is None:
                from gliner2_core import GLiNER2

                self._extractor = GLiNER2.from_pretrained(self.settings.model)
            return self._extractor

    def warm_up(self) -> None:
        """Load the model before anybody asks; a failure is logged and comes again, in words, with the first request."""
        try:
            self.extractor()
        except Gliner2Error as error:
            logger.warning("the model %s cannot be loaded: %s", self.settings.model, error)
