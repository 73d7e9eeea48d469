"""Examples → batches of similar length, for one pass over a list or without end."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from gliner2_core.prompt import PromptEncoder
from gliner2_core.training.collator import TrainingBatch, collate_targets
from gliner2_core.training.targets import TargetExample

WINDOW_BATCHES = 32
"""Batches are cut from so many batches' worth of examples sorted by length: little padding, still random order."""


def batches_by_length(
    examples: Iterable[TargetExample],
    encoder: PromptEncoder,
    batch_size: int,
    *,
    seed: int,
    max_subwords: int | None = None,
    pad_id: int = 0,
) -> Iterator[TrainingBatch]:
    """Yield batches whose texts are about equally long.

    Args:
        examples: In any order; may be endless.
        encoder: Encodes prompts and texts.
        batch_size: Texts per batch.
        seed: Of the order of batches within a window.
        max_subwords: Longer examples are left out; None keeps all.
        pad_id: Fills up ids.
    """
    rng = random.Random(seed)
    stream = iter(examples)
    while window := list(itertools.islice(stream, batch_size * WINDOW_BATCHES)):
        sized = [(len(encoder.encode(example.prompt, example.words).ids), example) for example in window]
        kept = [pair for pair in sized if max_subwords is None or pair[0] <= max_subwords]
        kept.sort(key=lambda pair: pair[0])
        cuts = [kept[start : start + batch_size] for start in range(0, len(kept), batch_size)]
        rng.shuffle(cuts)
        for cut in cuts:
            yield collate_targets(encoder, [example for _, example in cut], pad_id=pad_id)


def shuffled(examples: Sequence[TargetExample], *, seed: int) -> list[TargetExample]:
    """Return the examples in an order that the seed gives."""
    order = list(examples)
    random.Random(seed).shuffle(order)
    return order


BatchFactory = Callable[[int], Iterator[TrainingBatch]]
"""Makes the stream of batches from a step on; called again when a run resumes."""
