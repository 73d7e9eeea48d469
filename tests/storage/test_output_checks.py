"""Forged and faulty outputs: each is refused with its place; nothing that fits is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import OutputError
from storage.output_checks import check_output, read_output
from storage.outputs import EntitySpan, Output
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT

SPAN = {"start": 2, "end": 5}


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("not json", "the whole"),
        ("[]", "the whole"),
        (None, "the whole"),
        ({"entity": []}, "entity: Extra inputs"),
        ({"entities": [{"start": -1, "end": 2, "label": "person"}]}, r"entities.0.start"),
        ({"entities": [{"start": 5, "end": 5, "label": "person"}]}, "must end behind its start, got 5 to 5"),
        ({"entities": [{"start": "2", "end": 5, "label": "person"}]}, r"entities.0.start"),
        ({"entities": [{"start": 2, "end": 5}]}, r"entities.0.label"),
        ({"entities": [{**SPAN, "label": "person", "score": 2}]}, r"entities.0.score"),
        ({"entities": [{**SPAN, "label": "person", "source": "cat"}]}, r"entities.0.source"),
        ({"structures": [{"name": "meeting", "fields": {"who": [{}]}}]}, "either a span or a choice"),
        ({"entities": {1, 2}}, "cannot be read"),
    ],
)
def test_other_shapes_are_refused(payload: Any, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        read_output(payload)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"entities": [{"start": 20, "end": 24, "label": "city"}]}, r"entities\[0\]: ends at 24, the text has 23"),
        ({"entities": [{**SPAN, "label": "river"}]}, "unknown label “river”; the schema has: person, city"),
        ({"structures": [{"name": "trip", "fields": {}}]}, "unknown structure “trip”"),
        ({"structures": [{"name": "meeting", "fields": {"why": []}}]}, "unknown field “why”"),
        ({"structures": [{"name": "meeting", "fields": {"where": [{"span": SPAN}, {"span": SPAN}]}}]}, "takes one"),
        ({"structures": [{"name": "meeting", "fields": {"mood": [{"choice": "odd"}]}}]}, "unknown choice “odd”"),
        ({"structures": [{"name": "meeting", "fields": {"mood": [{"span": SPAN}]}}]}, "one of its choices"),
        ({"structures": [{"name": "meeting", "fields": {"who": [{"choice": "Ann"}]}}]}, "not bound to a place"),
        ({"relations": [{"name": "hit", "head": SPAN, "tail": SPAN}]}, "unknown relation “hit”"),
        ({"relations": [{"name": "met", "head": SPAN, "tail": {"start": 2, "end": 99}}]}, r"relations\[0\].tail"),
        ({"classifications": [{"task": "mood", "chosen": []}]}, "unknown task “mood”"),
        ({"classifications": [{"task": "tone", "chosen": ["odd"]}]}, "unknown label “odd”"),
        ({"classifications": [{"task": "tone", "chosen": ["warm", "cold"]}]}, "takes one"),
        ({"classifications": [{"task": "tone", "chosen": []}] * 2}, "decided twice"),
    ],
)
def test_what_does_not_fit_text_or_schema_is_named(payload: Any, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        check_output(read_output(payload), TEXT, SCHEMA)


def test_many_faults_are_counted() -> None:
    with pytest.raises(OutputError, match=r"\(and 15 more\)"):
        check_output(read_output({"entities": [{**SPAN, "label": "river"}] * 20}), TEXT, SCHEMA)


def test_what_fits_is_taken_as_it_is() -> None:
    payload = {
        "entities": [{**SPAN, "label": "person"}, {**SPAN, "label": "city"}],
        "structures": [{"name": "meeting", "fields": {"who": [{"span": SPAN}], "mood": [{"choice": "good"}]}}],
        "relations": [{"name": "met", "head": SPAN, "tail": {"start": 10, "end": 13}}],
        "classifications": [{"task": "parts", "chosen": ["a", "b"]}],
    }
    check_output(read_output(payload), TEXT, SCHEMA)
    check_output(PREDICTED, TEXT, SCHEMA)


@given(st.text(max_size=20), st.integers(0, 30), st.integers(1, 30))
def test_exactly_the_spans_inside_the_text_are_taken(text: str, start: int, length: int) -> None:
    output = Output(entities=(EntitySpan(start=start, end=start + length, label="person"),))
    if start + length <= len(text):
        check_output(output, text, SCHEMA)
    else:
        with pytest.raises(OutputError):
            check_output(output, text, SCHEMA)
