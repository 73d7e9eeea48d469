from __future__ import annotations

import re
import time
from typing import Any

import pytest

from gliner2_core import RegexValidator
from gliner2_core.errors import InputError, InputTypeError, ValidatorTimeout
from gliner2_core.validators import TIME_LIMIT_S
from tests.tiny_model import tiny_extractor

CATASTROPHIC = r"(a|a)+\W"


@pytest.mark.parametrize(
    ("validator", "text", "is_accepted"),
    [
        (RegexValidator("a+"), "aaa", True),
        (RegexValidator("a+"), "aab", False),
        (RegexValidator("a+"), "AAA", True),
        (RegexValidator("a+", flags=0), "AAA", False),
        (RegexValidator("a+", mode="partial"), "baab", True),
        (RegexValidator("a+", mode="partial"), "bcb", False),
        (RegexValidator("a+", exclude=True), "aaa", False),
        (RegexValidator("a+", exclude=True), "aab", True),
        (RegexValidator("^b", mode="partial", flags=re.MULTILINE), "a\nb", True),
        (RegexValidator("a.b", flags=re.DOTALL), "a\nb", True),
        (RegexValidator("a b  # comment", flags=re.VERBOSE), "ab", True),
        (RegexValidator(re.compile("a+")), "AAA", False),
        (RegexValidator(re.compile("a+", re.IGNORECASE)), "AAA", True),
    ],
)
def test_what_is_accepted(validator: RegexValidator, text: str, is_accepted: bool) -> None:
    assert validator.validate(text) is is_accepted
    assert validator(text) is is_accepted


@pytest.mark.parametrize("pattern", [re.compile(r"\w+", re.ASCII), re.compile(r"(?a)\w+")])
def test_ascii_patterns_stay_ascii(pattern: re.Pattern[str]) -> None:
    validator = RegexValidator(pattern)
    assert validator.validate("abc")
    assert not validator.validate("äbc")


def test_a_catastrophic_expression_is_stopped_by_time() -> None:
    started = time.process_time()  # the limit counts processor time
    with pytest.raises(ValidatorTimeout, match=r"ran longer than 0.5 s on 'a{40}'; simplify it"):
        RegexValidator(CATASTROPHIC).validate("a" * 60)
    assert TIME_LIMIT_S <= time.process_time() - started < 3 * TIME_LIMIT_S


def test_a_catastrophic_expression_is_stopped_inside_an_extraction() -> None:
    labels = {"word": {"validators": [RegexValidator(CATASTROPHIC)], "threshold": 0.0}}
    with pytest.raises(ValidatorTimeout, match="simplify it"):
        tiny_extractor().extract_entities("a" * 40 + " b.", labels)


@pytest.mark.parametrize("pattern", ["(", "[a", "*a", "(?P<n>a)(?P<n>b)"])
def test_an_invalid_expression_is_refused(pattern: str) -> None:
    with pytest.raises(InputError, match=f"invalid regular expression {re.escape(repr(pattern))}: "):
        RegexValidator(pattern)


@pytest.mark.parametrize("pattern", [None, 3, b"a+", re.compile(b"a+"), ["a"]])
def test_a_pattern_of_another_type_is_refused(pattern: Any) -> None:
    with pytest.raises(InputTypeError, match="pattern must be a str or a compiled expression, got"):
        RegexValidator(pattern)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match=r"mode must be 'full' or 'partial', got 'half' \(pattern 'a'\)"):
        RegexValidator("a", mode="half")  # type: ignore[arg-type]


def test_flags_of_another_type_are_refused() -> None:
    with pytest.raises(InputTypeError, match=r"flags must be flags of the re module, got str \(pattern 'a'\)"):
        RegexValidator("a", flags="i")  # type: ignore[arg-type]


def test_a_validator_is_built_again_from_its_dict() -> None:
    validator = RegexValidator("a+", mode="partial", exclude=True, flags=re.DOTALL | re.ASCII)
    assert validator.to_dict() == {"pattern": "a+", "mode": "partial", "exclude": True, "flags": 272}
    assert RegexValidator(**validator.to_dict()) == validator
    assert hash(RegexValidator(**validator.to_dict())) == hash(validator)


def test_validators_differ_by_every_part() -> None:
    kinds = {RegexValidator("a"), RegexValidator("b"), RegexValidator("a", mode="partial")}
    assert len(kinds | {RegexValidator("a", exclude=True), RegexValidator("a", flags=0), RegexValidator("a")}) == 5


def test_a_validator_shows_how_to_build_it() -> None:
    assert repr(RegexValidator("a+", exclude=True)) == "RegexValidator('a+', mode='full', exclude=True)"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("(" * 2_000 + ")" * 2_000, "nested too deeply"), ("a|" * 5_001, "10,000 characters at most, got 10,002")],
)
def test_patterns_that_take_too_much_are_refused(pattern: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        RegexValidator(pattern)
