"""Long records → a window of whole sentences with the answers that lie inside it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

_SENTENCE_START = re.compile(r"(?:\A|(?<=[.!?\n])\s+)(?=\S)")
_WORD = re.compile(r"\S+")


def crop(record: Mapping[str, Any], max_words: int, rng: random.Random) -> dict[str, Any] | None:
    """Cut a record of the corpus to at most `max_words` words that begin at a sentence.

    Offsets are moved; structure instances without any value left are dropped.

    Args:
        record: A record with `text`, `entities`, `classifications`, `structures`.
        max_words: Longest window.
        rng: Picks the sentence.

    Returns:
        The shorter record; the record itself if it is short enough; None if nothing would be left, or if a choice field
        decides about the whole text.
    """
    text = record["text"]
    words = [match.span() for match in _WORD.finditer(text)]
    if len(words) <= max_words:
        return dict(record)
    structures = record["structures"]
    if any(structure.get("choices") for structure in structures):
        return None
    # A topic is said at the beginning; spans may lie anywhere.
    starts = [0] if record["classifications"] else [match.end() for match in _SENTENCE_START.finditer(text)]
    start = rng.choice(starts)
    inside = [span for span in words if span[0] >= start][:max_words]
    end = inside[-1][1]
    if len(inside) == max_words:
        stops = [match.start() for match in re.finditer(r"(?<=[.!?])\s", text[start:end])]
        if stops and stops[-1] > (end - start) // 2:
            end = start + stops[-1]
    cut = {**record, "text": text[start:end]}
    cut["entities"] = [_moved(one, start) for one in record["entities"] if start <= one["start"] and one["end"] <= end]
    cut["structures"] = [one for structure in structures if (one := _cropped(structure, start, end)) is not None]
    if structures and not cut["structures"] and not record["entities"]:
        return None
    return cut


def _moved(entity: Mapping[str, Any], start: int) -> dict[str, Any]:
    return {**entity, "start": entity["start"] - start, "end": entity["end"] - start}


def _cropped(structure: Mapping[str, Any], start: int, end: int) -> dict[str, Any] | None:
    spans = {
        key: [[first - start, last - start] for first, last in found if start <= first and last <= end]
        for key, found in structure["spans"].items()
    }
    spans = {key: found for key, found in spans.items() if found}
    if not spans:
        return None
    schema = list(structure.get("schema") or structure["fields"])
    return {**structure, "schema": schema, "spans": spans, "fields": {key: structure["fields"][key] for key in spans}}
