"""What the server writes down."""

from __future__ import annotations

import json
import logging
import sys

from ui.logs import JsonLines, told_without_words


def _line(record: logging.LogRecord) -> dict[str, object]:
    told: dict[str, object] = json.loads(JsonLines().format(record))
    return told


def _failed() -> None:
    raise ValueError("the text was: Ana Quintero")


def test_a_message_is_a_line_of_json() -> None:
    record = logging.LogRecord("ui.gate", logging.INFO, "gate.py", 1, "request", (), None)
    record.path, record.status = "/", 200
    told = _line(record)
    assert {"level": "INFO", "logger": "ui.gate", "message": "request", "path": "/", "status": 200}.items() <= told.items()
    assert str(told["time"])[:2] == "20"


def test_an_error_is_told_by_its_kind_and_place_and_not_by_its_words() -> None:
    try:
        _failed()
    except ValueError:
        record = logging.LogRecord("ui.messages", logging.ERROR, "m.py", 1, "unexpected error", (), sys.exc_info())
    told = _line(record)
    assert "Quintero" not in json.dumps(told)
    assert str(told["exc_info"]).startswith("ValueError < ")
    assert "test_logs.py" in str(told["exc_info"])
    assert "_failed" in str(told["exc_info"])


def test_an_error_without_a_trace_is_its_kind() -> None:
    assert told_without_words(KeyError, None) == "KeyError"
