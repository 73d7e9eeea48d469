from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from gliner2_core import GLiNER2
from gliner2_core.checkpoint import add_markers, load_checkpoint, save_checkpoint
from gliner2_core.checks import MARKERS
from gliner2_core.config import CountLayer
from gliner2_core.errors import ArchitectureError, CheckpointError
from gliner2_core.weight_files import cut_rows, join_rows
from tests.tiny_model import BERT, CHECKPOINTS, recorded_extractor, tiny_checkpoint, tiny_extractor

TEXT = "Apple Inc. CEO Tim Cook announced new products in Cupertino."
LABELS = ["person", "company", "city"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of a checkpoint that a test may damage."""
    return Path(shutil.copytree(BERT, tmp_path / "checkpoint"))


def change_json(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def change_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")


@pytest.mark.parametrize("name", ["bert_lstm", "deberta_lstm_v2"])
def test_a_loaded_model_is_ready_to_use(name: str) -> None:
    loaded = load_checkpoint(CHECKPOINTS / name)
    assert not any(module.training for module in loaded.model.modules())
    assert {parameter.dtype for parameter in loaded.model.parameters()} == {torch.float32}
    assert (loaded.info.name, loaded.info.revision) == (str(CHECKPOINTS / name), None)


@pytest.mark.parametrize("name", ["bert_lstm", "deberta_lstm_v2"])
def test_loading_prints_nothing(name: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    load_checkpoint(CHECKPOINTS / name)
    assert (*capfd.readouterr(), caplog.text) == ("", "", "")


def test_loading_leaves_the_random_state_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    load_checkpoint(BERT)
    assert torch.equal(torch.rand(3), expected)


def test_markers_follow_the_words_of_a_tokenizer_that_lacks_them() -> None:
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel({"a": 0, "b": 1}, unk_token="b")))
    add_markers(tokenizer)
    add_markers(tokenizer)
    assert tokenizer.convert_tokens_to_ids(list(MARKERS)) == list(range(2, 12))
    assert len(tokenizer) == 12


def test_a_checkpoint_in_a_subfolder(tmp_path: Path) -> None:
    shutil.copytree(BERT, tmp_path / "a" / "b")
    extractor = GLiNER2.from_pretrained(tmp_path, subfolder="a/b")
    assert extractor.extract_entities(TEXT, LABELS) == recorded_extractor().extract_entities(TEXT, LABELS)


@pytest.mark.parametrize("layer", ["count_lstm", "count_lstm_v2", "count_lstm_moe"])
def test_a_saved_model_answers_alike(tmp_path: Path, layer: CountLayer) -> None:
    extractor = tiny_extractor(layer, "mean", 3)
    extractor.save_pretrained(tmp_path)
    again = GLiNER2.from_pretrained(tmp_path)
    assert again.model.model_config == extractor.model.model_config
    full = {"include_confidence": True, "include_spans": True}
    answer = again.extract_json(TEXT, {"deal": ["buyer", "kind::[a|b]"]}, **full)
    assert answer == extractor.extract_json(TEXT, {"deal": ["buyer", "kind::[a|b]"]}, **full)


def test_saved_files_are_those_of_the_published_layout(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, tiny_checkpoint())
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert names == [
        "config.json", "encoder_config/config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip


def test_float16_shards_with_cut_rows_load_as_rounded_weights(tmp_path: Path) -> None:
    loaded = tiny_checkpoint()
    save_checkpoint(tmp_path, loaded, dtype=torch.float16, shard_bytes=20_000)
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(shards) > 5
    assert max(path.stat().st_size for path in shards) < 20_000 + 4_000  # the tensors and the header
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())["weight_map"]
    assert "encoder.embeddings.word_embeddings.weight#rows0000" in index
    expected = {name: tensor.half().float() for name, tensor in loaded.model.state_dict().items()}
    torch.testing.assert_close(load_checkpoint(tmp_path).model.state_dict(), expected, atol=0, rtol=0)


def test_saving_again_in_another_form_leaves_no_old_weights(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, tiny_checkpoint(), shard_bytes=50_000)
    save_checkpoint(tmp_path, tiny_checkpoint())
    assert [path.name for path in tmp_path.glob("model*")] == ["model.safetensors"]


@given(
    st.dictionaries(
        st.sampled_from(["a", "a.b", "b", "c.weight"]), st.tuples(st.integers(1, 40), st.integers(1, 5)), min_size=1
    ),
    st.integers(1, 300),
)
def test_rows_cut_and_joined(shapes: dict[str, tuple[int, int]], limit: int) -> None:
    weights = {name: torch.arange(float(rows * width)).view(rows, width) for name, (rows, width) in shapes.items()}
    pieces = cut_rows(weights, limit)
    assert all(piece.nbytes <= limit or len(piece) == 1 for piece in pieces.values())
    torch.testing.assert_close(join_rows(pieces), weights, atol=0, rtol=0)


def test_a_folder_that_is_none() -> None:
    with pytest.raises(CheckpointError, match=r"no such folder: '\./nowhere'; give a checkpoint folder or a hub id"):
        load_checkpoint("./nowhere")


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "is no checkpoint: it has no config.json"),
        ("encoder_config/config.json", "is no checkpoint: it has no encoder_config/config.json"),
        ("tokenizer.json", r"is no checkpoint: it has no tokenizer \(tokenizer.json\)"),
        ("model.safetensors", "is no checkpoint: it has neither model.safetensors nor model.safetensors.index.json"),
    ],
)
def test_a_missing_file_is_named(folder: Path, missing: str, message: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(folder)


def test_pickled_weights_are_never_loaded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    message = r"only pytorch_model.bin found; pickled weights are never loaded\. Convert them to model.safetensors"
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(folder)


@pytest.mark.parametrize("kind", ["own-encoder", None])
def test_code_that_a_checkpoint_brings_is_never_run(
    folder: Path, tmp_path: Path, kind: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker, place = tmp_path / "ran", folder / "encoder_config"
    code = f"from pathlib import Path\nPath({str(marker)!r}).touch()\nclass OwnConfig: ...\n"
    for where in (folder, place):
        (where / "own.py").write_text(code)
    config = json.loads((place / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"}
    (place / "config.json").write_text(json.dumps({**config, **({"model_type": kind} if kind else {})}))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["auto_map"] = {"AutoTokenizer": ["own.OwnTokenizer", "own.OwnTokenizer"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    # Nobody is asked either: a server has nobody to ask.
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("asked whether to trust it"))
    if kind is None:
        load_checkpoint(folder)
    else:
        with pytest.raises(CheckpointError, match="the encoder's config cannot be read"):
            load_checkpoint(folder)
    assert not marker.exists()


@pytest.mark.parametrize("size", [0, 5, 1000, -1])
def test_truncated_weights_are_refused(folder: Path, size: int) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CheckpointError, match=r"model.safetensors: damaged or truncated .* file: .*; fetch it again"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["config.json", "encoder_config/config.json", "tokenizer.json"])
def test_a_damaged_json_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(folder)


@pytest.mark.parametrize("values", [{"model_type": "no-such-encoder"}, {"hidden_size": "wide"}])
def test_an_encoder_config_that_cannot_be_used_is_refused(folder: Path, values: dict[str, str]) -> None:
    change_json(folder / "encoder_config" / "config.json", **values)
    with pytest.raises(CheckpointError, match="encoder_config: the encoder's config cannot be read"):
        load_checkpoint(folder)


def test_a_config_that_is_no_object_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text("[]")
    with pytest.raises(CheckpointError, match=r"config.json: must hold a JSON object, got list"):
        load_checkpoint(folder)


def test_the_boundary_architecture_is_refused_by_name(folder: Path) -> None:
    change_json(folder / "config.json", architecture="boundary")
    with pytest.raises(ArchitectureError, match=r"config.json: .* boundary architecture .* not supported yet"):
        load_checkpoint(folder)


def test_missing_tensors_are_counted_and_named(folder: Path) -> None:
    def lose_layer(weights: dict[str, torch.Tensor]) -> None:
        del weights["classifier.0.weight"], weights["classifier.0.bias"]

    change_weights(folder, lose_layer)
    with pytest.raises(CheckpointError, match=r"2 missing \(first \['classifier.0.bias'\]\), 0 unknown"):
        load_checkpoint(folder)


def test_unknown_tensors_are_counted_and_named(folder: Path) -> None:
    change_weights(folder, lambda weights: weights.update({"boundary_head.x": torch.zeros(1)}))
    with pytest.raises(CheckpointError, match=r"0 missing \(first \[\]\), 1 unknown \(first \['boundary_head.x'\]\)"):
        load_checkpoint(folder)


def test_another_count_layer_than_the_config_says(folder: Path) -> None:
    change_json(folder / "config.json", counting_layer="count_lstm_moe")
    with pytest.raises(CheckpointError, match=r"the weights do not fit the config: 8 missing .* 4 unknown"):
        load_checkpoint(folder)


def test_saved_position_ids_are_no_weights(folder: Path) -> None:
    change_weights(folder, lambda weights: weights.update({"encoder.embeddings.position_ids": torch.zeros(1)}))
    assert load_checkpoint(folder).info.name == str(folder)


def test_a_wrong_shape_is_named_with_both_shapes(folder: Path) -> None:
    change_weights(folder, lambda weights: weights.update({"classifier.2.weight": torch.zeros(2, 128)}))
    with pytest.raises(CheckpointError, match=r"classifier.2.weight has shape \(2, 128\), the config asks for \(1, 128\)"):
        load_checkpoint(folder)


def test_fewer_word_vectors_than_subwords_are_refused(folder: Path) -> None:
    name = "encoder.embeddings.word_embeddings.weight"
    change_weights(folder, lambda weights: weights.update({name: weights[name][:1400].clone()}))
    with pytest.raises(CheckpointError, match="the tokenizer knows 1410 subwords, the weights have 1400 word vectors"):
        load_checkpoint(folder)


def test_more_word_vectors_than_subwords_are_kept(folder: Path) -> None:
    name = "encoder.embeddings.word_embeddings.weight"
    change_weights(folder, lambda weights: weights.update({name: torch.cat([weights[name], torch.ones(6, 64)])}))
    assert load_checkpoint(folder).model.state_dict()[name].shape == (1416, 64)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, tiny_checkpoint(), shard_bytes=100_000)
    shard = sorted(tmp_path.glob("model-*"))[1]
    shard.unlink()
    with pytest.raises(CheckpointError, match=f"the index names {shard.name}, which is not there; fetch it again"):
        load_checkpoint(tmp_path)


def test_rows_that_the_shards_lack_are_named(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, tiny_checkpoint(), shard_bytes=100_000)
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())["weight_map"]
    lost = max(name for name in index if name.startswith("encoder.embeddings.word_embeddings.weight#rows"))
    weights = load_file(tmp_path / index[lost])
    weights.pop(lost)
    save_file(weights, tmp_path / index[lost])
    with pytest.raises(CheckpointError, match=f"the shards lack 1 tensors of the index, first '{lost}'"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("weight_map", [None, [], {"a": 3}, {"a": "../outside.safetensors"}])
def test_an_index_that_names_no_files_of_the_folder(folder: Path, weight_map: Any) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(CheckpointError, match="weight_map must map tensor names to files of the same folder"):
        load_checkpoint(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(folder: Path, value: float) -> None:
    def spoil(weights: dict[str, torch.Tensor]) -> None:
        weights["classifier.0.bias"] = torch.full_like(weights["classifier.0.bias"], value)

    change_weights(folder, spoil)
    with pytest.raises(CheckpointError, match=r"classifier\.0\.bias holds values that are no finite numbers; it is damaged"):
        load_checkpoint(folder)
