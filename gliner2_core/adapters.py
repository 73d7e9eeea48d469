"""Low-rank updates (LoRA) of a model: attached to a loaded one, detached again, merged, saved alone as a few MB.

Read are peft's own files and those that the reference package wrote before it used peft; written are peft's.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gliner2_core.errors import CheckpointError
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.modeling.packed_linear import forget_packed

if TYPE_CHECKING:
    from peft import LoraConfig
    from peft.tuners.lora import LoraLayer

CONFIG, WEIGHTS, OLD_WEIGHTS = "adapter_config.json", "adapter_model.safetensors", "adapter_weights.safetensors"
PREFIX = "base_model.model."
"""Of the names in peft's files: there the model stands inside two others."""
NAME = "default"
_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"


@dataclasses.dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that was read.

    Attributes:
        config: peft's.
        weights: `<module>.lora_A.weight` (rank × inputs) and `<module>.lora_B.weight` (outputs × rank).
    """

    config: LoraConfig
    weights: Mapping[str, Tensor]

    @property
    def modules(self) -> list[str]:
        """Names of the layers that it changes."""
        return sorted({name.removesuffix(_DOWN) for name in self.weights if name.endswith(_DOWN)})


def read_adapter(folder: Path) -> Adapter:
    """Read an adapter's folder.

    Raises:
        CheckpointError: If a file is missing or damaged, or the adapter is of another kind than LoRA.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise CheckpointError(f"{folder} is no adapter: it has no {CONFIG}")
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise CheckpointError(f"{path}: expected a JSON object, got {type(settings).__name__}")
    return _peft_adapter(folder, settings) if "peft_type" in settings else _old_adapter(folder, settings)


def attach(model: Gliner2Model, adapter: Adapter) -> None:
    """Put an adapter on a model in place; its own weights stay as they are, so that `detach` gives them back exactly.

    Args:
        model: Without another adapter.
        adapter: One that fits, see `check_fit`.
    """
    from peft import set_peft_model_state_dict

    inject(model, adapter.config)
    dtype = next(model.parameters()).dtype
    set_peft_model_state_dict(model, {name: tensor.to(dtype) for name, tensor in adapter.weights.items()}, NAME)
    model.eval()


def inject(model: Gliner2Model, config: LoraConfig) -> None:
    """Put a fresh adapter into a model; only its weights can be trained then.

    Args:
        model: Changed in place.
        config: Names the layers, the rank and so on.
    """
    from peft import inject_adapter_in_model

    inject_adapter_in_model(config, model, NAME)


def detach(model: Gliner2Model) -> None:
    """Take the adapter off; the model answers as before it was attached."""
    _unwrap(model, is_merged=False)


def merge(model: Gliner2Model) -> None:
    """Add the adapter to the weights that it changes; it cannot be taken off any more."""
    _unwrap(model, is_merged=True)


def save_adapter(model: Gliner2Model, folder: str | os.PathLike[str], base: str) -> None:
    """Write the adapter alone, in peft's format; peft and the reference package load it.

    Args:
        model: With an adapter.
        folder: Made where missing.
        base: Name of the checkpoint that it belongs to.

    Raises:
        CheckpointError: If the model has no adapter.
    """
    from peft import get_peft_model_state_dict

    if not has_adapter(model):
        raise CheckpointError("the model has no adapter that could be saved; load one, or train with method 'lora'")
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    weights = get_peft_model_state_dict(model, adapter_name=NAME, save_embedding_layers=False)
    save_file(
        {f"{PREFIX}{name.removeprefix(PREFIX)}": tensor.contiguous() for name, tensor in weights.items()},
        path / WEIGHTS,
        metadata={"format": "pt"},
    )
    config = dataclasses.replace(_configs(model)[NAME], base_model_name_or_path=base, inference_mode=True)
    config.save_pretrained(str(path))


def own_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return a model's weights under their own names, without an adapter that is on it."""
    found = model.state_dict().items()
    return {name.replace(".base_layer.", "."): tensor for name, tensor in found if ".lora_" not in name}


def has_adapter(model: nn.Module) -> bool:
    """Whether an adapter is on the model."""
    return any(True for _ in _layers(model))


