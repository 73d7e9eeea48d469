"""The label box."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.forms.labels import parse_labels, write_labels
from ui.messages import PageError


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("person", {"person": {}}),
        ("person, company\ndate", {"person": {}, "company": {}, "date": {}}),
        ("\n person \n\n", {"person": {}}),
        ("company: Firms, banks", {"company": {"description": "Firms, banks"}}),
        ("date @ 0.3", {"date": {"threshold": 0.3}}),
        ("date@30%", {"date": {"threshold": 0.3}}),
        ("a @0.1, b @ 0.2", {"a": {"threshold": 0.1}, "b": {"threshold": 0.2}}),
        ("law: section 12: all @ 0.9", {"law": {"description": "section 12: all", "threshold": 0.9}}),
        ("time:", {"time": {}}),
        ("person, city: a town, large", {"person": {}, "city": {"description": "a town, large"}}),
        ("person; city", {"person": {}, "city": {}}),
        ("city::a town", {"city": {"description": "a town"}}),
        ("e-mail: like a@b.c", {"e-mail": {"description": "like a@b.c"}}),
        ("person: at 9 @ home @ 0.3", {"person": {"description": "at 9 @ home", "threshold": 0.3}}),
        ("person (real, not fictional), city", {"person (real, not fictional)": {}, "city": {}}),
        ("time (24 h: utc)", {"time (24 h: utc)": {}}),
        ('"Smith, Wesson @ Co: all", city', {"Smith, Wesson @ Co: all": {}, "city": {}}),
        ('"a, b": "costs @ 0.5" @ 0,4', {"a, b": {"description": "costs @ 0.5", "threshold": 0.4}}),
        ('"say ""hi"""', {'say "hi"': {}}),
        ('6" nail, nut', {'6" nail': {}, "nut": {}}),
    ],
)
def test_labels_are_read(text: str, labels: dict[str, Any]) -> None:
    assert parse_labels(text, most=10) == labels


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Type at least one label"),
        (" \n , ", "Type at least one label"),
        ("a\nb, a", "Label “a” is given twice (line 2)"),
        ("a\n: only words", "Line 2 has a description but no label"),
        ("a @ high", "“@high” in line 1 is no threshold"),
        ("a @ 1.5", "The threshold @1.5 in line 1 is not between 0 and 1"),
        ("@0.5", "Line 1 has a threshold but no label"),
        ('a\n"b c', '"b c in line 2 begins with a quote that has no end'),
        ("a,b,c,d", "4 labels are more than the 3 allowed at once"),
    ],
)
def test_label_that_cannot_be_read_says_where_and_why(text: str, message: str) -> None:
    with pytest.raises(PageError) as raised:
        parse_labels(text, most=3)
    assert message in str(raised.value)


def test_decimal_comma_is_read_as_a_point() -> None:
    assert parse_labels("person @0,3, city", most=10) == {"person": {"threshold": 0.3}, "city": {}}


@pytest.mark.parametrize("text", ["person @ 0.3: the people", "person @", "a@b @ 0.2 x"])
def test_threshold_in_the_wrong_place_is_told(text: str) -> None:
    with pytest.raises(PageError, match="line 1"):
        parse_labels(text, most=10)


WORDS = st.text('ab",;:@(). 05%', min_size=1, max_size=10).map(str.strip).filter(bool)


@given(WORDS, st.none() | WORDS, st.sampled_from([None, 0.0, 0.25, 1.0]))
def test_any_label_is_read_back_as_it_was(name: str, description: str | None, threshold: float | None) -> None:
    options = {"description": description, "threshold": threshold}
    text = write_labels({name: options})
    assert parse_labels(text, most=1) == {name: {key: value for key, value in options.items() if value is not None}}
