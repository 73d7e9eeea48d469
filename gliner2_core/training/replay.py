"""Examples of the embedded checkpoint's own training, mixed into a small run so that it does not forget the rest."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from gliner2_core.training.gold import GoldField, GoldInstance, TrainingExample
from gliner2_core.training.record_examples import Surroundings, example_of
from gliner2_core.training.sampling import Sampling
from gliner2_core.training.written_texts import written_sources

SAMPLING = Sampling(max_negatives=4, max_options=8, long_options_rate=0.0, restyled_rate=0.0, joined_rate=0.0)
MOST_WORDS = 60
"""Longer texts would make most of a run's time."""


def replay_examples(count: int, *, seed: int) -> list[TrainingExample]:
    """Return annotated texts that ship with the project: entities, structures, relations and classes of many kinds.

    Args:
        count: How many.
        seed: The same seed gives the same examples.
    """
    rng = random.Random(seed)
    examples: list[TrainingExample] = []
    around = Surroundings(True, {}, {}, [GoldInstance("record", {"name": GoldField()})])
    order = rng.sample(_records(), len(_records()))
    for number, record in enumerate(order):
        if len(examples) >= count:
            break
        example = example_of(record, around, SAMPLING, rng, f"replay {number + 1}")
        if example is not None:
            examples.append(example)
    return examples


@cache
def _records() -> tuple[dict[str, Any], ...]:
    # Those that the embedded checkpoint has learned from; it has not seen the judgements yet.
    return tuple(record for record in written_sources()["written_texts"] if len(record["text"].split()) <= MOST_WORDS)
