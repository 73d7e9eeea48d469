"""Spans that reach a threshold, and which of them stay.

At a low threshold a text has tens of thousands. They stay numbers until it is known which are kept: an object for each
took longer than the model itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from gliner2_core.spans import CharSpan, ScoredSpan, WordSpan, select_spans
from gliner2_core.validators import RegexValidator
from gliner2_core.words import Words


class RealWords:
    """The words of a text that answers are made of.

    Args:
        words: All words.
    """

    def __init__(self, words: Words) -> None:
        self.text, self._items, self.number = words.text, words.items, words.n_real
        self._are_apart: bool | None = None

    @property
    def are_apart(self) -> bool:
        """Whether words follow each other without overlap or outer white space, as all splitters but odd ones give them.

        Spans of them then overlap in characters just where they overlap in words.
        """
        if self._are_apart is None:
            real = self._items[: self.number]
            self._are_apart = all(one.end <= other.start for one, other in pairwise(real)) and all(
                one.start < one.end and not self.text[one.start].isspace() and not self.text[one.end - 1].isspace()
                for one in real
            )
        return self._are_apart

    def chars(self, first: int, last: int) -> CharSpan | None:
        """Return the characters of words first to last without outer white space, or None if nothing is left."""
        start, end = self._items[first].start, self._items[last].end
        surface = self.text[start:end]
        start += len(surface) - len(surface.lstrip())
        end -= len(surface) - len(surface.rstrip())
        return CharSpan(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The spans of one label that reach its threshold, in text order.

    Attributes:
        places: (N, 2) int: first word, and how many more.
        values: (N,) float, their probabilities.
    """

    words: RealWords
    places: Tensor
    values: Tensor

    def select(
        self, policy: str | None, validators: Sequence[RegexValidator] = (), most: int | None = None
    ) -> list[ScoredSpan]:
        """Return those that validators accept and an overlap policy keeps, most confident first.

        Args:
            policy: As for `select_spans`.
            validators: All must accept a span's text.
            most: So many of them; None for all.

        Raises:
            ValidatorTimeout: If a user's regular expression runs too long.
        """
        if policy is None and not validators and self.words.are_apart:
            return self._greedily(most)
        text, spans = self.words.text, self._spans()
        for validator in validators:
            spans = [span for span in spans if validator.validate(text[span.chars.start : span.chars.end])]
        return select_spans(spans, policy)[:most]

    def _greedily(self, most: int | None) -> list[ScoredSpan]:
        """Keep the most confident one, then the next that overlaps none that is kept, and so on.

        What `select_spans` does with all of them, for words that are apart; the tests hold both side by side.
        """
        values, order = self.values.sort(descending=True, stable=True)
        firsts, widths = self.places[order].T.tolist()
        taken = bytearray(self.words.number)
        kept: list[tuple[int, int, int]] = []  # place in the order, first and last word
        for rank, (first, width) in enumerate(zip(firsts, widths, strict=True)):
            if len(kept) == most:
                break
            if taken.find(1, first, first + width + 1) < 0:
                taken[first : first + width + 1] = b"\1" * (width + 1)
                kept.append((rank, first, first + width))
        found = values[[rank for rank, _, _ in kept]].tolist()
        return [
            ScoredSpan(chars, WordSpan(first, last + 1), value)
            for (_, first, last), value in zip(kept, found, strict=True)
            if (chars := self.words.chars(first, last)) is not None
        ]

    def _spans(self) -> list[ScoredSpan]:
        return [
            ScoredSpan(chars, WordSpan(first, first + width + 1), value)
            for (first, width), value in zip(self.places.tolist(), self.values.tolist(), strict=True)
            if (chars := self.words.chars(first, first + width)) is not None
        ]


def candidates_of(scores: Tensor | None, words: RealWords, thresholds: Sequence[float]) -> list[Candidates]:
    """Return per label the spans of real words that reach its threshold.

    Args:
        scores: (L, W, K) logits; None if there are none.
        words: W words.
        thresholds: Of the L labels.
    """
    if scores is None or not words.number:
        return [Candidates(words, torch.empty(0, 2, dtype=torch.long), torch.empty(0)) for _ in thresholds]
    values = torch.sigmoid(scores)
    limit = torch.tensor(thresholds).to(values)[:, None, None]
    last = torch.arange(words.number)[:, None] + torch.arange(values.shape[2])
    hits = ((values >= limit) & (last < words.number).to(values.device)).nonzero()
    numbers = hits[:, 0].bincount(minlength=len(thresholds)).tolist()
    reached = values[tuple(hits.unbind(1))].cpu().split(numbers)
    places = hits[:, 1:].cpu().split(numbers)
    return [Candidates(words, *one) for one in zip(places, reached, strict=True)]
