"""The label box."""

from __future__ import annotations

from typing import Any

import pytest

from ui.forms.labels import parse_labels
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
