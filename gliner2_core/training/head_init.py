"""Heads that start as a similarity: a label scores high on spans whose encoder vectors resemble its own.

Heads from zero sit on a plateau for thousands of steps, because span and label vectors are both noise and each waits for
the other. Written through identity blocks, [I; −I] → ReLU → [I, −I], every projection starts as the identity, and a
score starts as s · (label − mean) · (span − mean) − b, where a span is the mean of its first and last word.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gliner2_core.modeling.count_head import CountLstm
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.training.collator import TrainingBatch

PRIOR_LOGIT = -3.0
"""Score of an average span: few spans are entities."""
_REST = 0.2
"""Scale of the units that the identity blocks leave free; they stay random so that they can learn."""


@torch.no_grad()
def start_as_similarity(model: Gliner2Model, batches: Sequence[TrainingBatch]) -> None:
    """Set the span and count heads of a model with `count_lstm` so that scores are similarities.

    Args:
        model: Its encoder is pretrained; its heads are overwritten.
        batches: A few batches, for the means and the scale.

    Raises:
        TypeError: If the count head is of another kind.

    Source: own definition.
    """
    if not isinstance(model.count_embed, CountLstm):
        raise TypeError(f"only count_lstm can start as a similarity, got {type(model.count_embed).__name__}")
    words, labels = _collect(model.eval(), batches)
    word_mean, label_mean = words.mean(0), labels.mean(0)
    spread = ((labels - label_mean)[:512] @ (words - word_mean)[:4096].T).std()
    shift = 3.0 * words.std()
    quiet = torch.linalg.eigh(torch.cov(words.T)).eigenvectors[:, 0]
    head = model.span_rep.span_rep_layer
    for side in ("project_start", "project_end"):
        _identity(head[side], shift_out=shift.expand_as(word_mean))
    _identity(head["out_project"], halves=True, shift_in=shift + word_mean, shift_out=quiet)
    _identity(
        model.count_embed.projector, skip=len(word_mean), shift_in=label_mean,
        scale=float(1.5 / spread), shift_out=PRIOR_LOGIT * quiet,
    )  # fmt: skip
    model.train()


def _collect(model: Gliner2Model, batches: Sequence[TrainingBatch]) -> tuple[Tensor, Tensor]:
    words, labels = [], []
    for batch in batches:
        states = model.states(batch.inputs)
        words.append(states.words[batch.inputs.word_mask])
        labels.append(states.labels[batch.inputs.label_mask & ~batch.is_classification[:, None]])
    return torch.cat(words), torch.cat(labels)


def _identity(
    mlp: nn.Module,
    *,
    skip: int = 0,
    halves: bool = False,
    shift_in: Tensor | float = 0.0,
    shift_out: Tensor | float = 0.0,
    scale: float = 1.0,
) -> None:
    """Make an MLP give `scale · (input − shift_in) + shift_out`.

    With `skip` the first so many inputs are ignored; with `halves` the input is the mean of its two halves.
    """
    first, last = [layer for layer in mlp.children() if isinstance(layer, nn.Linear)]
    size = last.out_features
    eye = torch.eye(size)
    first.weight.mul_(_REST)
    last.weight.mul_(_REST)
    for sign, rows in ((1.0, slice(0, size)), (-1.0, slice(size, 2 * size))):
        block = torch.zeros(size, first.in_features)
        if halves:
            block[:, :size] = block[:, size:] = 0.5 * eye
        else:
            block[:, skip : skip + size] = eye
        first.weight[rows] = sign * block
        first.bias[rows] = -sign * shift_in
        last.weight[:, rows] = sign * scale * eye
    first.bias[2 * size :] = 0.0
    last.bias.copy_(torch.as_tensor(shift_out).expand(size))
