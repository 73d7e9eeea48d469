"""The count head: how many instances a task has, and one query per instance and field.

Three published kinds unroll the same GRU and differ in what follows it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gliner2_core.config import MAX_COUNT, CountLayer


class _Unrolled(nn.Module):
    """A GRU whose input at step t is the embedding of t and whose first state is the field's vector."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.pos_embedding = nn.Embedding(MAX_COUNT, hidden)
        self.gru = nn.GRU(hidden, hidden)

    def unroll(self, fields: Tensor, steps: int) -> Tensor:
        """Return (N, G, L, D) states of `steps` steps for fields (G, L, D)."""
        groups, labels, hidden = fields.shape
        inputs = self.pos_embedding.weight[:steps, None].expand(steps, groups * labels, hidden).contiguous()
        states, _ = self.gru(inputs, fields.reshape(1, groups * labels, hidden).contiguous())
        return states.view(steps, groups, labels, hidden)


class CountLstm(_Unrolled):
    """`count_lstm`: an MLP over [state; field]."""

    def __init__(self, hidden: int) -> None:
        super().__init__(hidden)
        self.projector = nn.Sequential(nn.Linear(2 * hidden, 4 * hidden), nn.ReLU(), nn.Linear(4 * hidden, hidden))

    def forward(self, fields: Tensor, label_mask: Tensor, steps: int) -> Tensor:
        """Make queries.

        Args:
            fields: (G, L, D) float.
            label_mask: (G, L) bool; padding rows give queries that nobody reads.
            steps: N, 1 to 20.

        Returns:
            (N, G, L, D) float; query n does not depend on later ones.

        Source: reference package 2.1, `count_lstm`.
        """
        states = self.unroll(fields, steps)
        return self.projector(torch.cat([states, fields.expand_as(states)], dim=-1))


class _FieldTransformer(nn.Module):
    def __init__(self, hidden: int, inner: int = 128) -> None:
        super().__init__()
        self.in_projector = nn.Linear(hidden, inner)
        layer = nn.TransformerEncoderLayer(inner, 4, 2 * inner, dropout=0.1, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out_projector = nn.Sequential(
            nn.Linear(hidden + inner, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden)
        )

    def forward(self, states: Tensor, label_mask: Tensor) -> Tensor:
        attended = self.transformer(self.in_projector(states), src_key_padding_mask=~label_mask)
        return self.out_projector(torch.cat([attended, states], dim=-1))


class CountLstmV2(_Unrolled):
    """`count_lstm_v2`: fields of one instance attend to each other."""

    def __init__(self, hidden: int) -> None:
        super().__init__(hidden)
        self.transformer = _FieldTransformer(hidden)

    def forward(self, fields: Tensor, label_mask: Tensor, steps: int) -> Tensor:
        """Make queries; shapes as in `CountLstm.forward`.

        Source: reference package 2.1, `count_lstm_v2`.
        """
        states = self.unroll(fields, steps) + fields
        groups, labels = label_mask.shape
        mask = label_mask.expand(steps, groups, labels).reshape(steps * groups, labels)
        return self.transformer(states.flatten(0, 1), mask).view(states.shape)


class CountLstmMoe(_Unrolled):
    """`count_lstm_moe`: four experts, softly routed."""

    def __init__(self, hidden: int, experts: int = 4) -> None:
        super().__init__(hidden)
        self.w1 = nn.Parameter(torch.empty(experts, hidden, 2 * hidden))
        self.b1 = nn.Parameter(torch.zeros(experts, 2 * hidden))
        self.w2 = nn.Parameter(torch.empty(experts, 2 * hidden, hidden))
        self.b2 = nn.Parameter(torch.zeros(experts, hidden))
        self.router = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, experts), nn.Softmax(dim=-1))
        nn.init.xavier_uniform_(self.w1)
        nn.init.xavier_uniform_(self.w2)

    def forward(self, fields: Tensor, label_mask: Tensor, steps: int) -> Tensor:
        """Make queries; shapes as in `CountLstm.forward`.

        Source: reference package 2.1, `count_lstm_moe`.
        """
        states = self.unroll(fields, steps)
        gates = self.router(states)  # (N, G, L, E)
        inner = nn.functional.gelu(torch.einsum("ngld,edh->ngleh", states, self.w1) + self.b1)
        outer = torch.einsum("ngleh,ehd->ngled", inner, self.w2) + self.b2
        return (gates.unsqueeze(-1) * outer).sum(-2)


def build_count_embed(layer: CountLayer, hidden: int) -> nn.Module:
    """Build the query maker that a checkpoint names."""
    kinds: dict[CountLayer, type[nn.Module]] = {
        "count_lstm": CountLstm,
        "count_lstm_v2": CountLstmV2,
        "count_lstm_moe": CountLstmMoe,
    }
    return kinds[layer](hidden)


def build_count_pred(hidden: int) -> nn.Sequential:
    """Build the classifier of the number of instances: (…, D) → (…, 20) logits."""
    return nn.Sequential(nn.Linear(hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, MAX_COUNT))
