"""Labels as people type them: one per line, with a description and a threshold where wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ui.messages import PageError

LabelOptions = dict[str, dict[str, Any]]
_DECIMAL_COMMA = re.compile(r"(@\s*\d+),(\d)")
_THRESHOLD = re.compile(r"^(.*?)\s*@\s*([^@\s]+)\s*$")
_NUMBER_LIKE = re.compile(r"[-+]?[\d.]+%?")
_SEPARATORS = re.compile(r"[,;]")
_COLON = re.compile(r"::?")


def parse_labels(text: str, *, most: int) -> LabelOptions:
    """Read the label box.

    A line is `label`, `label: description`, either with `@0.4` at its end for a threshold of its own. Commas or semicolons
    part labels; a description belongs to the last label before its colon, and goes on to the end of the line.

    Args:
        text: What the box holds.
        most: Most labels allowed.

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
        raise PageError("Type at least one label, for example: person")
    if len(labels) > most:
        raise PageError(f"{len(labels)} labels are more than the {most} allowed at once. Remove some.")
    return labels


def _parse_line(line: str, number: int) -> list[tuple[str, dict[str, Any]]]:
    line = _DECIMAL_COMMA.sub(r"\1.\2", line)
    name, *descriptions = _COLON.split(line, maxsplit=1)
    *before, last = _SEPARATORS.split(name)
    found = [_parse_label(part, "", number) for part in before if part.strip()]
    if not descriptions:
        return found + ([_parse_label(last, "", number)] if last.strip() else [])
    if not last.strip():
        raise PageError(f"Line {number} has a description but no label: “{line.strip()}”. Write label: description")
    return [*found, _parse_label(last, descriptions[0], number)]


def _parse_label(name: str, description: str, number: int) -> tuple[str, dict[str, Any]]:
    options: dict[str, Any] = {}
    rest = description if description.strip() else name
    match = _THRESHOLD.match(rest.strip())
    # An @ in a description is mostly part of an example, such as an e-mail address.
    if match and (rest is name or _NUMBER_LIKE.fullmatch(match[2])):
        options["threshold"] = _threshold(match[2], number)
        rest = match[1]
    if description.strip():
        description = rest
    else:
        name = rest
    if not name.strip():
        raise PageError(f"Line {number} has a threshold but no label.")
    if "@" in name:
        raise PageError(f"“{name.strip()}” in line {number}: write the threshold last, as in label: description @ 0.3")
    if description.strip():
        options["description"] = description.strip()
    return name.strip(), options


def write_labels(labels: Mapping[str, Mapping[str, Any]]) -> str:
    """Write labels as the box has them, one per line; `parse_labels` reads them back."""
    return "\n".join(_line(name, options) for name, options in labels.items())


def _line(name: str, options: Mapping[str, Any]) -> str:
    line = f"{name}: {options['description']}" if options.get("description") else name
    return line if options.get("threshold") is None else f"{line} @ {options['threshold']}"


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
