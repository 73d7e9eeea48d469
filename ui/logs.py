"""What the server writes down: lines of JSON where a host collects them, plain words in a terminal; never a user's text."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

OURS = ("ui", "storage", "gliner2_core")


class JsonLines(JsonFormatter):
    """A line of JSON a message; an error is told by its kind and where it was raised, for its words may quote a text."""

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names, json_ensure_ascii=False)

    def formatException(self, info: Any) -> str:
        """Return the error's kind and its places in the code."""
        kind, _, trace = info
        return told_without_words(kind, trace)


def told_without_words(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return an error's kind and the places in the code that it passed, innermost last."""
    places = (f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace))
    return " < ".join([kind.__name__, *reversed(list(places))])


def write_json_lines() -> None:
    """Write everything from now on as lines of JSON on standard error, each request too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
