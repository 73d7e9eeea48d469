"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from gliner2_core.spans import CharSpan, ScoredSpan, WordSpan

PIECES = (
    "Ana",
    "Öztürk",
    "İstanbul",
    "e\u0301te\u0301",
    "क्षमा",
    "东京",
    "😀",
    "👩\u200d👩\u200d👧",
    "🇫🇷",
    "\ufe0f",
    "\u00ad",
    "\u200b",
    "\r\n",
    "\n\n",
    "\t",
    " ",
    "  ",
    "\u00a0",
    ".",
    "!",
    "?",
    "…",
    ",",
    "-",
    "_",
    "'",
    "(",
    "[E]",
    "[SEP_TEXT]",
    "https://a.bc/d?e=f",
    "www.x.org",
    "jo@mail.example.com",
    "@handle",
    "3,14",
    "10%",
    "co-op",
    "ﬁn",
    "²",
)
"""Words, marks, emoji and white space that have broken offsets somewhere."""


def documents(max_pieces: int = 20) -> st.SearchStrategy[str]:
    """Texts of any Unicode without lone surrogates, rich in hard cases."""
    piece = st.sampled_from(PIECES) | st.text(max_size=6)
    return st.lists(piece, max_size=max_pieces).map("".join)


def scored_spans(max_size: int = 8) -> st.SearchStrategy[list[ScoredSpan]]:
    """Candidates of one label in text order; confidences are sixty-fourths, so that sums are exact."""
    one = st.builds(
        lambda start, length, score: ScoredSpan(
            CharSpan(start, start + length), WordSpan(start, start + length), score / 64
        ),
        st.integers(0, 12),
        st.integers(1, 6),
        st.integers(1, 64),
    )
    return st.lists(one, max_size=max_size).map(lambda spans: sorted(spans, key=lambda span: span.chars))
