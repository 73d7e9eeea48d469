"""Linear layers whose weights lie as the processor's matrix units want them, in a precision of one's choice.

Weights stay float32 parameters, are trained, saved and adapted as ever; inference reads a packed copy that is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from gliner2_core.modeling.precision import Precision

LEAST_OUTPUTS = 64
"""Narrower layers gain nothing."""
STEPS = 254
"""From the smallest to the largest of a row of states as eight bits: one less than they hold leaves room for rounding."""


class Product(Protocol):
    """Multiplies states with packed weights."""

    def __call__(self, states: Tensor, *, with_gelu: bool = False) -> Tensor:
        """(…, inputs) float → (…, outputs), in the precision of the product, through GELU if asked."""


class PackedLinear(nn.Linear):
    """`nn.Linear` that multiplies with a packed copy of its weights where no gradient is asked for.

    Attributes:
        precision: Of the copy; None multiplies as `nn.Linear` does.
        result: Type of what a packed product returns.
    """

    precision: Precision | None = None
    result: torch.dtype = torch.float32
    _kept: tuple[tuple[int, ...], Sequence[Product]] | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Multiply: (…, inputs) float → (…, outputs) float."""
        products = self.products(input)
        return super().forward(input) if products is None else products[0](input).to(self.result)

    def products(self, states: Tensor, parts: int = 1) -> Sequence[Product] | None:
        """Return what multiplies these states; None where only `nn.Linear` can: for gradients, on other devices.

        Args:
            states: (…, inputs ÷ parts) float.
            parts: Equal shares of the inputs, each of which is multiplied alone; the last one has the bias.
        """
        weight = self.weight
        if self.precision is None or torch.is_grad_enabled() or states.device.type != "cpu" or not states.numel():
            return None
        # Changes of weights that were made in inference mode are counted by nobody.
        if weight.is_inference() or weight.dtype != torch.float32:
            return None
        weights = [weight] if self.bias is None else [weight, self.bias]
        seen = (parts, *(number for one in weights for number in (one.data_ptr(), one._version)))
        if self._kept is None or self._kept[0] != seen:
            packer = _PACKERS[self.precision]
            *first, last = weight.detach().chunk(parts, dim=1)
            self._kept = seen, [*(packer(one, None) for one in first), packer(last, self.bias)]
        return self._kept[1]

    def forget(self) -> None:
        """Drop the copy: needed after changes that torch does not count, those of `weight.data`."""
        self._kept = None

    def __getstate__(self) -> dict[str, object]:
        """Return what is copied and pickled: not the packed weights, which nothing can copy."""
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}


def projected(layer: nn.Module, states: Tensor, *, with_gelu: bool = False) -> Tensor:
    """Multiply, through GELU if asked, and leave the result in the product's own precision, for readers that take any."""
    products = layer.products(states) if isinstance(layer, PackedLinear) else None
    if products is not None:
        return products[0](states, with_gelu=with_gelu)
    plain: Tensor = layer(states)
    return nn.functional.gelu(plain) if with_gelu else plain


def forget_packed(model: nn.Module) -> None:
    """Drop all packed copies of a model; the next inference makes them anew."""
    for layer in model.modules():
        if isinstance(layer, PackedLinear):
            layer.forget()


def _bfloat16_product(weight: Tensor, bias: Tensor | None) -> Product:
    """Products of bfloat16 numbers, summed in float32."""
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16().contiguous())
    return _Dense(packed, None if bias is None else bias.bfloat16(), torch.bfloat16)


def _float32_product(weight: Tensor, bias: Tensor | None) -> Product:
    return _Dense(torch.ops.mkldnn._reorder_linear_weight(weight.contiguous()), bias, torch.float32)


def _int8_product(weight: Tensor, bias: Tensor | None) -> Product:
    """Weights have a scale per output, states scale and zero point per row: one for all rows errs three times as much."""
    scales = weight.abs().amax(1).clamp(min=1e-12) / 127
    rounded = (weight / scales[:, None]).round()
    bias = torch.zeros(len(weight)) if bias is None else bias.detach()
    return _Quantized(rounded.to(torch.int8).t(), scales, rounded.sum(1) * scales, bias)


_PACKERS: dict[Precision, Callable[[Tensor, Tensor | None], Product]] = {
    "float32": _float32_product,
    "bfloat16": _bfloat16_product,
    "int8": _int8_product,
}


@dataclass(frozen=True, slots=True)
class _Dense:
    weight: Tensor
    bias: Tensor | None
    dtype: torch.dtype

    def __call__(self, states: Tensor, *, with_gelu: bool = False) -> Tensor:
        after: tuple[str, list[float], str] = ("gelu", [], "none") if with_gelu else ("none", [], "")
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states.to(self.dtype), self.weight, self.bias, *after)
        return product


@dataclass(frozen=True, slots=True)
class _Quantized:
    """Source: Jacob et al., Quantization … for Efficient Integer-Arithmetic-Only Inference (2018), section 2."""

    weight: Tensor  # (inputs, outputs) int8
    scales: Tensor  # (outputs,)
    sums: Tensor  # (outputs,): what a zero point of 1 adds
    bias: Tensor

    def __call__(self, states: Tensor, *, with_gelu: bool = False) -> Tensor:
        rows = states.flatten(0, -2).float()
        # Each as its own step: torch's aminmax and addcmul over rows take five to ten times as long.
        low, high = rows.amin(-1, keepdim=True).clamp_(max=0), rows.amax(-1, keepdim=True).clamp_(min=0)
        steps = (high - low).clamp_(min=1e-12) / STEPS
        zeros = (-low / steps).round_() - STEPS / 2
        codes = (rows * steps.reciprocal()).add_(zeros).round_().to(torch.int8)
        product = torch._int_mm(codes, self.weight).float().mul_(self.scales)
        product.addr_(zeros.squeeze(-1), self.sums, alpha=-1)
        product = product.mul_(steps).add_(self.bias).unflatten(0, states.shape[:-1])
        return nn.functional.gelu(product) if with_gelu else product
