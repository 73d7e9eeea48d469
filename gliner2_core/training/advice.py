"""Settings for a run of one's own, chosen by the number of records, so that nobody need know what a learning rate is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gliner2_core.training.config import Method, TrainingConfig
from gliner2_core.training.gold import TrainingExample

LEAST_EPOCHS, MOST_EPOCHS = 6.0, 20.0
"""With dev examples, which end many runs earlier."""
EXAMPLES_SEEN = 1_280
"""So many are seen within these bounds: what more of them gain is lost in noise, and a hundred records take a minute."""
EPOCHS_UNWATCHED = 6.0
"""Without: enough to learn, not enough to spoil much."""
LEAST_REPLAY, MOST_REPLAY = 50, 400
"""General examples mixed in: fewer keep little, more take most of the time."""


LEAST_DEV = 10
"""Fewer dev examples than these say when to stop by chance: with four of them, runs stopped before they began."""
ENCODER_RATES: Mapping[Method, float] = {"full": 3e-5, "lora": 3e-4, "heads": 3e-5}
"""Low-rank updates start from nothing and want larger steps; with `heads` the encoder stays as it is."""


def parted(
    examples: Sequence[TrainingExample], dev: Sequence[TrainingExample]
) -> tuple[Sequence[TrainingExample], Sequence[TrainingExample]]:
    """Return what is learned from and what says when to stop: dev examples that are too few for that are learned from."""
    return (examples, dev) if counted(len(examples), len(dev))[1] else ([*examples, *dev], ())


def counted(n_examples: int, n_dev: int) -> tuple[int, int]:
    """Return how many records `parted` leaves to learn from, and how many to say when to stop."""
    return (n_examples, n_dev) if n_dev >= LEAST_DEV else (n_examples + n_dev, 0)


def suggested(n_examples: int, *, has_dev: bool, method: Method = "full") -> TrainingConfig:
    """Return settings for a run on so many examples.

    Args:
        n_examples: To learn from.
        has_dev: Whether there are others that say when to stop.
        method: What is trained.

    Source: `tests/benchmarks/small_runs.py`, whose table README shows.
    """
    n_replayed = min(max(n_examples, LEAST_REPLAY), MOST_REPLAY)
    watched = min(max(EXAMPLES_SEEN / (n_examples + n_replayed), LEAST_EPOCHS), MOST_EPOCHS)
    return TrainingConfig(
        method=method,
        epochs=round(watched, 1) if has_dev else EPOCHS_UNWATCHED,
        encoder_learning_rate=ENCODER_RATES[method],
        head_learning_rate=3e-4,
        replay=round(n_replayed / max(n_examples, 1), 3),
        patience=4,
        logging_steps=5,
    )
