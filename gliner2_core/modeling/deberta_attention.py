"""DeBERTa's disentangled attention, faster than transformers' own and equal to it within rounding.

The projections of the relative positions depend on weights alone: they are kept from call to call. Position scores are read
by a shifted view instead of a gather, and join the fused attention as its bias.

Source: He et al., DeBERTa (2021), section 3; transformers 5, `DisentangledSelfAttention`, which the tests compare with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.deberta_v2.modeling_deberta_v2 import (
    DebertaV2Encoder,
    DebertaV2Layer,
    DisentangledSelfAttention,
    make_log_bucket_position,
)

Fingerprint = tuple[tuple[int, int], ...]


def speed_up(encoder: nn.Module) -> None:
    """Replace the attention of a DeBERTa v2 or v3 backbone in place; other backbones stay as they are.

    Parameter names stay those of transformers.
    """
    for module in encoder.modules():
        if isinstance(module, DebertaV2Encoder) and module.relative_attention:
            for attention in (cast(DebertaV2Layer, layer).attention for layer in module.layer):
                if set(attention.self.pos_att_type) == {"c2p", "p2c"}:
                    attention.add_module("self", FastDisentangledAttention(attention.self, module))


class FastDisentangledAttention(nn.Module):
    """Drop-in for `DisentangledSelfAttention` with content-to-position and position-to-content scores.

    Args:
        plain: What it replaces; its projections are taken over.
        encoder: Holds the table of relative positions.
    """

    query_proj: nn.Module
    key_proj: nn.Module
    value_proj: nn.Module
    pos_key_proj: nn.Module
    pos_query_proj: nn.Module
    pos_dropout: nn.Module
    dropout: nn.Dropout

    def __init__(self, plain: DisentangledSelfAttention, encoder: DebertaV2Encoder) -> None:
        super().__init__()
        for name, child in plain.named_children():
            setattr(self, name, child)
        self.training = plain.training
        self.num_heads = plain.num_attention_heads
        self.head_size = plain.attention_head_size
        self.span = plain.pos_ebd_size
        self.buckets = plain.position_buckets
        self.max_distance = plain.max_relative_positions
        self.is_shared = plain.share_att_key
        norms = [encoder.LayerNorm] if "layer_norm" in encoder.norm_rel_ebd else []
        # Not the modules: they are the encoder's, not this one's.
        self._table: list[Callable[[], Iterable[Tensor]]] = [one.parameters for one in (encoder.rel_embeddings, *norms)]
        self._kept: tuple[Fingerprint, tuple[Tensor, Tensor]] | None = None

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor, *_: Any, rel_embeddings: Tensor, **__: Any
    ) -> tuple[Tensor, None]:
        """Attend: (B, S, D) float, (B, 1, S, S) mask → (B, S, D) float, and no attention probabilities.

        Args:
            hidden_states: Of the layer before.
            attention_mask: 1 where a piece may look.
            rel_embeddings: (2 × span, D), the same for all layers.
        """
        scale = 1 / math.sqrt(self.head_size * 3)
        query = self._heads(self.query_proj(hidden_states)) * scale
        key, value = self._heads(self.key_proj(hidden_states)), self._heads(self.value_proj(hidden_states))
        of_keys, of_queries = self._positions(rel_embeddings)
        rows = self._rows(hidden_states.shape[1], hidden_states.device)
        # (B, H, S, 2S - 1): column c stands for the distance S - 1 - c, and c - S + 1 in the second.
        to_position = query @ of_keys[:, rows.flip(0)].transpose(-1, -2)
        from_position = key @ (of_queries[:, rows] * scale).transpose(-1, -2)
        bias = _shifted(to_position) + _shifted(from_position).transpose(-1, -2)
        if not bool(attention_mask.all()):
            bias = bias.masked_fill(~attention_mask.bool(), torch.finfo(bias.dtype).min)
        dropout = self.dropout.p if self.training else 0.0
        read = scaled_dot_product_attention(query, key, value, attn_mask=bias, dropout_p=dropout, scale=1.0)
        return read.transpose(1, 2).flatten(2), None

    def _heads(self, states: Tensor) -> Tensor:
        """(…, S, H × d) → (…, H, S, d)."""
        return states.unflatten(-1, (self.num_heads, self.head_size)).transpose(-2, -3)

    def _positions(self, rel_embeddings: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and queries of the relative positions, each (H, 2 × span, d); kept while no weight changes."""
        if torch.is_grad_enabled() and rel_embeddings.requires_grad:
            return self._projected(self.pos_dropout(rel_embeddings))
        weights = self._fingerprint()
        if weights is None:
            return self._projected(rel_embeddings)
        if self._kept is None or self._kept[0] != weights:
            self._kept = weights, self._projected(rel_embeddings)
        return self._kept[1]

    def _projected(self, rel_embeddings: Tensor) -> tuple[Tensor, Tensor]:
        table = rel_embeddings[: 2 * self.span]
        of_keys = self.key_proj if self.is_shared else self.pos_key_proj
        of_queries = self.query_proj if self.is_shared else self.pos_query_proj
        return self._heads(of_keys(table)), self._heads(of_queries(table))

    def _fingerprint(self) -> Fingerprint | None:
        """Return what changes with a weight; None for weights made in inference mode, whose changes nobody counts."""
        weights = list(chain(self.parameters(), *(parameters() for parameters in self._table)))
        if any(one.is_inference() for one in weights):
            return None
        return tuple((one.data_ptr(), one._version) for one in weights)

    def _rows(self, length: int, device: torch.device) -> Tensor:
        """Return the table's row for each distance from 1 - `length` to `length` - 1, (2 × length - 1,) long."""
        distance = torch.arange(1 - length, length, device=device)
        if self.buckets > 0 and self.max_distance > 0:
            distance = make_log_bucket_position(distance, self.buckets, self.max_distance).long()
        return (distance + self.span).clamp(0, 2 * self.span - 1)


def _shifted(scores: Tensor) -> Tensor:
    """Read (…, S, 2S - 1) as (…, S, S): row i begins at column S - 1 - i."""
    length = scores.shape[-2]
    scores = scores.contiguous()
    *outer, row, column = scores.stride()
    return scores.as_strided(
        (*scores.shape[:-1], length), (*outer, row - column, column), scores.storage_offset() + length - 1
    )
