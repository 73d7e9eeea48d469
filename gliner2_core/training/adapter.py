"""Which weights a run changes: all, low-rank updates of the encoder or of everything, or the heads alone."""

from __future__ import annotations

from peft import LoraConfig
from torch import nn

from gliner2_core import adapters
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.training.config import TrainingConfig

ENCODER = "encoder."
_POOLER = "encoder.pooler."
"""Nothing reads it."""


def prepare(model: Gliner2Model, config: TrainingConfig) -> None:
    """Freeze what the method leaves alone and, for `lora`, put low-rank updates on the layers.

    Args:
        model: Changed in place; heads are trained whole, unless only an adapter is wanted.
        config: Names the method and the rank.
    """
    for parameter in model.parameters():
        parameter.requires_grad = True
    if config.method == "heads":
        for parameter in model.encoder.parameters():
            parameter.requires_grad = False
    elif config.method == "lora":
        lora = LoraConfig(
            r=config.lora_rank,
            lora_alpha=config.lora_alpha,
            lora_dropout=config.lora_dropout,
            target_modules=linears(model, "" if config.is_adapter_only else ENCODER),
        )
        adapters.inject(model, lora)
        if not config.is_adapter_only:
            for name, parameter in model.named_parameters():
                parameter.requires_grad = parameter.requires_grad or not name.startswith(ENCODER)


def finish(model: Gliner2Model) -> None:
    """Merge low-rank updates into the weights and unfreeze everything: the model is an ordinary one again."""
    adapters.merge(model)


def linears(model: nn.Module, prefix: str = "") -> list[str]:
    """Return the names of all linear layers that begin so, but the encoder's pooler."""
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name.startswith(prefix) and not name.startswith(_POOLER)
    ]
