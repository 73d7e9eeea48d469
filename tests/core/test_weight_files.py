"""Weights read in portions are those that were written, whatever their shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gliner2_core import weight_files
from gliner2_core.errors import CheckpointError
from gliner2_core.weight_files import read_weights, write_weights

WEIGHTS = {
    "table": torch.arange(70, dtype=torch.float32).reshape(35, 2),
    "cube": torch.arange(60, dtype=torch.float32).reshape(3, 4, 5),
    "bias": torch.arange(7, dtype=torch.float32),
    "one": torch.tensor(3.5),
    "none": torch.zeros(0, 4),
}


@pytest.mark.parametrize("portion", [1, 3, 8, 1_000])
@pytest.mark.parametrize("shard_bytes", [None, 64])
def test_every_tensor_comes_back(
    portion: int, shard_bytes: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {name: tensor for name, tensor in WEIGHTS.items() if shard_bytes is None or tensor.ndim}
    write_weights(tmp_path, weights, shard_bytes)
    monkeypatch.setattr(weight_files, "_PORTION", portion)
    torch.testing.assert_close(read_weights(tmp_path), weights, atol=0, rtol=0)


def test_they_are_turned_into_the_type_that_is_asked_for(tmp_path: Path) -> None:
    write_weights(tmp_path, {"half": torch.tensor([0.1, 2.0], dtype=torch.float16)})
    (read,) = read_weights(tmp_path, torch.float32).values()
    assert read.dtype == torch.float32
    assert read.tolist() == pytest.approx([0.0999755859375, 2.0], abs=0)
    (as_stored,) = read_weights(tmp_path).values()
    assert as_stored.dtype == torch.float16


def test_what_was_read_stays_when_the_file_goes(tmp_path: Path) -> None:
    write_weights(tmp_path, WEIGHTS)
    read = read_weights(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"")
    torch.testing.assert_close(read, WEIGHTS, atol=0, rtol=0)


def test_shards_replace_one_file_and_the_other_way_round(tmp_path: Path) -> None:
    shards = {name: tensor for name, tensor in WEIGHTS.items() if tensor.ndim}
    write_weights(tmp_path, shards, 64)
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    write_weights(tmp_path, WEIGHTS)
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    write_weights(tmp_path, WEIGHTS)
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(CheckpointError, match=r"model\.safetensors: damaged or truncated"):
        read_weights(tmp_path)
