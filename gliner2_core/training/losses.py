"""What training minimises: span, count and classification losses of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.modeling.span_head import span_mask
from gliner2_core.training.collator import TrainingBatch


@dataclass(frozen=True, slots=True)
class LossConfig:
    """How the losses are weighed.

    Attributes:
        reduction: `sum` adds everything up as the reference does; `balanced` gives every part the scale of one decision,
            so that thousands of span cells do not drown one classification.
        positive_weight: Weight of true span cells; false ones get 1 − it, both doubled (0.5 weighs nothing).
        typing_weight: Weight of a softmax over the labels at each true span: which label, given the span.
        single_label: `softmax` cross-entropy or `bce` for tasks with exactly one true label.
        count_weight: Weight of the count loss.
        several_weight: Weight of a count of two and more within it; most texts hold one instance, so that a head that always
            says one is right too often to learn anything else.
        classification_weight: Weight of the classification loss.
        are_all_counts_learned: Also for entities (always 1) and for absent structures (0); the reference does neither.
    """

    reduction: Literal["sum", "balanced"] = "balanced"
    positive_weight: float = 0.75
    typing_weight: float = 1.0
    single_label: Literal["softmax", "bce"] = "softmax"
    count_weight: float = 0.3
    classification_weight: float = 1.0
    are_all_counts_learned: bool = True
    several_weight: float = 1.0


REFERENCE_LOSS = LossConfig("sum", 0.5, 0.0, "bce", 1.0, 1.0, are_all_counts_learned=False)
"""The reference package's losses."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Scalars with gradients; `total` is their weighted sum."""

    total: Tensor
    spans: Tensor
    typing: Tensor
    counts: Tensor
    classifications: Tensor


def compute_losses(model: Gliner2Model, batch: TrainingBatch, config: LossConfig) -> Losses:
    """Run the model on a batch and compare.

    Args:
        model: In train or eval mode.
        batch: Inputs and targets.
        config: Weights.

    Returns:
        All losses.

    Source: reference package 2.1 (§8.3 of its description) for `sum`; `balanced` and typing are ours, the weighing of
    positive cells is GLiNER's (arXiv:2311.08526).
    """
    states = model.states(batch.inputs)
    zero = states.prompts.sum() * 0.0
    spans = typing = counts = classifications = zero
    if batch.query_rows.numel():
        logits = _query_logits(model, batch, states.words, states.labels)
        spans = _span_loss(logits, batch, model.model_config.max_width, config)
        if config.typing_weight and batch.typed_cells.numel():
            typing = _typing_loss(logits, batch)
    learned = batch.counts >= 0 if config.are_all_counts_learned else (batch.counts > 0) & ~batch.is_entities
    if bool(learned.any()):
        count_logits = model.count_logits(states.prompts[learned]).float()
        reduction = "sum" if config.reduction == "sum" else "mean"
        weights = count_logits.new_ones(count_logits.shape[-1])
        weights[2:] = config.several_weight
        counts = functional.cross_entropy(count_logits, batch.counts[learned], weights, reduction=reduction)
    if bool(batch.is_classification.any()):
        classifications = _classification_loss(model, batch, states.labels, config)
    total = (
        spans + config.typing_weight * typing + config.count_weight * counts + config.classification_weight * classifications
    )
    return Losses(total, spans, typing, counts, classifications)


def _query_logits(model: Gliner2Model, batch: TrainingBatch, words: Tensor, labels: Tensor) -> Tensor:
    """Return (B, Q, W, K) logits of the queries of every text."""
    queries = model.queries(labels, batch.inputs.label_mask, batch.max_instances)  # (N, G, L, D)
    rows = queries.flatten(0, 2)[batch.query_rows]  # (B, Q, D)
    return model.span_rep.score(model.span_rep.states(words), rows)


def _span_loss(logits: Tensor, batch: TrainingBatch, max_width: int, config: LossConfig) -> Tensor:
    inside = span_mask(batch.inputs.word_mask, max_width)[:, None] & batch.query_mask[:, :, None, None]
    gold = torch.zeros(logits.shape, device=logits.device)
    cells = batch.gold_cells
    gold[cells[:, 0], cells[:, 1], cells[:, 2], cells[:, 3]] = 1.0
    weight = 2.0 * torch.where(gold > 0, config.positive_weight, 1.0 - config.positive_weight) * inside
    loss = (functional.binary_cross_entropy_with_logits(logits.float(), gold, reduction="none") * weight).sum()
    return loss if config.reduction == "sum" else loss / max(len(cells), batch.inputs.input_ids.shape[0])


def _typing_loss(logits: Tensor, batch: TrainingBatch) -> Tensor:
    """Softmax over the labels of one instance at each true span.

    typed_cells columns: text, first query of the instance, labels in it, index of the true one, word, width − 1.
    """
    text, first, n_labels, true, word, width = batch.typed_cells.unbind(1)
    labels = torch.arange(int(n_labels.max()), device=logits.device)
    index = (first[:, None] + labels).clamp(max=logits.shape[1] - 1)
    rows = logits[text[:, None], index, word[:, None], width[:, None]].float()  # (cells, labels)
    return functional.cross_entropy(rows.masked_fill(labels >= n_labels[:, None], -1e4), true)


def _classification_loss(model: Gliner2Model, batch: TrainingBatch, labels: Tensor, config: LossConfig) -> Tensor:
    chosen = batch.is_classification
    logits = model.class_logits(labels[chosen]).float()
    gold = batch.class_gold[chosen]
    mask = batch.inputs.label_mask[chosen]
    bce = functional.binary_cross_entropy_with_logits(logits, gold, reduction="none") * mask
    if config.reduction == "sum" and config.single_label == "bce":
        return bce.sum()
    per_task = bce.sum(1) / mask.sum(1) if config.reduction == "balanced" else bce.sum(1)
    if config.single_label == "softmax":
        log_probabilities = functional.log_softmax(logits.masked_fill(~mask, -1e4), dim=1)
        softmax = -(log_probabilities * gold).sum(1) / gold.sum(1).clamp(min=1)
        per_task = torch.where(batch.is_single_label[chosen], softmax, per_task)
    return per_task.mean() if config.reduction == "balanced" else per_task.sum()
