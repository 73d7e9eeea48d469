"""Services: what handlers work with. The model loads once, on first use."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ui.settings import Settings

if TYPE_CHECKING:
    from gliner2_core import GLiNER2


class Services:
    """The model and the limits.

    Args:
        settings: Of the app.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._extractor: GLiNER2 | None = None
        self._lock = threading.Lock()

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
