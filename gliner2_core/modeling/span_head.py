"""The span head: scores every span of up to K words against query vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from gliner2_core.modeling.packed_linear import PackedLinear

BLOCK = 64
"""Words whose spans are scored together without gradients: their joined states, 4D wide, fit into a core's cache."""


@dataclass(frozen=True, slots=True)
class SpanStates:
    """Halves of the span representation before they are joined: each (B, W, 4D) float."""

    starts: Tensor
    ends: Tensor


class SpanHead(nn.Module):
    """markerV0: a span is made of the projected vectors of its first and its last word.

    Parameters are named as in published checkpoints (`span_rep.span_rep_layer.*`).

    Args:
        hidden: D.
        max_width: K, longest span in words.

    Source: GLiNER (arXiv:2311.08526), markerV0; reference package 2.1.
    """

    def __init__(self, hidden: int, max_width: int) -> None:
        super().__init__()
        self.max_width = max_width
        self.span_rep_layer = nn.ModuleDict(
            {
                "project_start": _projection(hidden, hidden),
                "project_end": _projection(hidden, hidden),
                "out_project": _projection(2 * hidden, hidden, inner=4 * hidden),
            }
        )

    def states(self, word_states: Tensor) -> SpanStates:
        """Project words once as starts and once as ends, through the first layer of the joint projection.

        The first layer is linear in the concatenation [start; end], so its two halves are computed per word and not
        per span: W instead of W·K products.

        Args:
            word_states: (B, W, D) float.

        Returns:
            Both halves.
        """
        starts = torch.relu(self.span_rep_layer["project_start"](word_states))
        ends = torch.relu(self.span_rep_layer["project_end"](word_states))
        joint = cast(nn.Linear, self._out_project()[0])
        packed = joint.products(starts, parts=2) if isinstance(joint, PackedLinear) else None
        if packed is not None:
            return SpanStates(packed[0](starts).float(), packed[1](ends).float())
        start_weight, end_weight = whole_weight(joint).chunk(2, dim=1)
        return SpanStates(nn.functional.linear(starts, start_weight), nn.functional.linear(ends, end_weight, joint.bias))

    def score(self, states: SpanStates, queries: Tensor) -> Tensor:
        """Score all spans of a text against its queries.

        The last layer is folded into the queries: q·(W h + b) = (Wᵀ q)·h + q·b.

        Args:
            states: Halves, (B, W, 4D) each.
            queries: (B, Q, D) float.

        Returns:
            (B, Q, W, K) logits; [b, q, i, w] is the span of words [i, i + w + 1). Spans that reach past W hold
            whatever; mask them.
        """
        out = self._out_project()
        last = cast(nn.Linear, out[3])
        folded = queries @ whole_weight(last)  # (B, Q, 4D)
        offset = queries @ last.bias  # (B, Q)
        padded = nn.functional.pad(states.ends, (0, 0, 0, self.max_width - 1))
        if torch.is_grad_enabled() or self.training:
            scores = self._scored(states.starts, padded, folded)
        else:
            texts = zip(states.starts, padded, folded, strict=True)
            scores = torch.stack([_scored_in_blocks(*one, self.max_width) for one in texts])
        return scores + offset[:, :, None, None]

    def _scored(self, starts: Tensor, padded: Tensor, folded: Tensor) -> Tensor:
        dropout, words = self._out_project()[2], starts.shape[1]
        columns = []
        for width in range(self.max_width):
            joined = dropout(torch.relu(starts + padded[:, width : width + words]))  # (B, W, 4D)
            columns.append(folded @ joined.transpose(1, 2))  # (B, Q, W)
        return torch.stack(columns, dim=-1)

    def project(self, joined: Tensor) -> Tensor:
        """Return span vectors (..., D) from joined halves (..., 4D), for those who want the vectors themselves."""
        return cast(Tensor, self._out_project()[3](joined))

    def _out_project(self) -> nn.Sequential:
        return cast(nn.Sequential, self.span_rep_layer["out_project"])


def whole_weight(layer: nn.Linear) -> Tensor:
    """Return a layer's weight, (outputs, inputs), with the low-rank update that may be on it.

    Without it, whoever reads the weight and does not call the layer overlooks the update (gliner2 2.1.0 does).
    """
    update = getattr(layer, "get_delta_weight", None)
    if update is None:
        return layer.weight
    return layer.weight + sum(update(name) for name in cast(Any, layer).active_adapters)


def _scored_in_blocks(starts: Tensor, padded: Tensor, folded: Tensor, max_width: int) -> Tensor:
    """Score the spans of one text, (W, 4D), (W + K - 1, 4D) and (Q, 4D) → (Q, W, K), in blocks that stay in the cache."""
    words = starts.shape[0]
    scores = starts.new_empty(max_width, len(folded), words)
    joined = torch.empty_like(starts[:BLOCK])
    for first in range(0, words, BLOCK):
        block = starts[first : first + BLOCK]
        size = len(block)
        for width in range(max_width):
            torch.add(block, padded[first + width : first + width + size], out=joined[:size]).relu_()
            scores[width, :, first : first + size] = folded @ joined[:size].t()
    return scores.permute(1, 2, 0)


def span_mask(word_mask: Tensor, max_width: int) -> Tensor:
    """Tell which spans lie inside the text.

    Args:
        word_mask: (B, W) bool, padding on the right.
        max_width: K.

    Returns:
        (B, W, K) bool.
    """
    n_words = word_mask.sum(1)
    last = torch.arange(word_mask.shape[1], device=word_mask.device)[:, None] + torch.arange(
        max_width, device=word_mask.device
    )
    return last[None] < n_words[:, None, None]


def _projection(width: int, out: int, inner: int | None = None) -> nn.Sequential:
    inner = inner or 4 * out
    return nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Dropout(0.1), nn.Linear(inner, out))
