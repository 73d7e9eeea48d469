"""Fine-tuning with its proof: early stopping, replay, honest scores, and what is refused before it starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from gliner2_core import GLiNER2
from gliner2_core.checkpoint import load_checkpoint
from gliner2_core.errors import InputError
from gliner2_core.evaluation import evaluate_examples
from gliner2_core.training import demands
from gliner2_core.training.advice import LEAST_DEV, LEAST_EPOCHS, LEAST_REPLAY, MOST_EPOCHS, MOST_REPLAY, parted, suggested
from gliner2_core.training.config import METHODS, Method, TrainingConfig
from gliner2_core.training.examples import load_examples
from gliner2_core.training.fine_tune import FEW_RECORDS, fine_tune, warnings_of
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.loop import Progress, train
from gliner2_core.training.replay import replay_examples
from gliner2_core.weight_files import read_weights
from tests.core.training.records import RECORDS

BASE = Path(__file__).parents[2] / "data" / "parity" / "checkpoints" / "bert_lstm"


class Killed(Exception):
    """Stands for a kill in the middle of a run."""


def examples() -> list[TrainingExample]:
    return list(load_examples(RECORDS).examples)


def settings(**options: Any) -> TrainingConfig:
    fast = {"encoder_learning_rate": 1e-3, "head_learning_rate": 2e-3}
    return TrainingConfig(**{"epochs": 40, "batch_size": 2, "save_steps": 5, "logging_steps": 5, **fast, **options})


def dev_log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "dev.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("method", METHODS)
def test_the_weights_with_the_best_dev_score_are_kept(method: Method, tmp_path: Path) -> None:
    result = train(BASE, examples(), tmp_path, settings(method=method, patience=6), dev=examples())
    log = dev_log(tmp_path)
    scores = [one["score"] for one in log]
    assert result.best_step == max(one["step"] for one in log if one["score"] == max(scores))
    assert result.steps == log[-1]["step"]
    # Six measurements without a gain end it, twelve before the first gain, and nothing else but the last step.
    best = scores.index(max(scores))
    assert best == len(scores) - (7 if best else 13) or result.steps == 120
    again = GLiNER2.from_pretrained(result.model_folder)
    tasks = evaluate_examples(again, examples(), "dev").sets[0].tasks
    assert sum(task.score for task in tasks) / len(tasks) == pytest.approx(max(scores))


def test_without_dev_examples_the_last_weights_are_kept(tmp_path: Path) -> None:
    result = train(BASE, examples(), tmp_path, settings(epochs=2))
    assert result.best_step == result.steps == 6
    assert not (tmp_path / "dev.jsonl").exists()


def test_a_killed_run_resumes_with_what_it_had_measured(tmp_path: Path) -> None:
    def kill(progress: Progress) -> None:
        if progress.step == 18:
            raise Killed

    dev = examples()[:2]
    train(BASE, examples(), tmp_path / "whole", settings(epochs=10, patience=99), dev=dev)
    with pytest.raises(Killed):
        train(BASE, examples(), tmp_path / "broken", settings(epochs=10, patience=99), dev=dev, on_progress=kill)
    train(BASE, examples(), tmp_path / "broken", settings(epochs=10, patience=99), dev=dev)
    assert dev_log(tmp_path / "whole") == dev_log(tmp_path / "broken")
    one, other = (read_weights(tmp_path / name / "model") for name in ("whole", "broken"))
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_other_dev_examples_make_another_run(tmp_path: Path) -> None:
    train(BASE, examples(), tmp_path, settings(epochs=1), dev=examples()[:1])
    (tmp_path / "model" / "config.json").unlink()
    with pytest.raises(InputError, match="unfinished run with other settings: dev_sha256"):
        train(BASE, examples(), tmp_path, settings(epochs=1))


def test_replay_is_mixed_in_and_always_the_same(tmp_path: Path) -> None:
    assert replay_examples(30, seed=1) == replay_examples(30, seed=1) != replay_examples(30, seed=2)
    found = replay_examples(200, seed=1)
    assert len(found) == len({one.text for one in found}) == 200
    assert all(kind for kind in zip(*((one.entities, one.structures, one.classifications) for one in found), strict=True))
    result = train(BASE, examples(), tmp_path, settings(epochs=1, replay=2.0))
    assert (result.examples, result.replayed) == (5, 10)


def test_scores_before_and_after_are_on_what_was_held_out(tmp_path: Path) -> None:
    stages: list[str] = []
    held_out = [{"input": "Ann saw Bob in Oslo.", "output": {"entities": {"person": ["Ann", "Bob"], "city": ["Oslo"]}}}]
    test = load_examples(held_out).examples
    done = fine_tune(BASE, examples(), tmp_path, settings(), test=test, on_stage=stages.append)
    before, after = done.metrics["test"]["before"]["entities"], done.metrics["test"]["after"]["entities"]
    assert stages == ["before", "training", "after"]
    assert before["score"] < after["score"]
    assert after["labels"]["person"]["support"] == 2
    assert after["records"] == 1
    assert set(done.metrics["general"]["after"]) == {"entities", "classes"}
    assert done.metrics["warnings"] == [
        "1 held-out records are too few to tell: one record more or less can change the score by a lot"
    ]
    assert json.loads((tmp_path / "metrics.json").read_text()) == done.metrics


def test_a_learning_curve_trains_on_parts(tmp_path: Path) -> None:
    records = examples() * 4
    done = fine_tune(BASE, records, tmp_path, settings(epochs=1), test=examples()[:1], with_curve=True)
    assert [one["records"] for one in done.metrics["curve"]] == [5, 10, 15, 20]
    assert all(0 <= one["score"] <= 1 for one in done.metrics["curve"])
    assert done.metrics["curve"][-1]["score"] == done.metrics["test"]["after"]["entities"]["score"]
    assert not list(tmp_path.glob("part-*"))


def test_few_records_are_told() -> None:
    assert warnings_of(()) == ["no record was held out: what was gained is not known"]
    assert "too few to tell" in warnings_of(examples()[:1])[0]
    assert warnings_of(examples()[:1] * FEW_RECORDS) == []


@pytest.mark.parametrize(
    ("what", "words"), [("memory", "of memory, .* are free; close other"), ("disk", "of disk, .* are free; make room")]
)
def test_a_run_that_cannot_fit_is_refused_before_it_starts(
    what: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demands, f"{what}_needed", lambda model: 10**15)
    with pytest.raises(InputError, match=words):
        train(BASE, examples(), tmp_path, settings(epochs=1))
    assert not list(tmp_path.glob("checkpoint-*"))


def test_frozen_weights_need_no_memory() -> None:
    model = load_checkpoint(BASE).model
    whole = demands.memory_needed(model), demands.disk_needed(model)
    for weight in model.encoder.parameters():
        weight.requires_grad = False
    assert demands.memory_needed(model) < whole[0]
    assert demands.disk_needed(model) < whole[1]


def test_few_dev_examples_are_learned_from() -> None:
    learned, dev = examples(), examples()[:1]
    assert parted(learned, dev * (LEAST_DEV - 1)) == (learned + dev * (LEAST_DEV - 1), ())
    assert parted(learned, dev * LEAST_DEV) == (learned, dev * LEAST_DEV)
    assert parted(learned, []) == (learned, ())


@pytest.mark.parametrize("count", [1, 20, 200, 5_000])
def test_settings_are_suggested_for_every_size(count: int) -> None:
    watched, unwatched = suggested(count, has_dev=True), suggested(count, has_dev=False)
    assert LEAST_EPOCHS <= unwatched.epochs <= watched.epochs <= MOST_EPOCHS
    assert LEAST_REPLAY - 1 <= watched.replay * count <= MOST_REPLAY + 1