def _peft_adapter(folder: Path, settings: Mapping[str, Any]) -> Adapter:
    from peft import LoraConfig

    path = folder / CONFIG
    if settings["peft_type"] != "LORA":
        raise CheckpointError(f"{path}: only LoRA adapters can be read, got {settings['peft_type']!r}")
    if settings.get("modules_to_save"):
        raise CheckpointError(f"{path}: it replaces whole modules ({settings['modules_to_save']}), which is not supported")
    if settings.get("use_dora"):
        raise CheckpointError(f"{path}: DoRA adapters are not supported, only plain LoRA")
    known = {field.name for field in dataclasses.fields(LoraConfig) if field.init}
    try:
        config = LoraConfig(**{name: value for name, value in settings.items() if name in known})
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from error
    weights = {name.removeprefix(PREFIX): tensor for name, tensor in _tensors(folder / WEIGHTS).items()}
    return _checked(Adapter(config, weights), folder / WEIGHTS)


def _old_adapter(folder: Path, settings: Mapping[str, Any]) -> Adapter:
    """Read the reference package's own format: `<module>.lora_A` and `.lora_B`, with rank and alpha."""
    from peft import LoraConfig

    rank, alpha = settings.get("lora_r"), settings.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, (int, float)):
        raise CheckpointError(f"{folder / CONFIG}: neither peft's settings nor lora_r and lora_alpha are there")
    weights = {f"{name}.weight": tensor for name, tensor in _tensors(folder / OLD_WEIGHTS).items()}
    modules = [name.removesuffix(_DOWN) for name in weights if name.endswith(_DOWN)]
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=modules)  # type: ignore[arg-type]  # an alpha like 16.0
    return _checked(Adapter(config, weights), folder / OLD_WEIGHTS)


def _checked(adapter: Adapter, path: Path) -> Adapter:
    if not adapter.modules:
        raise CheckpointError(f"{path}: it holds no low-rank update")
    if not isinstance(adapter.config.r, int) or adapter.config.r < 1:
        raise CheckpointError(f"{path.parent / CONFIG}: the rank r must be at least 1, got {adapter.config.r!r}")
    adapter.config.inference_mode = True
    # Exactly the layers of the file, with their own ranks: a name in the settings may mean more of them in another model.
    adapter.config.target_modules = adapter.modules
    ranks = {name: len(adapter.weights[name + _DOWN]) for name in adapter.modules}
    adapter.config.rank_pattern = {name: rank for name, rank in ranks.items() if rank != adapter.config.r}
    return adapter


def _tensors(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise CheckpointError(f"{path.parent} is no adapter: it has no {path.name}")
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error


def check_fit(model: Gliner2Model, adapter: Adapter) -> None:
    """Compare an adapter with a model, which may have another one on it.

    Raises:
        CheckpointError: If the adapter was made for another model; names what does not fit.
    """
    found = {name.replace(".base_layer", ""): module for name, module in model.named_modules()}
    layers = {name: module for name, module in found.items() if isinstance(module, nn.Linear)}
    for name in adapter.modules:
        if name not in layers:
            raise CheckpointError(f"the adapter changes {name}, which this model does not have: it belongs to another one")
        down, up = adapter.weights[name + _DOWN], adapter.weights.get(name + _UP)
        outputs, inputs = layers[name].weight.shape
        is_update = up is not None and down.ndim == up.ndim == 2 and down.shape[0] == up.shape[1]
        if up is None or not is_update or (up.shape[0], down.shape[1]) != (outputs, inputs):
            got = "no such update" if up is None else f"{tuple(up.shape)} × {tuple(down.shape)}"
            raise CheckpointError(
                f"the adapter does not fit {name}, which has {outputs} outputs and {inputs} inputs: got {got}; "
                "it belongs to another model"
            )


def _layers(model: nn.Module) -> Iterator[tuple[nn.Module, str, LoraLayer]]:
    from peft.tuners.lora import LoraLayer

    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LoraLayer):
                yield parent, name, child


def _configs(model: Gliner2Model) -> Any:
    return model.peft_config


def _unwrap(model: Gliner2Model, *, is_merged: bool) -> None:
    for parent, name, layer in list(_layers(model)):
        if is_merged:
            with torch.no_grad():
                layer.merge()
        setattr(parent, name, layer.get_base_layer())
    if is_merged:
        forget_packed(model)
    if hasattr(model, "peft_config"):
        del model.peft_config
    for parameter in model.parameters():
        parameter.requires_grad = True
