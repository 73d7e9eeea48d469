"""The transformers backbone and what is read from it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedConfig

from gliner2_core.config import Pooling
from gliner2_core.modeling.deberta_attention import speed_up

RELATIVE_WINDOW = 2048
"""Subwords read in one pass by encoders with relative positions only: they have no hard limit, but cost is quadratic."""


def build_encoder(config: PreTrainedConfig) -> nn.Module:
    """Build a backbone with random weights in float32; eager attention where fused attention is not available.

    Source: reference package 2.1, which builds with AutoModel.from_config.
    """
    try:
        return AutoModel.from_config(config, attn_implementation="sdpa", dtype=torch.float32)
    except (ValueError, ImportError):
        encoder = AutoModel.from_config(config, attn_implementation="eager", dtype=torch.float32)
        speed_up(encoder)
        return encoder


def window_of(config: PreTrainedConfig) -> int:
    """Return how many subwords the backbone can read in one pass."""
    positions = getattr(config, "max_position_embeddings", None)
    if getattr(config, "relative_attention", False) and not getattr(config, "position_biased_input", True):
        return RELATIVE_WINDOW
    if positions is None or positions < 1:
        return RELATIVE_WINDOW
    # RoBERTa-like position tables start behind the padding index.
    offset = (config.pad_token_id or 0) + 1 if config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet") else 0
    return int(positions) - offset


def pool_words(states: Tensor, positions: Tensor, lengths: Tensor, pooling: Pooling) -> Tensor:
    """Make word vectors of subword states.

    Args:
        states: (B, S, D) float.
        positions: (B, W) long, first subword of each word.
        lengths: (B, W) long, subwords of each word; a word without any keeps its row (the state at its position).
        pooling: `first`, `mean` or `max` over the subwords of a word.

    Returns:
        (B, W, D) float.

    Source: reference package 2.1; it drops words without subwords under mean and max, we keep them.
    """
    first = gather_rows(states, positions)
    if pooling == "first" or lengths.numel() == 0:
        return first
    longest = max(int(lengths.max()), 1)
    offsets = torch.arange(longest, device=states.device)
    index = (positions.unsqueeze(-1) + offsets).clamp(max=states.shape[1] - 1)  # (B, W, longest)
    pieces = gather_rows(states, index.flatten(1)).unflatten(1, index.shape[1:])  # (B, W, longest, D)
    inside = (offsets < lengths.clamp(min=1).unsqueeze(-1)).unsqueeze(-1)
    if pooling == "mean":
        return (pieces * inside).sum(2) / lengths.clamp(min=1).unsqueeze(-1)
    return pieces.masked_fill(~inside, float("-inf")).amax(2)


def gather_rows(states: Tensor, positions: Tensor) -> Tensor:
    """Pick rows: (B, S, D) float and (B, N) long → (B, N, D) float."""
    return states.gather(1, positions.unsqueeze(-1).expand(-1, -1, states.shape[-1]))
