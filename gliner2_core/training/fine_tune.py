"""Fine-tuning with its proof: scores before and after, on records that the run never learned from."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gliner2_core.evaluation import TaskReport, evaluate_examples
from gliner2_core.evaluation.general import general_scores
from gliner2_core.extractor import GLiNER2
from gliner2_core.training.config import TrainingConfig
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.loop import Progress, TrainingResult, train
from gliner2_core.training.processes import is_main
from gliner2_core.training.run_folder import MODEL_FOLDER

METRICS_FILE = "metrics.json"
FEW_RECORDS = 30
"""Fewer held-out records than these hardly tell a gain from luck."""

CURVE_SHARES = (0.25, 0.5, 0.75)

OnStage = Callable[[str], None]
"""Called with `before`, `training`, `after` and `curve`, as each begins."""


@dataclass(frozen=True, slots=True)
class FineTuned:
    """What a run did and what it gained.

    Attributes:
        result: Of the training.
        metrics: As `metrics.json` has it: `test` and `general`, each with `before` and `after`, `warnings`, and `curve`, a
            list of `{"records", "score"}`.
    """

    result: TrainingResult
    metrics: dict[str, Any]


def fine_tune(
    base: str | Path | None,
    examples: Sequence[TrainingExample],
    run_folder: Path,
    config: TrainingConfig,
    *,
    dev: Sequence[TrainingExample] = (),
    test: Sequence[TrainingExample] = (),
    with_curve: bool = False,
    on_stage: OnStage = lambda stage: None,
    on_progress: Callable[[Progress], None] | None = None,
) -> FineTuned:
    """Train, and measure before and after.

    Args:
        base: Checkpoint to start from: None for the embedded one, a folder or a hub id.
        examples: To learn from.
        run_folder: Gets what `train` writes, and `metrics.json`.
        config: Settings.
        dev: Say when to stop.
        test: Held out; without any, only the general sample is measured.
        with_curve: Train on parts of the examples, too, to tell whether more of them are worth it; needs `test`.
        on_stage: Told of each part as it begins.
        on_progress: Told of every step.

    Returns:
        The trained checkpoint's place and the scores.

    Raises:
        DataError, InputError, CheckpointError, TrainingError: As of `train`.
    """
    if not is_main():
        return FineTuned(train(base, examples, run_folder, config, dev=dev), {})
    on_stage("before")
    before = _measured(base, test)
    on_stage("training")
    result = train(base, examples, run_folder, config, dev=dev, on_progress=on_progress)
    on_stage("after")
    after = _measured(result.model_folder, test)
    curve: list[dict[str, float]] = []
    if with_curve and test:
        on_stage("curve")
        parts = [round(share * len(examples)) for share in CURVE_SHARES]
        curve = [_part(base, examples, n, run_folder, config, dev, test) for n in parts if n]
        curve.append({"records": len(examples), "score": _mean(after[0])})
    metrics = {
        "test": {"records": len(test), "before": before[0], "after": after[0]},
        "general": {"before": before[1], "after": after[1]},
        "curve": curve,
        "warnings": warnings_of(test),
    }
    (run_folder / METRICS_FILE).write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return FineTuned(result, metrics)


def warnings_of(test: Sequence[TrainingExample]) -> list[str]:
    """Return what a reader of the scores must know about how far they can be trusted."""
    if not test:
        return ["no record was held out: what was gained is not known"]
    if len(test) < FEW_RECORDS:
        return [f"{len(test)} held-out records are too few to tell: one record more or less can change the score by a lot"]
    return []


def _part(
    base: str | Path | None,
    examples: Sequence[TrainingExample],
    n_records: int,
    run_folder: Path,
    config: TrainingConfig,
    dev: Sequence[TrainingExample],
    test: Sequence[TrainingExample],
) -> dict[str, float]:
    """Train on some of the examples, the same ones in every longer part, and score that."""
    folder = run_folder / f"part-{n_records}"
    order = random.Random(config.seed).sample(examples, len(examples))
    if not (folder / MODEL_FOLDER / "config.json").is_file():
        train(base, order[:n_records], folder, config, dev=dev)
    scores = _scores_of(GLiNER2.from_pretrained(folder / MODEL_FOLDER), test)
    shutil.rmtree(folder)
    return {"records": n_records, "score": _mean(scores)}


def _mean(tasks: Mapping[str, Mapping[str, float]]) -> float:
    return sum(task["score"] for task in tasks.values()) / len(tasks)


def _measured(model: str | Path | None, test: Sequence[TrainingExample]) -> tuple[dict[str, Any], dict[str, float]]:
    loaded = GLiNER2.from_pretrained(model)
    return _scores_of(loaded, test), general_scores(loaded)


def _scores_of(model: GLiNER2, test: Sequence[TrainingExample]) -> dict[str, dict[str, Any]]:
    tasks = evaluate_examples(model, test, "test").sets[0].tasks if test else ()
    return {task.task: _scores(task) for task in tasks}


def _scores(task: TaskReport) -> dict[str, Any]:
    labels = {label: {"f1": row["f1"], "support": row["support"]} for label, row in task.scores["per_label"].items()}
    return {
        "metric": task.metric,
        "score": task.score,
        "low": task.interval.low,
        "high": task.interval.high,
        "records": task.records,
        "labels": labels,
    }
