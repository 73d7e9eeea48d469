"""What the span editor lets in from a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ui.span_editor import EMPTY, MOST_BYTES, SpanEditor


@pytest.mark.parametrize("payload", [None, 7, "[]", "no json", [1], "x" * 10, {"spans": "x" * MOST_BYTES}])
def test_what_is_no_object_or_too_large_becomes_nothing(payload: Any) -> None:
    assert SpanEditor().preprocess(payload) == EMPTY


def test_an_object_comes_through_for_the_handler_to_check() -> None:
    value = {"record": 3, "spans": [{"start": 0}]}
    assert SpanEditor().preprocess(value) == value
    assert SpanEditor().preprocess(json.dumps(value)) == value


def test_without_a_record_the_editor_is_empty() -> None:
    assert SpanEditor().postprocess(None) == EMPTY
    assert SpanEditor().postprocess(None) is not EMPTY
