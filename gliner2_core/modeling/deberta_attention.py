"""DeBERTa's disentangled attention, faster than transformers' own and equal to it within rounding.

The projections of the relative positions depend on weights alone: they are kept from call to call, one row per distance.
Position scores are read by a shifted view instead of a gather, and join the fused attention as its bias.

Source: He et al., DeBERTa (2021), section 3; transformers 5, `DisentangledSelfAttention`, which the tests compare with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
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

from gliner2_core.modeling.packed_linear import projected

Fingerprint = tuple[tuple[int, int], ...]
Tables = tuple[Tensor, Tensor]
"""Keys and queries of all distances."""
LONGEST_KEPT = 1024
"""Subwords of a text whose positions are kept: with 12 layers of width 768, 150 MB at float32."""
BLOCK = 1 << 20
"""Position scores that are computed together: of all heads for a text of 200 pieces, of two for one of 500."""


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

    Attributes:
        short: What scores are computed in, None for the type of the states; their sums and the softmax are float32.
    """

    short: torch.dtype | None = None

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
        self.scale = 1 / math.sqrt(self.head_size * 3)
        self.span = plain.pos_ebd_size
        self.buckets = plain.position_buckets
        self.max_distance = plain.max_relative_positions
        self.is_shared = plain.share_att_key
        norms = [encoder.LayerNorm] if "layer_norm" in encoder.norm_rel_ebd else []
        # Not the modules: they are the encoder's, not this one's.
        self._table: list[Callable[[], Iterable[Tensor]]] = [one.parameters for one in (encoder.rel_embeddings, *norms)]
        self._kept: tuple[Fingerprint, torch.dtype | None, int, Tables] | None = None

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor, *_: Any, rel_embeddings: Tensor, **__: Any
    ) -> tuple[Tensor, None]:
        """Attend: (B, S, D) float, (B, 1, S, S) mask → (B, S, D) float, and no attention probabilities.

        Args:
            hidden_states: Of the layer before.
            attention_mask: 1 where a piece may look.
            rel_embeddings: (2 × span, D), the same for all layers.
        """
        query, key, value = (
            self._short(self._heads(projected(layer, hidden_states)))
            for layer in (self.query_proj, self.key_proj, self.value_proj)
        )
        tables = self._positions(rel_embeddings, hidden_states.shape[1])
        is_seen = None if bool(attention_mask.all()) else attention_mask.bool()
        return self._attended(query, key, value, tables, is_seen).transpose(1, 2).flatten(2), None

    def _attended(self, query: Tensor, key: Tensor, value: Tensor, tables: Tables, is_seen: Tensor | None) -> Tensor:
        """Attend with as many texts and heads at a time as scores stay in the cache for: (B, H, S, d) float each → the same.

        For a text of 500 pieces, memory that is asked for and given back took half of the time.
        """
        texts, heads, length, _ = query.shape
        scores = length * (2 * length - 1)
        if texts > 1 and texts * scores > BLOCK:
            masks = [None] * texts if is_seen is None else is_seen.split(1)
            each = zip(query.split(1), key.split(1), value.split(1), masks, strict=True)
            return torch.cat([self._attended(q, k, v, tables, mask) for q, k, v, mask in each])
        step = max(BLOCK // (texts * scores), 1)
        blocks = [slice(first, first + step) for first in range(0, heads, step)]
        states, (of_keys, of_queries) = (query, key, value), tables
        read = [self._block([one[:, some] for one in states], of_keys[some], of_queries[some], is_seen) for some in blocks]
        return read[0] if len(read) == 1 else torch.cat(read, 1)

    def _block(self, states: Sequence[Tensor], of_keys: Tensor, of_queries: Tensor, is_seen: Tensor | None) -> Tensor:
        query, key, value = states
        # (B, H, S, 2S - 1): column c stands for the distance S - 1 - c, and c - S + 1 in the second.
        to_position = (query @ of_keys.transpose(-1, -2)).float()
        from_position = (key @ of_queries.transpose(-1, -2)).float()
        bias = _shifted(to_position) + _shifted(from_position).transpose(-1, -2)
        if is_seen is not None:
            bias = bias.masked_fill(~is_seen, torch.finfo(bias.dtype).min)
        dropout = self.dropout.p if self.training else 0.0
        return scaled_dot_product_attention(query, key, value, attn_mask=bias, dropout_p=dropout, scale=self.scale)

    def _short(self, states: Tensor) -> Tensor:
        return states if self.short is None else states.to(self.short)

    def _heads(self, states: Tensor) -> Tensor:
        """(…, S, H × d) → (…, H, S, d)."""
        return states.unflatten(-1, (self.num_heads, self.head_size)).transpose(-2, -3)

    def _positions(self, rel_embeddings: Tensor, length: int) -> Tables:
        """Return scaled keys and queries of all distances, each (H, 2 × length - 1, d), in the order of `forward`.

        Kept while no weight changes: those of a longer text hold those of a shorter one.
        """
        if torch.is_grad_enabled() and rel_embeddings.requires_grad:
            return self._by_distance(self.pos_dropout(rel_embeddings), length)
        weights = self._fingerprint()
        if weights is None or length > LONGEST_KEPT:
            return self._by_distance(rel_embeddings, length)
        if self._kept is None or self._kept[:2] != (weights, self.short) or self._kept[2] < length:
            longest = min(2 * length, LONGEST_KEPT)
            self._kept = weights, self.short, longest, self._by_distance(rel_embeddings, longest)
        _, _, longest, (of_keys, of_queries) = self._kept
        inner = slice(longest - length, longest + length - 1)
        return of_keys[:, inner], of_queries[:, inner]

    def _by_distance(self, rel_embeddings: Tensor, length: int) -> Tables:
        table = rel_embeddings[: 2 * self.span]
        of_keys = self.key_proj if self.is_shared else self.pos_key_proj
        of_queries = self.query_proj if self.is_shared else self.pos_query_proj
        rows = self._rows(length, table.device)
        keys, queries = (self._short(self._heads(layer(table)) * self.scale) for layer in (of_keys, of_queries))
        return keys[:, rows.flip(0)], queries[:, rows]

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
