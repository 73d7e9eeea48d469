"""Confidence intervals by resampling documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gliner2_core.checks import checked_positive, checked_threshold
from gliner2_core.errors import InputError
from gliner2_core.training.matches import MatchCounts

Floats = NDArray[np.float64]
_CHUNK = 100  # resamples at once: bounds memory to 100 × documents weights


@dataclass(frozen=True, slots=True)
class Interval:
    """A percentile bootstrap interval: in 0–1, with its confidence and how it was drawn."""

    low: float
    high: float
    confidence: float
    resamples: int
    seed: int

    def to_dict(self) -> dict[str, float | int]:
        """Return all of it."""
        return {
            "low": self.low,
            "high": self.high,
            "confidence": self.confidence,
            "resamples": self.resamples,
            "seed": self.seed,
        }


def bootstrap_interval(
    per_document: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Draw documents with replacement and look how much a score moves.

    Args:
        per_document: (B, C) float, C summable counts per document.
        statistic: Takes (R, C) summed counts, one row per resample; returns (R,) scores.
        confidence: Share of resampled scores inside the interval.
        resamples: How many sets of B documents are drawn.
        seed: Of numpy's default generator; equal seeds give equal intervals.

    Returns:
        The percentile interval.

    Raises:
        InputError: If there is no document, or a number is out of range.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, section 13.3 (percentile interval).
    """
    if per_document.ndim != 2 or len(per_document) == 0:
        raise InputError(f"per_document must be (documents, counts) with a document, got shape {per_document.shape}")
    checked_threshold(confidence, "bootstrap", name="confidence")
    checked_positive(resamples, "resamples")
    generator = np.random.default_rng(seed)
    documents = len(per_document)
    scores: list[Floats] = []
    for first in range(0, resamples, _CHUNK):
        rows = min(_CHUNK, resamples - first)
        # How often each document is drawn: (R, B). Equal to drawing B indices, and sums become one product.
        weights = generator.multinomial(documents, np.full(documents, 1.0 / documents), size=rows)
        scores.append(statistic(weights @ per_document))
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(np.concatenate(scores), [tail, 1.0 - tail])
    return Interval(float(low), float(high), confidence, resamples, seed)


def f1_interval(counts: Sequence[MatchCounts], *, resamples: int = 1000, seed: int = 0) -> Interval:
    """Return the 95 % interval of micro F1.

    Args:
        counts: One per document.
        resamples: How many sets of documents are drawn.
        seed: Of the generator.

    Raises:
        InputError: If there is no document.
    """
    table = np.array([[count.correct, count.predicted + count.gold] for count in counts], dtype=np.float64)
    return bootstrap_interval(table.reshape(-1, 2), _f1, resamples=resamples, seed=seed)


def mean_interval(values: Sequence[float | bool], *, resamples: int = 1000, seed: int = 0) -> Interval:
    """Return the 95 % interval of a mean, accuracy for one.

    Args:
        values: One per document.
        resamples: How many sets of documents are drawn.
        seed: Of the generator.

    Raises:
        InputError: If there is no document.
    """
    table = np.array([[float(value)] for value in values], dtype=np.float64).reshape(-1, 1)
    return bootstrap_interval(table, lambda sums: sums[:, 0] / len(values), resamples=resamples, seed=seed)


def _f1(sums: Floats) -> Floats:
    correct, total = sums[:, 0], sums[:, 1]
    scores = np.zeros(len(sums))
    np.divide(2.0 * correct, total, out=scores, where=total > 0)
    return scores
