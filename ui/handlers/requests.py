"""Checks that every tab makes of what a visitor sent."""

from __future__ import annotations

from ui.messages import PageError
from ui.services import Services


def checked_text(services: Services, text: str | None) -> str:
    """Return the text with line feeds, as the browser counts them.

    Raises:
        PageError: If it is empty or too long.
    """
    if text is not None and not isinstance(text, str):
        raise PageError(f"The text must be a string, got {type(text).__name__}.")
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
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 <= threshold <= 1:
        raise PageError(f"The threshold must be between 0 and 1, got {threshold}.")
    return float(threshold)
