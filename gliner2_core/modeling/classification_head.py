"""The classification head: one logit per label."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gliner2_core.tasks import ClassificationTask


def build_classifier(hidden: int) -> nn.Sequential:
    """Build the head: label vectors (…, D) → (…, 1) logits. Source: reference package 2.1, `classifier`."""
    return nn.Sequential(nn.Linear(hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, 1))


def probabilities(logits: Tensor, task: ClassificationTask) -> Tensor:
    """Turn the logits of one task's labels, (L,) float, into probabilities as its activation says."""
    is_sigmoid = task.activation == "sigmoid" or (task.activation == "auto" and task.multi_label)
    return torch.sigmoid(logits) if is_sigmoid else torch.softmax(logits, dim=-1)
