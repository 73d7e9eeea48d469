"""Checks of the parts of a training record: each adds what is wrong to a fault list and returns what can be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core.checks import checked_name, json_type, surrogate_at
from gliner2_core.errors import InputError
from gliner2_core.training.gold import Mention

MENTION_KEYS = ("text", "start", "end")
SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in the data: where (`path:line` or `records[i]`) and what."""

    origin: str
    message: str

    def __str__(self) -> str:
        """Return `origin: message`."""
        return f"{self.origin}: {self.message}" if self.origin else self.message


class FaultList:
    """Collects everything that is wrong with one record, so that a user sees all of it at once."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.items: list[Fault] = []

    def add(self, message: str) -> None:
        """Note one fault."""
        self.items.append(Fault(self.origin, message))


def fault_report(faults: Sequence[Fault], limit: int = SHOWN_FAULTS) -> str:
    """Return a message that lists the first faults, one a line, and counts the rest.

    Args:
        faults: What was found, in file order; at least one.
        limit: How many are written out.

    Returns:
        One line for a single fault; otherwise a headline, up to `limit` lines, and `… and N more`.
    """
    if len(faults) == 1:
        return str(faults[0])
    places = len({fault.origin for fault in faults})
    lines = [f"{len(faults)} faults in {places} record{'s' if places > 1 else ''}:"]
    lines += [f"  {fault}" for fault in faults[:limit]]
    if len(faults) > limit:
        lines.append(f"  … and {len(faults) - limit} more")
    return "\n".join(lines)


def shown(value: Any, limit: int = 60) -> str:
    """Return a value as it is written in messages: repr, cut to `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def read_mapping(value: Any, where: str, faults: FaultList) -> Mapping[str, Any]:
    """Return an object; null counts as empty, anything else is a fault."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        faults.add(f"{where} must be an object, got {json_type(value)} ({shown(value)})")
        return {}
    return value


def read_list(value: Any, where: str, faults: FaultList) -> Sequence[Any]:
    """Return a list; null counts as empty, anything else is a fault."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        faults.add(f"{where} must be a list, got {json_type(value)} ({shown(value)})")
        return ()
    return value


def is_name(value: Any, kind: str, faults: FaultList) -> bool:
    """Whether a name can be used as label, field, task or choice; if not, that is a fault."""
    try:
        checked_name(value, kind)
    except InputError as error:
        faults.add(str(error))
        return False
    return True


def read_names(value: Any, where: str, faults: FaultList) -> tuple[str, ...]:
    """Return a list of usable, different names; none at all is a fault."""
    before = len(faults.items)
    listed = read_list(value, where, faults)
    if not listed and len(faults.items) == before:
        faults.add(f"{where} is empty; at least one is needed")
    names = [name for index, name in enumerate(listed) if is_name(name, f"{where}[{index}]", faults)]
    for name in repeated(names):
        faults.add(f"{where} lists {name!r} twice")
    return tuple(dict.fromkeys(names))


def read_descriptions(value: Any, where: str, known: Iterable[str], what: str, faults: FaultList) -> dict[str, str]:
    """Return descriptions by name; empty ones are absent, one for an unknown name is a fault."""
    allowed = tuple(known)
    found: dict[str, str] = {}
    for name, description in read_mapping(value, where, faults).items():
        if name not in allowed:
            faults.add(f"{where} describes {name!r}, which is no {what} of this record ({listed_names(allowed)})")
        elif description is not None and not isinstance(description, str):
            faults.add(f"{where}.{name} must be a string, got {json_type(description)} ({shown(description)})")
        elif description and surrogate_at(description) is not None:
            faults.add(f"{where}.{name} contains a lone surrogate, which is no character")
        elif description:
            found[name] = description
    return found


def reject_unknown_keys(record: Mapping[str, Any], allowed: Sequence[str], where: str, faults: FaultList) -> None:
    """Note every key that nothing reads."""
    for key in record:
        if key not in allowed:
            faults.add(f"unknown key {key!r} in {where}; known: {', '.join(allowed)}")


def read_mentions(value: Any, where: str, text: str, faults: FaultList) -> tuple[Mention, ...]:
    """Return the mentions of a value: a string, a pinned object, or a list of both; null and "" are absent."""
    if isinstance(value, (list, tuple)):
        nested = [
            mention for index, item in enumerate(value) for mention in _read_mention(item, f"{where}[{index}]", text, faults)
        ]
        return tuple(nested)
    return _read_mention(value, where, text, faults)


def _read_mention(value: Any, where: str, text: str, faults: FaultList) -> tuple[Mention, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, Mapping):
        return _read_pinned(value, where, text, faults)
    if not isinstance(value, str):
        faults.add(f"{where} must be a string or an object with {_keys()}, got {json_type(value)} ({shown(value)})")
    elif not value.strip():
        faults.add(f'{where} {value!r} is blank; write "" for an absent value')
    elif not occurs(value, text):
        faults.add(f"{where} {shown(value)} does not occur in the text")
    else:
        return (Mention(value),)
    return ()


def _read_pinned(value: Mapping[str, Any], where: str, text: str, faults: FaultList) -> tuple[Mention, ...]:
    before = len(faults.items)
    reject_unknown_keys(value, MENTION_KEYS, where, faults)
    missing = [key for key in MENTION_KEYS if key not in value]
    if missing:
        faults.add(f"{where} lacks {', '.join(map(repr, missing))}; a pinned mention needs {_keys()}")
    if len(faults.items) > before:
        return ()
    surface, start, end = (value[key] for key in MENTION_KEYS)
    if not isinstance(surface, str) or not surface.strip():
        faults.add(f"{where}.text must be a string that is not blank, got {shown(surface)}")
    elif any(isinstance(offset, bool) or not isinstance(offset, int) for offset in (start, end)):
        faults.add(f"{where}: start and end must be whole numbers, got {shown(start)} and {shown(end)}")
    elif not 0 <= start < end <= len(text):
        faults.add(f"{where}: [{start}, {end}) does not lie in the text of {len(text)} characters")
    elif text[start:end] != surface:
        faults.add(f"{where}: the text at [{start}, {end}) is {shown(text[start:end])}, not {shown(surface)}")
    else:
        return (Mention(surface, start, end),)
    return ()


def occurs(value: str, text: str) -> bool:
    """Whether a surface occurs in a text, upper and lower case aside.

    Tried as written first: lower() depends on neighbours (Greek final sigma), so a slice of a text, lowered, need not
    occur in the lowered text.
    """
    return value in text or value.lower() in text.lower() or value.casefold() in text.casefold()


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that come more than once, each once, in order."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


def listed_names(names: Sequence[str], limit: int = 8) -> str:
    """Return names for a message, at most `limit` of them."""
    if not names:
        return "there is none"
    more = f", … ({len(names)} in all)" if len(names) > limit else ""
    return "known: " + ", ".join(map(repr, names[:limit])) + more


def _keys() -> str:
    return ", ".join(MENTION_KEYS)
