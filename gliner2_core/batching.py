"""Which texts are read in one pass: those of like length, few enough to stay in little memory."""

from __future__ import annotations

from collections.abc import Sequence

PADDING_LIMIT = 0.1
"""A batch may hold at most this share of padding: on a CPU, computing padding costs more than a second batch."""
TOKEN_BUDGET = 1_024
"""Most subwords of a batch, padding counted: more in one pass takes memory and no less time on a CPU."""


def plan_batches(lengths: Sequence[int], batch_size: int, *, token_budget: int = TOKEN_BUDGET) -> list[list[int]]:
    """Group texts of similar length.

    Args:
        lengths: Subwords of each text.
        batch_size: Most texts per batch.
        token_budget: Most subwords per batch, padding counted; a longer text is a batch of its own.

    Returns:
        Indices per batch; every index once, at most `PADDING_LIMIT` of a batch is padding. Batches with early texts come
        first, so that answers in the order of the texts are ready soon.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda one: lengths[one]):
        current = batches[-1] if batches else []
        total = sum(lengths[one] for one in current) + lengths[index]
        room = lengths[index] * (len(current) + 1)
        is_full = len(current) == batch_size or room > token_budget
        if current and not is_full and room - total <= PADDING_LIMIT * room:
            current.append(index)
        else:
            batches.append([index])
    return sorted(batches, key=min)
