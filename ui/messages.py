"""Exceptions → words for the person at the page."""

from __future__ import annotations

import logging

from gliner2_core.errors import CheckpointError, Gliner2Error, ValidatorTimeout
from storage.errors import StorageError

logger = logging.getLogger(__name__)


class PageError(Exception):
    """Something the visitor can put right; its message says how."""


def is_expected(error: Exception) -> bool:
    """Whether an error was raised on purpose, in words for the visitor; any other is a fault of the program."""
    return isinstance(error, (PageError, Gliner2Error, StorageError))


def words_for(error: Exception) -> str:
    """Return what to show for an error: its own words where it is ours, else a general sentence."""
    if isinstance(error, CheckpointError):
        return f"The model cannot be loaded: {error}"
    if isinstance(error, ValidatorTimeout):
        return f"Stopped: {error}"
    if is_expected(error):
        text = str(error)
        # A message that begins with a file's name keeps it as it is.
        return text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text
    return f"Something went wrong that should not ({type(error).__name__}). Your text is still here; please try again."


def sentence(words: str) -> str:
    """Return words that end like a sentence, so that another can follow."""
    return words if words.endswith((".", "!", "?")) else f"{words}."


def logged_words(error: Exception) -> str:
    """Return what to show for an error; a fault of the program goes to the log with its trace."""
    if not is_expected(error):
        logger.error("unexpected error", exc_info=error)
    return words_for(error)
