"""The word splitter: text → words with offsets into the caller's own string."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from gliner2_core.errors import InputError

SplitterName = Literal["whitespace", "char"]
SplitFunction = Callable[[str], Iterable[tuple[str, int, int]]]

_URL = r"(?:https?://[^\s]+|www\.[^\s]+)"
_EMAIL = r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}"
_HANDLE = r"@[a-z0-9_]+"
_CHAR = re.compile(r"[A-Za-z0-9@._\-+]+|\S")
_CLOSING = (".", "!", "?")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `form` is what the model reads (lower case), [start, end) lies in the caller's text."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one document.

    Attributes:
        text: The caller's text, unchanged.
        items: All words the model reads, an added final full stop included.
        n_real: How many of them come from the caller's text; only these may appear in an answer.
    """

    text: str
    items: tuple[Word, ...]
    n_real: int


def split_words(text: str, splitter: SplitterName | SplitFunction = "whitespace", *, limit: int | None = None) -> Words:
    """Split a text as GLiNER2 was trained to read it.

    A full stop is added when the text ends with none of `. ! ?`, because the model has always seen one; no word made
    of it alone is real, and a word that swallowed it (a URL) ends where the caller's text ends.

    Args:
        text: Any string, left as it is.
        splitter: `whitespace`, `char`, or a callable that yields (word, start, end) in text order.
        limit: Keep only the first `limit` words.

    Returns:
        The words; offsets count code points of `text`.

    Raises:
        InputError: If the splitter's name is unknown.

    Source: reference package 2.1, word splitters and text normalisation.
    """
    read = text if text.endswith(_CLOSING) else text + "."
    items: list[Word] = []
    n_real = 0
    for form, start, end in _splitter(splitter)(read):
        if limit is not None and len(items) >= limit:
            break
        if start < len(text):
            n_real += 1
        items.append(Word(form.lower(), start, min(end, len(text))))
    return Words(text, tuple(items), n_real)


def _splitter(splitter: SplitterName | SplitFunction) -> SplitFunction:
    if callable(splitter):
        return splitter
    if splitter == "whitespace":
        return _matches(_word_pattern())
    if splitter == "char":
        return _matches(_CHAR)
    raise InputError(f"unknown word splitter {splitter!r}; allowed: 'whitespace', 'char', or a callable")


def _matches(pattern: re.Pattern[str]) -> SplitFunction:
    def split(text: str) -> Iterator[tuple[str, int, int]]:
        for match in pattern.finditer(text):
            yield match.group(), match.start(), match.end()

    return split


@cache
def _word_pattern() -> re.Pattern[str]:
    # \w does not hold combining marks and joiners: without them one word of Hindi falls into pieces.
    char = rf"[\w{_mark_ranges()}\u200c\u200d]"
    return re.compile(rf"{_URL}|{_EMAIL}|{_HANDLE}|{char}+(?:[-_]{char}+)*|\S", re.IGNORECASE)


@cache
def _mark_ranges() -> str:
    ranges: list[list[int]] = []
    for code in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
