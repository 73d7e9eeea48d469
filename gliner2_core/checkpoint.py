"""Checkpoints on disk and on a hub: find, load, check, save."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerBase
from transformers.initialization import no_init_weights

from gliner2_core.adapters import own_weights
from gliner2_core.checks import MARKERS
from gliner2_core.config import ModelConfig
from gliner2_core.errors import CheckpointError, InputTypeError
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import EMBEDDED_NAME, CheckpointInfo
from gliner2_core.weight_files import read_json, read_weights, write_json, write_weights

EMBEDDED_FOLDER = Path(__file__).parent / "checkpoints" / EMBEDDED_NAME
SHARD_BYTES = 9_500_000
"""Largest shard of the embedded checkpoint: plain git and a Space take files under 10 MB."""

_WORD_EMBEDDINGS = ("word_embeddings.weight", "tok_embeddings.weight", "embed_tokens.weight")


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """A model in eval mode with everything that came with it."""

    model: Gliner2Model
    encoder_config: PreTrainedConfig
    tokenizer: PreTrainedTokenizerBase
    info: CheckpointInfo


def load_checkpoint(
    name: str | os.PathLike[str] | None = None, *, subfolder: str = "", **hub_options: Any
) -> LoadedCheckpoint:
    """Load the embedded checkpoint (None), a folder, or a hub id.

    Args:
        name: None, a folder, or `owner/name` on the hub.
        subfolder: Where the checkpoint lies inside it.
        **hub_options: revision, token, cache_dir, force_download, local_files_only, proxies; they reach every file.

    Returns:
        The model in float32 and eval mode.

    Raises:
        CheckpointError: If there is no checkpoint there, a file is missing or damaged, or the weights do not fit.
        ArchitectureError: If its architecture is not supported.
    """
    folder, info = locate(name, subfolder=subfolder, **hub_options)
    config = ModelConfig.from_dict(read_json(folder / "config.json"), str(folder / "config.json"))
    weights = read_weights(folder, torch.float32)
    tokenizer = load_tokenizer(folder)
    encoder_config = _encoder_config(folder, weights, tokenizer)
    try:
        with no_init_weights():
            model = Gliner2Model(config, encoder_config)
    except (ValueError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"{folder / 'encoder_config'}: no encoder can be built from it: {error}") from error
    _fill(model, weights, folder)
    return LoadedCheckpoint(model.eval(), encoder_config, tokenizer, info)


def locate(
    name: str | os.PathLike[str] | None, *, subfolder: str = "", marker: str = "config.json", **hub_options: Any
) -> tuple[Path, CheckpointInfo]:
    """Find the folder of a checkpoint, fetching it from the hub where `name` is a hub id.

    Args:
        name: None, a folder, or `owner/name` on the hub.
        subfolder: Where the checkpoint lies inside it.
        marker: File without which a folder is none; an adapter has another one.
        **hub_options: As of `load_checkpoint`.

    Raises:
        CheckpointError: If it cannot be found or fetched.
    """
    if name is None:
        given = {"subfolder": subfolder, "revision": hub_options.get("revision")}
        useless = [option for option, value in given.items() if value]
        if useless:
            raise CheckpointError(
                f"{useless[0]} {given[useless[0]]!r}: the embedded checkpoint has none; name a folder or a hub id"
            )
        return EMBEDDED_FOLDER, CheckpointInfo(EMBEDDED_NAME)
    if not os.fspath(name):
        raise CheckpointError("the model's name is empty; give a checkpoint folder, a hub id, or None for the embedded one")
    path = Path(name).expanduser()
    if path.is_file():
        raise CheckpointError(f"{os.fspath(name)!r} is a file; give the folder that holds the checkpoint")
    if path.is_dir():
        return _checked_folder(path / subfolder, marker), CheckpointInfo(str(name))
    text = os.fspath(name)
    if path.is_absolute() or text.startswith((".", "~")) or text.count("/") != 1 or (os.sep == "\\" and "\\" in text):
        raise CheckpointError(f"no such folder: {text!r}; give a checkpoint folder or a hub id of the form owner/name")
    return _fetch(text, subfolder, marker, hub_options)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a checkpoint and add the prompt markers where it lacks them.

    Raises:
        CheckpointError: If there is no tokenizer, or it cannot be read.
    """
    options: dict[str, Any] = {}
    settings = folder / "tokenizer_config.json"
    if not any((folder / name).is_file() for name in ("tokenizer.json", "spm.model", "vocab.txt", "tokenizer.model")):
        raise CheckpointError(f"{folder} is no checkpoint: it has no tokenizer (tokenizer.json)")
    if settings.is_file() and read_json(settings).get("fix_mistral_regex") is not None:
        options["fix_mistral_regex"] = False
    try:
        # An empty config: transformers would read config.json as one of its own and print that it is none.
        tokenizer = AutoTokenizer.from_pretrained(
            str(folder), config=PreTrainedConfig(), local_files_only=True, trust_remote_code=False, **options
        )
    except Exception as error:  # transformers raises bare Exceptions for damaged tokenizer files
        raise CheckpointError(f"{folder}: the tokenizer cannot be read: {error}") from error
    add_markers(tokenizer)
    return tokenizer


