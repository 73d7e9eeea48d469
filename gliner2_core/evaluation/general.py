"""A fixed general sample: short everyday texts that no training saw, to tell what a checkpoint has forgotten."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gliner2_core.evaluation.report import TaskReport
from gliner2_core.evaluation.runner import Predictor, evaluate_examples
from gliner2_core.training.examples import load_examples
from gliner2_core.training.gold import TrainingExample

ENTITIES = Path(__file__).parent / "everyday.jsonl"
CLASSES = Path(__file__).parent / "everyday_classes.jsonl"


def general_scores(model: Predictor) -> dict[str, float]:
    """Return `entities` (micro F1 of 60 texts) and `classes` (accuracy of 40), each 0–1."""
    (entities,) = evaluate_examples(model, _examples(ENTITIES), "entities").sets
    (classes,) = evaluate_examples(model, _examples(CLASSES), "classes").sets
    return {"entities": entities.tasks[0].score, "classes": mean_accuracy(classes.tasks)}


def mean_accuracy(tasks: tuple[TaskReport, ...]) -> float:
    """Return the accuracy over the texts of all single-label tasks together."""
    single = [task for task in tasks if task.metric == "accuracy"]
    return sum(task.score * task.records for task in single) / sum(task.records for task in single)


@cache
def _examples(path: Path) -> tuple[TrainingExample, ...]:
    return load_examples(path).examples
