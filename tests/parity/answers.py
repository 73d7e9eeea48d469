"""Comparing a recorded answer with ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOLERANCE = 2e-5
"""For confidences: float32 sums in another order differ by up to about 1e-6 in a logit, and padding adds as much again."""


def decoded(answer: Any) -> Any:
    """Turn the tuples of an answer file into tuples; an error stays a dict with `__error__`."""
    if isinstance(answer, Mapping):
        if set(answer) == {"__tuple__"}:
            return tuple(decoded(value) for value in answer["__tuple__"])
        return {key: decoded(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [decoded(value) for value in answer]
    return answer


def is_error(answer: Any) -> bool:
    """Whether a recorded answer is an exception."""
    return isinstance(answer, Mapping) and "__error__" in answer


def differences(expected: Any, got: Any, path: str = "$") -> list[str]:
    """List where two answers differ: keys, their order, types and values exactly, floats within the tolerance.

    Args:
        expected: The decoded recorded answer, or what a deviation makes of it.
        got: Ours.
        path: Where in the answer the two values stand.

    Returns:
        One line for each difference; empty if there is none.
    """
    if isinstance(expected, Mapping):
        return _differing_mappings(expected, got, path)
    if isinstance(expected, list | tuple):
        return _differing_sequences(expected, got, path)
    if isinstance(expected, float):
        is_close = isinstance(got, float) and abs(expected - got) <= TOLERANCE
        return [] if is_close else [f"{path}: expected {expected!r}, got {got!r}"]
    is_same = type(expected) is type(got) and expected == got
    return [] if is_same else [f"{path}: expected {expected!r}, got {got!r}"]


def _differing_mappings(expected: Mapping[str, Any], got: Any, path: str) -> list[str]:
    if not isinstance(got, Mapping):
        return [f"{path}: expected a dict, got {got!r}"]
    if list(expected) != list(got):
        return [f"{path}: expected the keys {list(expected)}, got {list(got)}"]
    return [line for key, value in expected.items() for line in differences(value, got[key], f"{path}.{key}")]


def _differing_sequences(expected: list[Any] | tuple[Any, ...], got: Any, path: str) -> list[str]:
    kind = tuple if isinstance(expected, tuple) else list
    if not isinstance(got, kind):
        return [f"{path}: expected a {kind.__name__}, got {got!r}"]
    if len(expected) != len(got):
        return [f"{path}: expected {len(expected)} items {expected!r}, got {len(got)} {got!r}"]
    return [
        line
        for index, (left, right) in enumerate(zip(expected, got, strict=True))
        for line in differences(left, right, f"{path}[{index}]")
    ]
