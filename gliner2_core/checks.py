"""Checks of values that users hand in: each returns the value it was given, or raises one clear error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from gliner2_core.errors import InputError, InputTypeError

MARKERS = (
    "[SEP_STRUCT]",
    "[SEP_TEXT]",
    "[P]",
    "[C]",
    "[E]",
    "[R]",
    "[L]",
    "[EXAMPLE]",
    "[OUTPUT]",
    "[DESCRIPTION]",
)
"""Prompt symbols, in the order in which they are added to a tokenizer. Source: reference package, processor."""


def checked_text(text: Any, name: str = "text") -> str:
    """Return `text` if it is a str; `name` is what messages call it.

    Raises:
        InputTypeError: If it is anything else; the message names the type and what to do.
        InputError: If it holds half a character.
    """
    if isinstance(text, str):
        return _encodable(text, name)
    hint = {
        "bytes": "decode it first, for example text.decode('utf-8')",
        "list": "use the batch_ method for several texts",
        "tuple": "use the batch_ method for several texts",
        "NoneType": "pass an empty string for an empty text",
    }.get(type(text).__name__, "convert it to str first")
    raise InputTypeError(f"{name} must be a str, got {type(text).__name__} ({_shown(text)}); {hint}")


def checked_texts(texts: Any) -> list[str]:
    """Return `texts` as a list of str.

    Raises:
        InputTypeError: If it is a single str, bytes, has no order, is not iterable, or holds anything but str.
    """
    if isinstance(texts, (str, bytes, Mapping, Set)) or not isinstance(texts, Iterable):
        raise InputTypeError(
            f"texts must be a list of str, got {type(texts).__name__} ({_shown(texts)}); "
            "wrap a single text in a list, or use the method without batch_"
        )
    listed = list(texts)
    for index, text in enumerate(listed):
        if not isinstance(text, str):
            raise InputTypeError(f"texts[{index}] must be a str, got {type(text).__name__} ({_shown(text)})")
        _encodable(text, f"texts[{index}]")
    return listed


def expect_as_many(n_schemas: int, n_texts: int) -> None:
    """Refuse a list of schemas that does not fit the texts.

    Raises:
        InputError: If there are not as many schemas as texts.
    """
    if n_schemas != n_texts:
        raise InputError(f"{n_texts} texts need as many schemas, got {n_schemas}; or give one schema for all")


def checked_threshold(value: Any, where: str, *, name: str = "threshold") -> float:
    """Return a threshold as float.

    Raises:
        InputTypeError: If it is no number (booleans are none).
        InputError: If it lies outside [0, 1] or is not a number at all (NaN).
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        got = f"{type(value).__name__} ({_shown(value)}; {where})"
        raise InputTypeError(f"{name} must be a number between 0 and 1, got {got}")
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name} must be between 0 and 1, got {value} ({where})")
    return float(value)


def checked_positive(value: Any, name: str, *, least: int = 1) -> int:
    """Return a whole number that is at least `least`.

    Raises:
        InputTypeError: If it is no int.
        InputError: If it is smaller.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputTypeError(f"{name} must be a whole number, got {type(value).__name__} ({_shown(value)})")
    if value < least:
        raise InputError(f"{name} must be at least {least}, got {value}")
    return value


def checked_name(name: Any, kind: str) -> str:
    """Return a label, field, task or choice name.

    Raises:
        InputTypeError: If it is no str.
        InputError: If it is blank or contains a prompt marker.
    """
    if not isinstance(name, str):
        raise InputTypeError(f"{kind} must be a str, got {type(name).__name__} ({_shown(name)})")
    if not name.strip():
        raise InputError(f"{kind} must not be empty, got {name!r}")
    _encodable(name, kind)
    for marker in MARKERS:
        if marker in name:
            raise InputError(
                f"{kind} {name!r} contains {marker}, which the model uses as a marker; write it without the square brackets"
            )
    return name


def checked_names(names: Sequence[Any], kind: str) -> tuple[str, ...]:
    """Return names that are all usable and all different.

    Raises:
        InputTypeError: If one is no str.
        InputError: If there is none, or one is blank, holds a marker, or comes twice.
    """
    if not names:
        raise InputError(f"at least one {kind} is needed, got none")
    checked = tuple(checked_name(name, kind) for name in names)
    seen: set[str] = set()
    for name in checked:
        if name in seen:
            raise InputError(f"{kind} {name!r} is given twice; each must be different")
        seen.add(name)
    return checked


def reject_unknown(options: Iterable[str], allowed: Sequence[str], where: str) -> None:
    """Refuse option names that nothing reads.

    Raises:
        InputTypeError: If one is not among `allowed`; the message lists them (TypeError, as Python does for keywords).
    """
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        raise InputTypeError(f"unknown option {', '.join(map(repr, unknown))} ({where}); known: {', '.join(allowed)}")


def json_type(value: Any) -> str:
    """Return a value's type in the words of JSON."""
    names = {"dict": "object", "list": "list", "tuple": "list", "str": "string", "bool": "boolean", "NoneType": "null"}
    return names.get(type(value).__name__, "number" if isinstance(value, (int, float)) else type(value).__name__)


def surrogate_at(text: str) -> int | None:
    """Return the offset of the first lone surrogate, or None.

    It is half a character: JSON can escape one, no tokenizer or file can take it.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def _encodable(text: str, where: str) -> str:
    offset = surrogate_at(text)
    if offset is not None:
        raise InputError(
            f"{where} holds half a character (a lone surrogate, {text[offset]!r}) at offset {offset}; "
            "decode its source with errors='replace'"
        )
    return text


def _shown(value: Any, limit: int = 40) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
