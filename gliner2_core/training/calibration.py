"""Moves a checkpoint's span scores so that at threshold 0.5 precision and recall are balanced on the held-out sources.

`python -m gliner2_core.training.calibration --data DIR --model RUN/final --out FOLDER`. The shift is written into a bias of
the count head, so every program that loads the checkpoint has it.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from gliner2_core.checkpoint import SHARD_BYTES, LoadedCheckpoint, save_checkpoint
from gliner2_core.evaluation.gold_spans import gold_spans
from gliner2_core.evaluation.schemas import build_schemas
from gliner2_core.evaluation.scoring import predicted_spans
from gliner2_core.extractor import GLiNER2
from gliner2_core.modeling.count_head import CountLstm
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.prompt import PromptEncoder
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.held_out import held_out_examples
from gliner2_core.training.metrics import span_scores
from gliner2_core.training.pretrain import HELD_OUT
from gliner2_core.training.streams import batches_by_length
from gliner2_core.training.targets import build_targets

THRESHOLDS = tuple(step / 100 for step in range(5, 96))
RIDGE = 1e-3


def main(arguments: list[str] | None = None) -> int:
    """Measure, shift, write; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gliner2_core.training.calibration", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with <source>.jsonl.gz files")
    parser.add_argument("--model", required=True, help="checkpoint folder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the calibrated checkpoint")
    parser.add_argument("--limit", type=int, default=300, help="examples per source (300)")
    options = parser.parse_args(arguments)
    model = GLiNER2.from_pretrained(options.model)
    sets = [with_entities_alone(held_out_examples(options.data, source, options.limit)) for source in HELD_OUT]
    sets = [examples for examples in sets if examples]
    threshold = balanced_threshold(model, sets)
    delta = -math.log(threshold / (1 - threshold))
    spans = span_vectors(model.loaded, [example for examples in sets for example in examples])
    spread = shift_spans(model.model, spans, delta)
    save_checkpoint(options.out, model.loaded, dtype=torch.float16, shard_bytes=SHARD_BYTES)
    sys.stdout.write(f"balanced at {threshold:.2f}: every span's logit moves by {delta:+.3f} (± {spread:.3f})\n")
    return 0


def with_entities_alone(examples: Sequence[TrainingExample]) -> list[TrainingExample]:
    """Return the examples that have entities, stripped of all other tasks."""
    return [
        replace(example, structures=(), structure_descriptions={}, relations=(), classifications=())
        for example in examples
        if example.entities
    ]


def balanced_threshold(model: GLiNER2, sets: Sequence[Sequence[TrainingExample]]) -> float:
    """Return the lowest threshold at which mean precision reaches mean recall, each set counting alike.

    Args:
        model: What is measured.
        sets: Examples with entities, by source.
    """
    answers = [
        list(model.iter_predict([one.text for one in examples], build_schemas(examples), threshold=THRESHOLDS[0]))
        for examples in sets
    ]
    gold = [[gold_spans(example) for example in examples] for examples in sets]
    for threshold in THRESHOLDS:
        lead = 0.0
        for true, predictions in zip(gold, answers, strict=True):
            scores = span_scores(true, [predicted_spans(one, threshold) for one in predictions]).micro
            lead += scores.precision - scores.recall
        if lead >= 0:
            return threshold
    return THRESHOLDS[-1]


@torch.no_grad()
def span_vectors(checkpoint: LoadedCheckpoint, examples: Sequence[TrainingExample], most: int = 20_000) -> Tensor:
    """Return vectors of spans of the texts: (S, D) float, about `most`, evenly from all texts."""
    model, found = checkpoint.model.eval(), []
    head = model.span_rep
    targets = [build_targets(example, head.max_width) for example in examples]
    for batch in batches_by_length(targets, PromptEncoder(checkpoint.tokenizer), 16, seed=0):
        states = head.states(model.states(batch.inputs).words)
        words = states.starts.shape[1]
        for width in range(min(head.max_width, words)):
            joined = torch.relu(states.starts[:, : words - width] + states.ends[:, width:])
            found.append(head.project(joined)[batch.inputs.word_mask[:, width:]])
    spans = torch.cat(found)
    return spans[:: max(1, len(spans) // most)]


@torch.no_grad()
def shift_spans(model: Gliner2Model, spans: Tensor, delta: float) -> float:
    """Add `delta` to the logit of every span, by a direction along which all spans have the same length.

    Args:
        model: With `count_lstm`.
        spans: (S, D) float, vectors of typical spans.
        delta: In logits.

    Returns:
        By how much the shift varies from span to span (standard deviation, in logits).

    Raises:
        TypeError: If the count head is of another kind.
    """
    if not isinstance(model.count_embed, CountLstm):
        raise TypeError(f"only count_lstm can be shifted, got {type(model.count_embed).__name__}")
    wide = spans.double()
    moments = wide.T @ wide / len(wide)
    ridge = RIDGE * moments.diagonal().mean() * torch.eye(len(moments), dtype=wide.dtype)
    direction = torch.linalg.solve(moments + ridge, wide.mean(0))
    lengths = wide @ direction
    direction = direction / lengths.mean()
    cast(nn.Linear, model.count_embed.projector[2]).bias.add_((delta * direction).to(spans.dtype))
    return float(abs(delta) * (lengths / lengths.mean()).std())


if __name__ == "__main__":
    sys.exit(main())
