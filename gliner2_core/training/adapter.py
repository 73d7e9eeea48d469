"""Which weights a run changes: all, low-rank updates of the encoder, or the heads alone."""

from __future__ import annotations

import warnings

from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn

from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.training.config import TrainingConfig


def prepare(model: Gliner2Model, config: TrainingConfig) -> None:
    """Freeze what the method leaves alone and, for `lora`, wrap the encoder.

    Args:
        model: Changed in place; heads are always trained.
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
            target_modules=encoder_linears(model.encoder),
        )
        with warnings.catch_warnings():
            # peft asks transformers for a property by its old name.
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
            model.encoder = get_peft_model(model.encoder, lora)


def finish(model: Gliner2Model) -> None:
    """Merge low-rank updates into the encoder and unfreeze everything: the model is an ordinary one again."""
    if isinstance(model.encoder, PeftModel):
        model.encoder = model.encoder.merge_and_unload()
    for parameter in model.parameters():
        parameter.requires_grad = True


def encoder_linears(encoder: nn.Module) -> list[str]:
    """Return the names of all linear layers of a backbone but its pooler, which nothing reads."""
    return [
        name for name, module in encoder.named_modules() if isinstance(module, nn.Linear) and not name.startswith("pooler")
    ]
