"""How exactly a model multiplies."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from gliner2_core.errors import InputError

Precision = Literal["float32", "bfloat16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def checked_precision(name: object) -> Precision:
    """Return the name if this machine can compute so.

    Raises:
        InputError: If there is no such precision, or not here.
    """
    if name not in PRECISIONS:
        raise InputError(f"precision {name!r} is unknown; allowed are {', '.join(PRECISIONS)}")
    if name != "float32" and not torch.backends.mkldnn.is_available():
        raise InputError(f"precision {name!r} needs oneDNN, which this build of torch lacks; take float32")
    if name == "bfloat16" and not has_bfloat16():
        raise InputError("precision 'bfloat16' needs a processor with AVX-512; take float32 or int8")
    return name


def known_precisions() -> tuple[Precision, ...]:
    """Return those that this machine can compute in, float32 first."""
    known: list[Precision] = []
    for name in PRECISIONS:
        try:
            known.append(checked_precision(name))
        except InputError:
            continue
    return tuple(known)


def attention_type(precision: Precision) -> torch.dtype | None:
    """Return what attention computes in, None for the type of its states: eight bits are too few for it."""
    return torch.bfloat16 if precision != "float32" and has_bfloat16() else None


def has_bfloat16() -> bool:
    """Tell whether products of bfloat16 numbers are faster here than those of float32."""
    return bool(torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported())
