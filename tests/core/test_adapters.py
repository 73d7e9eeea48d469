"""LoRA adapters: those of the reference package give its answers, and they come off without a trace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from gliner2_core import GLiNER2
from gliner2_core.adapters import CONFIG, PREFIX, WEIGHTS
from gliner2_core.errors import CheckpointError
from tests.tiny_model import BERT, DEBERTA

FOLDER = Path(__file__).parents[1] / "data" / "adapters"
RECORDED: dict[str, Any] = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))


def answers(model: GLiNER2, **more: Any) -> dict[str, Any]:
    text, options = RECORDED["text"], {"include_confidence": True}
    return {
        "entities": model.extract_entities(text, RECORDED["labels"], threshold=0.0, include_spans=True, **options, **more),
        "class": model.classify_text(text, {"t": ["a", "b"]}, **options),
    }


def spans(answer: dict[str, Any]) -> dict[tuple[str, int, int], float]:
    found = answer["entities"]["entities"]
    return {(label, one["start"], one["end"]): one["confidence"] for label, many in found.items() for one in many}


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert spans(found) == pytest.approx(spans(expected), abs=2e-5)
    assert found["class"]["t"]["label"] == expected["class"]["t"]["label"]
    assert found["class"]["t"]["confidence"] == pytest.approx(expected["class"]["t"]["confidence"], abs=2e-5)


@pytest.fixture
def model() -> GLiNER2:
    return GLiNER2.from_pretrained(BERT)


@pytest.mark.parametrize("name", ["native", "old"])
def test_adapters_of_the_reference_package_give_its_answers(model: GLiNER2, name: str) -> None:
    before = answers(model)
    assert_same(before, RECORDED["answers"]["base"])
    model.load_adapter(FOLDER / name)
    assert model.has_adapter
    assert_same(answers(model), RECORDED["answers"][name])
    assert spans(answers(model)) != pytest.approx(spans(before), abs=1e-3)
    model.unload_adapter()
    assert not model.has_adapter
    assert answers(model) == before


def test_another_adapter_takes_the_place_of_the_first(model: GLiNER2) -> None:
    model.load_adapter(FOLDER / "native")
    model.load_adapter(FOLDER / "old")
    assert_same(answers(model), RECORDED["answers"]["old"])


def test_what_is_merged_is_saved_with_the_model(model: GLiNER2, tmp_path: Path) -> None:
    model.load_adapter(FOLDER / "native")
    # All spans: of near ties the last digit decides which one stays.
    attached = answers(model, overlap_policy="allow")
    model.merge_lora()
    assert not model.has_adapter
    assert_same(answers(model, overlap_policy="allow"), attached)
    model.save_pretrained(tmp_path / "merged")
    assert_same(answers(GLiNER2.from_pretrained(tmp_path / "merged"), overlap_policy="allow"), attached)


@pytest.mark.parametrize("name", ["native", "old"])
def test_an_adapter_is_saved_alone_in_peft_s_format(model: GLiNER2, tmp_path: Path, name: str) -> None:
    model.load_adapter(FOLDER / name)
    model.save_adapter(tmp_path / "a")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [CONFIG, WEIGHTS]
    assert all(key.startswith(PREFIX) for key in load_file(tmp_path / "a" / WEIGHTS))
    other = GLiNER2.from_pretrained(BERT)
    other.load_adapter(tmp_path / "a")
    assert_same(answers(other), RECORDED["answers"][name])


def test_a_model_with_an_adapter_is_saved_without_it(model: GLiNER2, tmp_path: Path) -> None:
    before = answers(model)
    model.load_adapter(FOLDER / "native")
    model.save_pretrained(tmp_path / "m")
    assert model.has_adapter
    assert answers(GLiNER2.from_pretrained(tmp_path / "m")) == before


def changed_copy(tmp_path: Path, **settings: Any) -> Path:
    folder = tmp_path / "changed"
    shutil.copytree(FOLDER / "native", folder)
    known = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    (folder / CONFIG).write_text(json.dumps({**known, **settings}), encoding="utf-8")
    return folder


def test_an_adapter_of_another_model_is_refused_and_the_model_stays(tmp_path: Path) -> None:
    other = GLiNER2.from_pretrained(DEBERTA)
    before = answers(other)
    with pytest.raises(CheckpointError, match="belongs to another"):
        other.load_adapter(FOLDER / "native")
    assert answers(other) == before
    model = GLiNER2.from_pretrained(BERT)
    model.load_adapter(FOLDER / "old")
    folder = changed_copy(tmp_path)
    weights = load_file(folder / WEIGHTS)
    name = next(key for key in weights if key.endswith("lora_A.weight"))
    save_file({**weights, name: torch.zeros(4, 7)}, folder / WEIGHTS)
    with pytest.raises(CheckpointError, match="does not fit"):
        model.load_adapter(folder)
    assert_same(answers(model), RECORDED["answers"]["old"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"peft_type": "IA3"}, "only LoRA adapters can be read, got 'IA3'"),
        ({"modules_to_save": ["classifier"]}, "replaces whole modules"),
        ({"r": 0}, "rank r must be at least 1"),
        ({"use_dora": True}, "DoRA"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    model: GLiNER2, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        model.load_adapter(changed_copy(tmp_path, **settings))
    assert not model.has_adapter


def test_files_that_cannot_be_used_are_named(model: GLiNER2, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"is no adapter: it has no adapter_config\.json"):
        model.load_adapter(tmp_path)
    (tmp_path / CONFIG).write_text("[", encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot be read"):
        model.load_adapter(tmp_path)
    (tmp_path / CONFIG).write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match="neither peft's settings nor lora_r"):
        model.load_adapter(tmp_path)
    folder = changed_copy(tmp_path)
    (folder / WEIGHTS).write_bytes(b"cut")
    with pytest.raises(CheckpointError, match="is damaged"):
        model.load_adapter(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match=f"has no {WEIGHTS}"):
        model.load_adapter(folder)
    with pytest.raises(CheckpointError, match="no adapter that could be saved"):
        model.save_adapter(tmp_path / "none")
