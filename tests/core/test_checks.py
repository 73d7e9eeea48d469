from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from gliner2_core.checks import (
    MARKERS,
    checked_name,
    checked_names,
    checked_positive,
    checked_text,
    checked_texts,
    checked_threshold,
    reject_unknown,
)
from gliner2_core.errors import Gliner2Error, InputError, InputTypeError


@pytest.mark.parametrize("text", ["", "a", "\x00"])
def test_any_str_is_a_text(text: str) -> None:
    assert checked_text(text) is text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"text must be a str, got NoneType \(None\); pass an empty string for an empty text"),
        (b"hi", r"text must be a str, got bytes \(b'hi'\); decode it first, for example text.decode\('utf-8'\)"),
        (3.5, r"text must be a str, got float \(3.5\); convert it to str first"),
        (["a", "b"], r"text must be a str, got list \(\['a', 'b'\]\); use the batch_ method for several texts"),
        (("a",), r"text must be a str, got tuple \(\('a',\)\); use the batch_ method for several texts"),
    ],
)
def test_what_is_no_text(text: Any, message: str) -> None:
    with pytest.raises(InputTypeError, match=message):
        checked_text(text)


@pytest.mark.parametrize("texts", [["a", ""], ("a", ""), iter(["a", ""])])
def test_texts_are_listed(texts: Any) -> None:
    assert checked_texts(texts) == ["a", ""]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("abc", r"texts must be a list of str, got str \('abc'\); wrap a single text in a list"),
        (b"abc", r"texts must be a list of str, got bytes \(b'abc'\)"),
        (None, r"texts must be a list of str, got NoneType \(None\)"),
        (7, r"texts must be a list of str, got int \(7\)"),
        ({"a": 1}, r"texts must be a list of str, got dict"),
        ({"a"}, r"texts must be a list of str, got set"),
        (["a", None], r"texts\[1\] must be a str, got NoneType \(None\)"),
        (["a", "b", b"c"], r"texts\[2\] must be a str, got bytes \(b'c'\)"),
    ],
)
def test_what_are_no_texts(texts: Any, message: str) -> None:
    with pytest.raises(InputTypeError, match=message):
        checked_texts(texts)


def test_a_long_value_is_shown_in_short() -> None:
    with pytest.raises(InputTypeError) as caught:
        checked_texts("x" * 1000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("value", "threshold"), [(0, 0.0), (1, 1.0), (0.5, 0.5), (-0.0, 0.0)])
def test_thresholds_from_0_to_1(value: float, threshold: float) -> None:
    assert checked_threshold(value, "here") == threshold


@pytest.mark.parametrize("value", [-0.01, 1.01, 2, -1, math.inf, -math.inf, math.nan])
def test_thresholds_outside(value: float) -> None:
    with pytest.raises(InputError, match=rf"^threshold must be between 0 and 1, got {value} \(here\)$"):
        checked_threshold(value, "here")


@pytest.mark.parametrize("value", [True, False, None, "0.5", [0.5]])
def test_thresholds_of_another_type(value: Any) -> None:
    message = rf"^cut must be a number between 0 and 1, got {type(value).__name__} \(.*; here\)$"
    with pytest.raises(InputTypeError, match=message):
        checked_threshold(value, "here", name="cut")


def test_whole_numbers_from_the_least_on() -> None:
    assert (checked_positive(1, "n"), checked_positive(0, "n", least=0)) == (1, 0)


@pytest.mark.parametrize(
    ("value", "least", "error", "message"),
    [
        (0, 1, InputError, "n must be at least 1, got 0"),
        (-1, 0, InputError, "n must be at least 0, got -1"),
        (2.0, 1, InputTypeError, r"n must be a whole number, got float \(2.0\)"),
        (True, 1, InputTypeError, r"n must be a whole number, got bool \(True\)"),
        (None, 1, InputTypeError, r"n must be a whole number, got NoneType \(None\)"),
    ],
)
def test_what_is_no_whole_number(value: Any, least: int, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        checked_positive(value, "n", least=least)


@pytest.mark.parametrize("name", ["", " ", "\n\t", "\u00a0"])
def test_a_blank_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="label must not be empty, got"):
        checked_name(name, "label")


@pytest.mark.parametrize("marker", MARKERS)
def test_a_name_with_a_marker_is_refused(marker: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_name(f"a {marker}", "label")
    assert str(caught.value) == (
        f"label 'a {marker}' contains {marker}, which the model uses as a marker; write it without the square brackets"
    )


@pytest.mark.parametrize("name", ["[X]", "E", "[e]", "per[son]"])
def test_other_brackets_are_allowed(name: str) -> None:
    assert checked_name(name, "label") == name


@pytest.mark.parametrize("name", [None, 3, b"a", ("a",)])
def test_a_name_of_another_type_is_refused(name: Any) -> None:
    with pytest.raises(InputTypeError, match=f"label must be a str, got {type(name).__name__}"):
        checked_name(name, "label")


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "at least one label is needed, got none"), (["a", "b", "a"], "label 'a' is given twice; each must be different")],
)
def test_names_that_cannot_be_used(names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked_names(names, "label")


def test_unknown_options_are_listed_with_the_known_ones() -> None:
    with pytest.raises(InputTypeError) as caught:
        reject_unknown({"b": 1, "x": 2, "c": 3}, ("a", "b"), "the call")
    assert str(caught.value) == "unknown option 'c', 'x' (the call); known: a, b"


@pytest.mark.parametrize(
    "call", [lambda: checked_text(1), lambda: checked_threshold(2, ""), lambda: reject_unknown(["x"], (), "")]
)
def test_all_are_errors_of_this_package_and_of_python(call: Callable[[], Any]) -> None:
    with pytest.raises(Gliner2Error) as caught:
        call()
    assert isinstance(caught.value, ValueError)
