"""The one place that knows how a model's products are computed. Answers differ by rounding, parameters not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from transformers.activations import GELUActivation

from gliner2_core.modeling.deberta_attention import FastDisentangledAttention
from gliner2_core.modeling.packed_linear import LEAST_OUTPUTS, PackedLinear, projected
from gliner2_core.modeling.precision import Precision, attention_type


def set_precision(model: nn.Module, precision: Precision) -> None:
    """Let a model multiply in a precision where no gradient is asked for; may be called again with another one.

    Args:
        model: Changed in place; names and values of its parameters stay.
        precision: `float32` leaves products to torch. With the others sums, norms and softmax are still float32.
    """
    if precision != "float32":
        _make_packable(model)
    short = attention_type(precision)
    for module in model.modules():
        if isinstance(module, PackedLinear):
            module.precision = None if precision == "float32" else precision
            module.forget()
        elif isinstance(module, FastDisentangledAttention):
            module.short = short
        elif _is_fused_attention(module):
            for layer in (module.query, module.key, module.value):
                cast(PackedLinear, layer).result = short or torch.float32


class FusedIntermediate(nn.Module):
    """Drop-in for the first half of a feed-forward layer, dense → GELU: both in one step.

    Args:
        plain: What it replaces; its projection is taken over.
    """

    def __init__(self, plain: nn.Module) -> None:
        super().__init__()
        self.dense = cast(nn.Module, plain.dense)
        self.training = plain.training

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(B, S, D) float → (B, S, 4D), in the precision of the products."""
        return projected(self.dense, hidden_states, with_gelu=True)


def _make_packable(model: nn.Module) -> None:
    for parent in list(model.modules()):
        if type(parent) is nn.Linear and parent.out_features >= LEAST_OUTPUTS:
            parent.__class__ = PackedLinear
        for name, child in parent.named_children():
            if _is_plain_intermediate(child):
                setattr(parent, name, FusedIntermediate(child))


def _is_plain_intermediate(module: nn.Module) -> bool:
    act = getattr(module, "intermediate_act_fn", None)
    is_exact = isinstance(act, GELUActivation) and act.act is nn.functional.gelu
    return is_exact and [name for name, _ in module.named_parameters(recurse=True)] == ["dense.weight", "dense.bias"]


def _is_fused_attention(module: nn.Module) -> bool:
    """Tell whether it is an attention of transformers with torch's fused kernel, which takes any type."""
    config = getattr(module, "config", None)
    layers = (getattr(module, name, None) for name in ("query", "key", "value"))
    return getattr(config, "_attn_implementation", None) == "sdpa" and all(isinstance(one, PackedLinear) for one in layers)


def multiply_plainly(precision: Precision, states: Tensor, weight: Tensor) -> Callable[[], Tensor]:
    """Return a product of a precision and nothing else, for measuring how fast this machine multiplies.

    Args:
        precision: Of both.
        states: (S, inputs) float32.
        weight: (outputs, inputs) float32.
    """
    if precision == "int8":
        codes, turned = states.round().to(torch.int8), weight.round().to(torch.int8).t()
        return torch.inference_mode()(lambda: torch._int_mm(codes, turned))
    layer = PackedLinear(weight.shape[1], weight.shape[0])
    layer.weight.data = weight
    layer.precision = precision
    states = states.bfloat16() if precision == "bfloat16" else states
    return torch.no_grad()(lambda: projected(layer, states))
