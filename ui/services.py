"""Services: what handlers work with."""

from __future__ import annotations

import logging

from gliner2_core.errors import Gliner2Error
from ui.models import Models
from ui.settings import Settings

logger = logging.getLogger(__name__)


class Services:
    """The models and the limits.

    Args:
        settings: Of the app.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.models = Models(settings)

    def warm_up(self) -> None:
        """Load the model before anybody asks; a failure is logged and comes again, in words, with the first request."""
        try:
            self.models.extractor()
        except Gliner2Error as error:
            logger.warning("the model %s cannot be loaded: %s", self.models.default, error)
