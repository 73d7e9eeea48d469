"""Labels as people type them: one per line, with a description and a threshold where wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ui.messages import PageError

LabelOptions = dict[str, dict[str, Any]]
_THRESHOLD = re.compile(r"^(.*?)\s*@\s*([^@\s]+)\s*$")
_NUMBER_LIKE = re.compile(r"[-+]?[\d.]+%?")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_DECIMAL_COMMA = re.compile(rf"{_QUOTED.pattern}|@\s*\d+,\d")
_TOKENS = re.compile(rf"{_QUOTED.pattern}|\([^()]*\)|::?|[,;]|.", re.DOTALL)
"""What stands in quotes or parentheses is one token, so that no comma or colon in it parts anything."""


def parse_labels(text: str, *, most: int, example: str = "person") -> LabelOptions:
    """Read the label box.

    A line is `label`, `label: description`, either with `@0.4` at its end for a threshold of its own. Commas or semicolons
    part labels, but not within parentheses; a description belongs to the last label before its colon, and goes on to the end
    of the line. A label or description in double quotes is taken as it is; a quote inside it is doubled.

    Args:
        text: What the box holds.
        most: Most labels allowed.
        example: What to type, for the message that there is none.

    Returns:
        `{label: {description?, threshold?}}` in the order of the box.

    Raises:
        PageError: If there is no label, too many, one twice, or a threshold is no number between 0 and 1.
    """
    labels: LabelOptions = {}
    for number, line in enumerate(text.splitlines(), 1):
        for name, options in _parse_line(line, number):
            if name in labels:
                raise PageError(f"Label “{name}” is given twice (line {number}). Each label must be different.")
            labels[name] = options
    if not labels:
        raise PageError(f"Type at least one label, for example: {example}")
    if len(labels) > most:
        raise PageError(f"{len(labels)} labels are more than the {most} allowed at once. Remove some.")
    return labels


def _parse_line(line: str, number: int) -> list[tuple[str, dict[str, Any]]]:
    *before, (last, description) = _parts(line)
    found = [_parse_label(part, None, number) for part, _ in before if part.strip()]
    if description is None:
        return found + ([_parse_label(last, None, number)] if last.strip() else [])
    if not last.strip():
        raise PageError(f"Line {number} has a description but no label: “{line.strip()}”. Write label: description")
    return [*found, _parse_label(last, description, number)]


def _parts(line: str) -> list[tuple[str, str | None]]:
    """Part a line into labels; the last may have a description."""
    labels, description = [""], None
    tokens = iter(_TOKENS.finditer(_without_decimal_commas(line)))
    for token in tokens:
        if token[0] in (",", ";"):
            labels.append("")
        elif token[0] in (":", "::"):
            description = "".join(one[0] for one in tokens)
        else:
            labels[-1] += token[0]
    return [*((label, None) for label in labels[:-1]), (labels[-1], description)]


def _without_decimal_commas(line: str) -> str:
    return _DECIMAL_COMMA.sub(lambda match: match[0] if match[0].startswith('"') else match[0].replace(",", "."), line)


def _parse_label(name: str, description: str | None, number: int) -> tuple[str, dict[str, Any]]:
    has_description = bool(description and description.strip())
    rest, threshold = _with_threshold((description if has_description else name) or "", not has_description)
    options: dict[str, Any] = {} if threshold is None else {"threshold": _threshold(threshold, number)}
    if has_description:
        options["description"] = _unquoted(rest)[0]
    name, is_quoted = _unquoted(name if has_description else rest)
    if not name:
        raise PageError(f"Line {number} has a threshold but no label.")
    if name.startswith('"') and not is_quoted:
        raise PageError(f"{name} in line {number} begins with a quote that has no end. End it, or leave it out.")
    if "@" in name and not is_quoted:
        raise PageError(
            f"“{name}” in line {number}: write the threshold last, as in label: description @ 0.3, "
            'or put quotes around a label that has an @: "label"'
        )
    return name, options


def _with_threshold(text: str, is_label: bool) -> tuple[str, str | None]:
    """Take the threshold off a text's end; an @ in a description is mostly part of an example, such as an e-mail address."""
    text = text.strip()
    if _QUOTED.fullmatch(text):
        return text, None
    match = _THRESHOLD.match(text)
    return (match[1], match[2]) if match and (is_label or _NUMBER_LIKE.fullmatch(match[2])) else (text, None)


def _unquoted(text: str) -> tuple[str, bool]:
    quoted = _QUOTED.fullmatch(text.strip())
    return (quoted[1].replace('""', '"'), True) if quoted else (text.strip(), False)


def write_labels(labels: Mapping[str, Mapping[str, Any]]) -> str:
    """Write labels as the box has them, one per line; `parse_labels` reads them back."""
    return "\n".join(_line(name, options) for name, options in labels.items())


def _line(name: str, options: Mapping[str, Any]) -> str:
    given = {key: value for key, value in options.items() if value not in (None, "")}
    parts = [name, given["description"]] if "description" in given else [name]
    threshold = f" @ {given['threshold']}" if "threshold" in given else ""
    plain = ": ".join(parts) + threshold
    try:
        is_read_back = _parse_line(plain, 1) == [(name, given)]
    except PageError:
        is_read_back = False
    return plain if is_read_back else ": ".join(map(_quoted, parts)) + threshold


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def parse_threshold(text: str) -> float:
    """Read a threshold that stands alone: `0.4`, `0,4` or `40%`.

    Raises:
        PageError: If it is no number between 0 and 1.
    """
    value = _number(text.strip().replace(",", "."))
    if value is None or not 0 <= value <= 1:
        raise PageError(f"“{text.strip()}” is no threshold. Write a number from 0 to 1.")
    return value


def _threshold(text: str, number: int) -> float:
    value = _number(text)
    if value is None:
        raise PageError(f"“@{text}” in line {number} is no threshold. Write @ and a number from 0 to 1.")
    if not 0 <= value <= 1:
        raise PageError(f"The threshold @{text} in line {number} is not between 0 and 1.")
    return value


def _number(text: str) -> float | None:
    share = text.removesuffix("%")
    try:
        return float(share) / (100 if share != text else 1)
    except ValueError:
        return None