def add_markers(tokenizer: PreTrainedTokenizerBase) -> None:
    """Add the ten prompt markers, in their order; nothing happens where they are known."""
    tokenizer.add_special_tokens({"additional_special_tokens": list(MARKERS)}, replace_extra_special_tokens=False)


def save_checkpoint(
    folder: str | os.PathLike[str],
    loaded: LoadedCheckpoint,
    *,
    dtype: torch.dtype = torch.float32,
    shard_bytes: int | None = None,
) -> None:
    """Write a checkpoint in the published layout.

    Args:
        folder: Made where missing.
        loaded: What to write.
        dtype: Of the stored weights; loading turns them back into float32.
        shard_bytes: None writes one `model.safetensors` (which the reference package loads); a number cuts the weights
            into shards of at most so many bytes (a larger tensor is cut along its rows) with an index.

    Raises:
        CheckpointError: If the folder cannot be made.
        InputTypeError: If `folder` is no path.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise InputTypeError(f"a checkpoint's folder must be a path, got {type(folder).__name__}")
    path = Path(folder)
    try:
        (path / "encoder_config").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"{path}: a checkpoint needs a folder, which cannot be made: {error.strerror}") from error
    write_json(path / "config.json", loaded.model.model_config.to_dict())
    loaded.encoder_config.save_pretrained(path / "encoder_config")
    loaded.tokenizer.save_pretrained(path)
    weights = {name: tensor.detach().to(dtype).contiguous() for name, tensor in own_weights(loaded.model).items()}
    write_weights(path, weights, shard_bytes)


def _checked_folder(folder: Path, marker: str) -> Path:
    if not (folder / marker).is_file():
        raise CheckpointError(f"{folder} is no {'adapter' if 'adapter' in marker else 'checkpoint'}: it has no {marker}")
    return folder


def _fetch(repo: str, subfolder: str, marker: str, options: dict[str, Any]) -> tuple[Path, CheckpointInfo]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    inside = f"{subfolder.strip('/')}/" if subfolder else ""
    patterns = [f"{inside}{name}" for name in ("*.json", "*.safetensors", "*.model", "*.txt", "encoder_config/*")]
    try:
        snapshot = snapshot_download(repo, allow_patterns=patterns, **options)
    except HFValidationError as error:
        raise CheckpointError(f"{repo!r} is neither a folder nor a hub id: {error}") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise CheckpointError(
            f"{repo!r} is no folder here and could not be fetched from the hub "
            f"(revision {options.get('revision') or 'main'}): {error}"
        ) from error
    folder = _checked_folder(Path(snapshot) / subfolder, marker)
    return folder, CheckpointInfo(repo, Path(snapshot).name)


def _encoder_config(folder: Path, weights: Mapping[str, Tensor], tokenizer: PreTrainedTokenizerBase) -> PreTrainedConfig:
    path = folder / "encoder_config"
    if not (path / "config.json").is_file():
        raise CheckpointError(f"{folder} is no checkpoint: it has no encoder_config/config.json")
    try:
        config = AutoConfig.from_pretrained(str(path), local_files_only=True, trust_remote_code=False)
    except (ValueError, OSError, KeyError, StrictDataclassError) as error:
        raise CheckpointError(f"{path}: the encoder's config cannot be read: {error}") from error
    rows = [
        tensor.shape[0]
        for name, tensor in weights.items()
        if name.startswith("encoder.") and name.endswith(_WORD_EMBEDDINGS)
    ]
    if len(rows) == 1:
        if rows[0] < len(tokenizer):
            raise CheckpointError(
                f"{folder}: the tokenizer knows {len(tokenizer)} subwords, the weights have {rows[0]} word vectors; "
                "the checkpoint was saved without its prompt markers"
            )
        config.vocab_size = rows[0]
    return config


def _fill(model: Gliner2Model, weights: Mapping[str, Tensor], folder: Path) -> None:
    expected = model.state_dict()
    missing = sorted(set(expected) - set(weights))
    # Older transformers saved position ids, which are no weights.
    unexpected = sorted(name for name in set(weights) - set(expected) if not name.endswith("position_ids"))
    if missing or unexpected:
        raise CheckpointError(
            f"{folder}: the weights do not fit the config: {len(missing)} missing (first {missing[:1]}), "
            f"{len(unexpected)} unknown (first {unexpected[:1]})"
        )
    for name, tensor in expected.items():
        if tensor.shape != weights[name].shape:
            raise CheckpointError(
                f"{folder}: {name} has shape {tuple(weights[name].shape)}, the config asks for {tuple(tensor.shape)}"
            )
        if not all(bound.isfinite() for bound in weights[name].aminmax()):
            raise CheckpointError(f"{folder}: {name} holds values that are no finite numbers; it is damaged")
    # The tensors themselves become the parameters: nothing is held twice.
    model.load_state_dict(weights, strict=False, assign=True)
