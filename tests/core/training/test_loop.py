"""Whole training runs on a tiny checkpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from gliner2_core import GLiNER2
from gliner2_core.errors import DataError, InputError, TrainingError
from gliner2_core.training.config import METHODS, Method, TrainingConfig
from gliner2_core.training.examples import load_examples
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.loop import Progress, TrainingResult, train
from gliner2_core.weight_files import read_weights
from tests.core.training.records import RECORDS

BASE = Path(__file__).parents[2] / "data" / "parity" / "checkpoints" / "bert_lstm"
TEXT = "Ann met Bob in Oslo."


class Killed(Exception):
    """Stands for a kill in the middle of a run."""


def examples() -> list[TrainingExample]:
    return list(load_examples(RECORDS).examples)


def settings(**options: Any) -> TrainingConfig:
    return TrainingConfig(**{"epochs": 6, "batch_size": 2, "save_steps": 5, "logging_steps": 5, **options})


def run(folder: Path, **options: Any) -> TrainingResult:
    return train(BASE, examples(), folder, settings(**options))


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return read_weights(folder / "model")


def differing(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> list[str]:
    return [name for name in one if not torch.equal(one[name], other[name])]


@pytest.mark.parametrize("method", METHODS)
def test_killed_run_resumes_to_the_same_weights_as_an_unbroken_one(method: Method, tmp_path: Path) -> None:
    def kill(progress: Progress) -> None:
        if progress.step == 8:
            raise Killed

    run(tmp_path / "whole", method=method)
    with pytest.raises(Killed):
        train(BASE, examples(), tmp_path / "broken", settings(method=method), on_progress=kill)
    assert (tmp_path / "broken" / "checkpoint-5").is_dir()
    run(tmp_path / "broken", method=method)
    assert differing(weights(tmp_path / "whole"), weights(tmp_path / "broken")) == []


def test_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    run(tmp_path / "one", seed=1)
    run(tmp_path / "same", seed=1)
    run(tmp_path / "other", seed=2)
    assert differing(weights(tmp_path / "one"), weights(tmp_path / "same")) == []
    assert differing(weights(tmp_path / "one"), weights(tmp_path / "other"))


def test_heads_only_leaves_the_encoder_as_it_was(tmp_path: Path) -> None:
    run(tmp_path / "run", method="heads")
    changed = differing(weights(tmp_path / "run"), read_weights(BASE))
    assert changed
    assert not [name for name in changed if name.startswith("encoder.")]


def test_lora_changes_linear_weights_of_the_encoder_but_no_embedding(tmp_path: Path) -> None:
    run(tmp_path / "run", method="lora")
    changed = [name for name in differing(weights(tmp_path / "run"), read_weights(BASE)) if name.startswith("encoder.")]
    assert changed
    assert all(name.endswith("weight") and "embeddings" not in name and "LayerNorm" not in name for name in changed)


def test_an_adapter_says_all_that_was_learned(tmp_path: Path) -> None:
    result = run(
        tmp_path / "run", method="lora", is_adapter_only=True, epochs=40, encoder_learning_rate=1e-2, head_learning_rate=1e-2
    )
    assert result.adapter_folder is not None
    changed = differing(weights(tmp_path / "run"), read_weights(BASE))
    assert any(name.startswith("span_rep.") for name in changed)
    assert all(name.endswith("weight") and "embeddings" not in name and "LayerNorm" not in name for name in changed)
    model, asked = GLiNER2.from_pretrained(BASE), {"tone": ["warm", "cold"]}
    before = model.classify_text(TEXT, asked, include_confidence=True)
    model.load_adapter(result.adapter_folder)
    answer = model.classify_text(TEXT, asked, include_confidence=True)["tone"]
    merged = GLiNER2.from_pretrained(result.model_folder).classify_text(TEXT, asked, include_confidence=True)["tone"]
    assert answer["label"] == merged["label"]
    assert answer["confidence"] == pytest.approx(merged["confidence"], abs=2e-5)
    assert answer["confidence"] != pytest.approx(before["tone"]["confidence"], abs=1e-3)
    model.unload_adapter()
    assert model.classify_text(TEXT, asked, include_confidence=True) == before


def test_only_lora_leaves_an_adapter() -> None:
    with pytest.raises(InputError, match="only method 'lora' leaves an adapter"):
        settings(is_adapter_only=True)


def test_training_learns_its_records(tmp_path: Path) -> None:
    before = GLiNER2.from_pretrained(BASE).extract_entities(TEXT, ["person", "city"])
    result = run(tmp_path / "run", epochs=80, encoder_learning_rate=1e-3, head_learning_rate=2e-3)
    after = GLiNER2.from_pretrained(result.model_folder).extract_entities(TEXT, ["person", "city"])
    assert before != after
    assert {label: sorted(found) for label, found in after["entities"].items()} == {
        "person": ["Ann", "Bob"],
        "city": ["Oslo"],
    }
    assert result.first_loss is not None
    assert result.last_loss is not None
    assert result.last_loss < result.first_loss / 4


def test_run_folder_tells_data_settings_and_losses(tmp_path: Path) -> None:
    result = run(tmp_path)
    facts = json.loads((tmp_path / "run.json").read_text())
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert facts["examples"] == result.examples == 5
    assert len(facts["data_sha256"]) == 64
    assert facts["config"]["seed"] == 42
    assert [line["step"] for line in log] == [5, 10, 15]
    assert {"loss", "spans", "typing", "counts", "classifications"} <= set(log[0])


def test_progress_counts_every_step(tmp_path: Path) -> None:
    seen: list[Progress] = []
    result = train(BASE, examples(), tmp_path, settings(epochs=1), on_progress=seen.append)
    assert [one.step for one in seen] == list(range(1, result.steps + 1))
    assert {one.steps for one in seen} == {result.steps}


def test_finished_run_folder_is_not_written_again(tmp_path: Path) -> None:
    run(tmp_path, epochs=1)
    with pytest.raises(InputError, match="holds a finished run; choose another folder or delete it"):
        run(tmp_path, epochs=1)


def test_unfinished_run_of_other_settings_is_not_resumed(tmp_path: Path) -> None:
    run(tmp_path, epochs=1)
    shutil.rmtree(tmp_path / "model")
    with pytest.raises(InputError, match="unfinished run with other settings: epochs: there 1, here 2"):
        run(tmp_path, epochs=2)


def test_loss_that_is_no_number_stops_the_run_before_anything_is_saved(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"the loss became nan at step \d+; .*lower the learning rates"):
        run(tmp_path, encoder_learning_rate=1e30, head_learning_rate=1e30, max_grad_norm=1e30, epochs=20)
    assert not (tmp_path / "model").exists()


def test_file_in_place_of_the_run_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(InputError, match="is a file; a run needs a folder"):
        run(tmp_path / "run")


def test_no_example_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no example to train on"):
        train(BASE, [], tmp_path, settings())


def test_examples_longer_than_the_window_are_named(tmp_path: Path) -> None:
    long = load_examples([{"input": "word " * 2000 + ".", "output": {"entities": {"person": []}}}]).examples
    result = train(BASE, [*examples(), *long], tmp_path, settings(epochs=1))
    assert result.examples == 5
    assert len(result.too_long) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"seed": -1}, "seed must be between 0 and 4294967295, got -1"),
        ({"epochs": 0}, "epochs must be greater than 0 and finite, got 0"),
        ({"max_steps": 0}, "max_steps must be at least 1, got 0"),
        ({"head_learning_rate": 0.0}, "head_learning_rate must be greater than 0"),
        ({"encoder_learning_rate": float("nan")}, "encoder_learning_rate must be greater than 0 and finite, got nan"),
        ({"warmup_ratio": 2.0}, "warmup_ratio must be between 0 and 1, got 2.0"),
        ({"method": "some"}, "method must be one of full, lora, heads, got 'some'"),
    ],
)
def test_setting_out_of_range_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrainingConfig(**options)


def test_a_stable_run_keeps_its_learning_rate_until_the_last_fifth(tmp_path: Path) -> None:
    options = {"scheduler": "stable", "warmup_ratio": 0.1, "max_steps": 20, "save_steps": 20, "logging_steps": 1}
    result = run(tmp_path, **options)
    assert result.steps == 20
    state = json.loads((tmp_path / "checkpoint-20" / "trainer_state.json").read_text())
    rates = [line["learning_rate"] for line in state["log_history"] if "learning_rate" in line]
    peak = max(rates)
    assert rates[0] < peak
    assert rates[3:16] == [peak] * 13
    assert rates[-1] < 0.3 * peak
