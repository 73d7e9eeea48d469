"""What every tab does with a request: check what a visitor sent, and let the chosen model read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from gliner2_core.checks import json_type
from gliner2_core.predictions import OnWindow
from ui.messages import PageError
from ui.services import Services


@dataclass(frozen=True, slots=True)
class Reader:
    """Which model reads a text, and whom it tells how far it is.

    Attributes:
        model: None for the default.
        on_window: Called with the windows read and their number; what it raises ends the run.
    """

    model: str | None = None
    on_window: OnWindow | None = None

    def read(self, services: Services, text: str, schema: Schema, **options: Any) -> Prediction:
        """Return what the model says.

        Raises:
            PageError: If this page does not open the model.
            InputError: If the model refuses a label.
            WindowError: If the schema leaves no room for text.
            CheckpointError: If the model cannot be loaded.
            ValidatorTimeout: If a rule takes too long.
        """
        extractor = services.models.extractor(self.model)
        return services.passes.predict(extractor, text, schema, on_window=self.on_window, **options)

    def source(self, services: Services) -> str | None:
        """Return what `GLiNER2.from_pretrained` takes for the model.

        Raises:
            PageError: If this page does not open it.
        """
        return services.models.source(services.models.checked(self.model))


DEFAULT_READER = Reader()


def checked_text(services: Services, text: str | None) -> str:
    """Return the text with line feeds, as the browser counts them.

    Raises:
        PageError: If it is empty or too long.
    """
    if text is not None and not isinstance(text, str):
        raise PageError(f"The text must be a string, got {json_type(text)}.")
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise PageError("Type or paste a text first.")
    limit = services.settings.max_characters
    if len(text) > limit:
        raise PageError(
            f"The text has {len(text):,} characters, {limit:,} are allowed here. Shorten it, or split it in a file."
        )
    return text


def checked_threshold(threshold: object) -> float:
    """Return a threshold.

    Raises:
        PageError: If it is no number between 0 and 1.
    """
    if threshold is None:
        raise PageError("The threshold is empty. Type a number from 0 to 1.")
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 <= threshold <= 1:
        raise PageError(f"The threshold must be a number between 0 and 1, got {threshold!r}.")
    return float(threshold)
