"""Which spans reach a threshold and stay: the quick way beside the plain one."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core.candidates import RealWords, candidates_of
from gliner2_core.spans import CharSpan, select_spans
from gliner2_core.validators import RegexValidator
from gliner2_core.words import Word, Words, split_words
from tests.strategies import documents

WIDTH = 4


def _logits(n_labels: int, words: Words, seed: int) -> torch.Tensor:
    """Logits with many ties, also over spans that reach past the last word."""
    drawn = torch.Generator().manual_seed(seed)
    return torch.randint(-3, 4, (n_labels, words.n_real, WIDTH), generator=drawn).float()


@given(documents(), st.integers(0, 10_000), st.sampled_from([0.05, 0.5, 0.9]), st.sampled_from([None, 1, 3]))
def test_the_quick_way_keeps_what_the_plain_one_keeps(text: str, seed: int, threshold: float, most: int | None) -> None:
    words = split_words(text)
    real = RealWords(words)
    assert real.are_apart
    for found in candidates_of(_logits(2, words, seed), real, [threshold, 0.5]):
        plain = select_spans(found._spans(), None)
        assert found.select(None, most=most) == plain[:most]


@given(documents(), st.integers(0, 10_000))
def test_what_reaches_a_threshold_is_what_a_loop_finds(text: str, seed: int) -> None:
    words = split_words(text)
    real, logits = RealWords(words), _logits(2, words, seed)
    thresholds = [0.3, 0.7]
    found = candidates_of(logits, real, thresholds)
    for label, threshold in enumerate(thresholds):
        expected = [
            (real.chars(first, first + width), torch.sigmoid(logits[label, first, width]).item())
            for first in range(words.n_real)
            for width in range(WIDTH)
            if first + width < words.n_real and torch.sigmoid(logits[label, first, width]) >= threshold
        ]
        assert [(one.chars, one.confidence) for one in found[label]._spans()] == expected


@pytest.mark.parametrize(
    "items",
    [
        (Word("ab", 0, 2), Word("bc", 1, 3)),  # they overlap
        (Word("ab ", 0, 3), Word("c", 3, 4)),  # one ends in white space
        (Word("", 0, 0), Word("ab", 0, 2)),  # one is empty
    ],
)
def test_odd_words_of_a_splitter_of_ones_own_go_the_plain_way(items: tuple[Word, ...]) -> None:
    words = RealWords(Words("ab cd", items, 2))
    assert not words.are_apart
    logits = torch.tensor([[[2.0, 3.0], [1.0, -9.0]]])
    found = candidates_of(logits, words, [0.5])[0]
    assert found.select(None) == select_spans(found._spans(), None)
    assert found.select(None)


def test_validators_come_before_the_choice_among_overlapping_ones() -> None:
    words = RealWords(split_words("Ann Lee 42"))
    logits = torch.full((1, 3, WIDTH), -9.0)
    logits[0, 0, 2], logits[0, 2, 0] = 3.0, 2.0  # "Ann Lee 42" is surer than "42"
    found = candidates_of(logits, words, [0.5])[0]
    assert [one.chars for one in found.select(None)] == [CharSpan(0, 10)]
    assert [one.chars for one in found.select(None, [RegexValidator(r"\d+")])] == [CharSpan(8, 10)]


def test_without_words_or_scores_nothing_is_found() -> None:
    assert candidates_of(None, RealWords(split_words("a b")), [0.5])[0].select(None) == []
    assert candidates_of(torch.zeros(1, 1, 1), RealWords(split_words("")), [0.1])[0].select(None) == []
