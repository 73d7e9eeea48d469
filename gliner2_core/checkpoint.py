"""Checkpoints on disk and on a hub: find, load, check, save."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerBase
from transformers.initialization import no_init_weights

from gliner2_core.adapters import own_weights
from gliner2_core.checks import MARKERS
from gliner2_core.config import ModelConfig
from gliner2_core.errors import CheckpointError, InputTypeError
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import EMBEDDED_NAME, CheckpointInfo

EMBEDDED_FOLDER = Path(__file__).parent / "checkpoints" / EMBEDDED_NAME
SHARD_BYTES = 9_500_000
"""Largest shard of the embedded checkpoint: plain git and a Space take files under 10 MB."""

_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_ROWS = "#rows"
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
    config = ModelConfig.from_dict(_read_json(folder / "config.json"), str(folder / "config.json"))
    weights = read_weights(folder)
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


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Read all tensors of a checkpoint, from one safetensors file or from shards with an index.

    Raises:
        CheckpointError: If there is no safetensors file, or one is damaged.
    """
    if (folder / _WEIGHTS).is_file():
        return _read_shard(folder / _WEIGHTS)
    if (folder / _INDEX).is_file():
        return _read_shards(folder)
    if (folder / "pytorch_model.bin").is_file():
        raise CheckpointError(
            f"{folder}: only pytorch_model.bin found; pickled weights are never loaded. Convert them to {_WEIGHTS}"
        )
    raise CheckpointError(f"{folder} is no checkpoint: it has neither {_WEIGHTS} nor {_INDEX}")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a checkpoint and add the prompt markers where it lacks them.

    Raises:
        CheckpointError: If there is no tokenizer, or it cannot be read.
    """
    options: dict[str, Any] = {}
    settings = folder / "tokenizer_config.json"
    if not any((folder / name).is_file() for name in ("tokenizer.json", "spm.model", "vocab.txt", "tokenizer.model")):
        raise CheckpointError(f"{folder} is no checkpoint: it has no tokenizer (tokenizer.json)")
    if settings.is_file() and _read_json(settings).get("fix_mistral_regex") is not None:
        options["fix_mistral_regex"] = False
    try:
        # An empty config: transformers would read config.json as one of its own and print that it is none.
        tokenizer = AutoTokenizer.from_pretrained(str(folder), config=PreTrainedConfig(), local_files_only=True, **options)
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
    for old in [*path.glob("model*.safetensors"), path / _INDEX]:
        old.unlink(missing_ok=True)
    _write_json(path / "config.json", loaded.model.model_config.to_dict())
    loaded.encoder_config.save_pretrained(path / "encoder_config")
    loaded.tokenizer.save_pretrained(path)
    weights = {name: tensor.detach().to(dtype).contiguous() for name, tensor in own_weights(loaded.model).items()}
    if shard_bytes is None:
        save_file(weights, path / _WEIGHTS, metadata={"format": "pt"})
    else:
        _write_shards(path, weights, shard_bytes)


def cut_rows(weights: Mapping[str, Tensor], limit: int) -> dict[str, Tensor]:
    """Cut tensors of more than `limit` bytes along their rows into `name#rows0000`, `name#rows0001` and so on."""
    cut: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        size = tensor.numel() * tensor.element_size()
        if size <= limit:
            cut[name] = tensor
            continue
        rows = max(limit // (size // tensor.shape[0]), 1)
        for number, piece in enumerate(tensor.split(rows)):
            cut[f"{name}{_ROWS}{number:04d}"] = piece.contiguous()
    return cut


def join_rows(pieces: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Undo `cut_rows`."""
    joined: dict[str, list[Tensor]] = {}
    for name in sorted(pieces):
        joined.setdefault(name.partition(_ROWS)[0], []).append(pieces[name])
    return {name: parts[0] if len(parts) == 1 else torch.cat(parts) for name, parts in joined.items()}


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
        config = AutoConfig.from_pretrained(str(path), local_files_only=True)
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
        if not weights[name].isfinite().all():
            raise CheckpointError(f"{folder}: {name} holds values that are no finite numbers; it is damaged")
    with torch.no_grad():
        for name, tensor in expected.items():
            tensor.copy_(weights[name])


def _read_shards(folder: Path) -> dict[str, Tensor]:
    names = _read_json(folder / _INDEX).get("weight_map")
    if not isinstance(names, dict) or not all(isinstance(file, str) and file == Path(file).name for file in names.values()):
        raise CheckpointError(f"{folder / _INDEX}: weight_map must map tensor names to files of the same folder")
    weights: dict[str, Tensor] = {}
    for shard in sorted(set(names.values())):
        weights |= _read_shard(folder / shard)
    # Before rows are joined: a tensor that lacks some of its rows would still have its name.
    missing = sorted(set(names) - set(weights))
    if missing:
        raise CheckpointError(f"{folder}: the shards lack {len(missing)} tensors of the index, first {missing[0]!r}")
    return join_rows(weights)


def _read_shard(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise CheckpointError(f"{path.parent}: the index names {path.name}, which is not there; fetch it again")
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: damaged or truncated safetensors file: {error}; fetch it again") from error


def _write_shards(path: Path, weights: Mapping[str, Tensor], limit: int) -> None:
    shards: list[dict[str, Tensor]] = [{}]
    filled = 0
    for name, tensor in cut_rows(weights, limit).items():
        size = tensor.numel() * tensor.element_size()
        if filled and filled + size > limit:
            shards.append({})
            filled = 0
        shards[-1][name] = tensor
        filled += size
    names: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        save_file(shard, path / file, metadata={"format": "pt"})
        names |= dict.fromkeys(shard, file)
    total = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    _write_json(path / _INDEX, {"metadata": {"total_size": total}, "weight_map": names})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path.parent} is no checkpoint: it has no {path.name}") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(data, dict):
        raise CheckpointError(f"{path}: must hold a JSON object, got {type(data).__name__}")
    return data


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
