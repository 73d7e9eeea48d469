"""Weights on disk: safetensors files, whole or in shards of which large tensors are cut along their rows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from gliner2_core.errors import CheckpointError

_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_ROWS = "#rows"
_PORTION = 8_000_000
"""A file is mapped anew after so many numbers: what was read of it counts as memory as long as the mapping lives."""


def read_weights(folder: Path, dtype: torch.dtype | None = None) -> dict[str, Tensor]:
    """Read all tensors of a checkpoint, from one safetensors file or from shards with an index.

    Args:
        folder: Of the checkpoint.
        dtype: What they are turned into; None leaves them as they are stored.

    Raises:
        CheckpointError: If there is no safetensors file, or one is damaged.
    """
    if (folder / _WEIGHTS).is_file():
        return _read_file(folder / _WEIGHTS, dtype)
    if (folder / _INDEX).is_file():
        return _read_shards(folder, dtype)
    if (folder / "pytorch_model.bin").is_file():
        raise CheckpointError(
            f"{folder}: only pytorch_model.bin found; pickled weights are never loaded. Convert them to {_WEIGHTS}"
        )
    raise CheckpointError(f"{folder} is no checkpoint: it has neither {_WEIGHTS} nor {_INDEX}")


def write_weights(folder: Path, weights: Mapping[str, Tensor], shard_bytes: int | None = None) -> None:
    """Write all tensors of a checkpoint over those that the folder holds.

    Args:
        folder: Of the checkpoint.
        weights: Contiguous tensors.
        shard_bytes: As of `save_checkpoint`.
    """
    for old in [*folder.glob("model*.safetensors"), folder / _INDEX]:
        old.unlink(missing_ok=True)
    if shard_bytes is None:
        save_file(dict(weights), folder / _WEIGHTS, metadata={"format": "pt"})
    else:
        _write_shards(folder, weights, shard_bytes)


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


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a checkpoint.

    Raises:
        CheckpointError: If there is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path.parent} is no checkpoint: it has no {path.name}") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(data, dict):
        raise CheckpointError(f"{path}: must hold a JSON object, got {type(data).__name__}")
    return data


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON object of a checkpoint."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_shards(folder: Path, dtype: torch.dtype | None) -> dict[str, Tensor]:
    names = read_json(folder / _INDEX).get("weight_map")
    if not isinstance(names, dict) or not all(isinstance(file, str) and file == Path(file).name for file in names.values()):
        raise CheckpointError(f"{folder / _INDEX}: weight_map must map tensor names to files of the same folder")
    weights: dict[str, Tensor] = {}
    for shard in sorted(set(names.values())):
        weights |= _read_file(folder / shard, dtype)
    # Before rows are joined: a tensor that lacks some of its rows would still have its name.
    missing = sorted(set(names) - set(weights))
    if missing:
        raise CheckpointError(f"{folder}: the shards lack {len(missing)} tensors of the index, first {missing[0]!r}")
    return join_rows(weights)


def _read_file(path: Path, dtype: torch.dtype | None) -> dict[str, Tensor]:
    if not path.is_file():
        raise CheckpointError(f"{path.parent}: the index names {path.name}, which is not there; fetch it again")
    weights: dict[str, Tensor] = {}
    try:
        with safe_open(path, "pt") as file:
            portions = _portions({name: file.get_slice(name).get_shape() for name in file.keys()})  # noqa: SIM118
        for portion in portions:
            with safe_open(path, "pt") as file:
                for name, shape, rows in portion:
                    read = file.get_slice(name)[rows] if shape else file.get_tensor(name)
                    if name not in weights:
                        weights[name] = torch.empty(shape, dtype=dtype or read.dtype)
                    weights[name][rows if shape else ...] = read
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: damaged or truncated safetensors file: {error}; fetch it again") from error
    return weights


def _portions(shapes: Mapping[str, list[int]]) -> list[list[tuple[str, list[int], slice]]]:
    """Cut tensors into rows to be read together, so few that the file is never mapped whole."""
    portions: list[list[tuple[str, list[int], slice]]] = [[]]
    room = _PORTION
    for name, shape in shapes.items():
        n_rows, row_size = (shape[0], math.prod(shape[1:])) if shape else (1, 1)
        step = max(_PORTION // max(row_size, 1), 1)
        for first in range(0, n_rows, step):
            rows = slice(first, min(first + step, n_rows))
            size = (rows.stop - rows.start) * row_size
            if size > room and portions[-1]:
                portions.append([])
                room = _PORTION
            portions[-1].append((name, shape, rows))
            room -= size
        if not n_rows:
            portions[-1].append((name, shape, slice(0, 0)))
    return portions


def _write_shards(folder: Path, weights: Mapping[str, Tensor], limit: int) -> None:
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
        save_file(shard, folder / file, metadata={"format": "pt"})
        names |= dict.fromkeys(shard, file)
    total = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    write_json(folder / _INDEX, {"metadata": {"total_size": total}, "weight_map": names})
