"""What an evaluation says: plain, frozen, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gliner2_core.evaluation.latency import Latency
from gliner2_core.training.bootstrap import Interval


@dataclass(frozen=True, slots=True)
class TaskReport:
    """The scores of one task.

    Attributes:
        task: `entities`, `structures`, `relations`, or the name of a classification.
        metric: The headline metric: `micro F1`, `accuracy` or `field F1`.
        score: Its value in 0–1.
        interval: 95 % bootstrap interval over documents.
        support: True items (spans, labels, field values, pairs).
        records: How many ask this task.
        labels: What was asked.
        scores: All scores, down to each label.
    """

    task: str
    metric: str
    score: float
    interval: Interval
    support: int
    records: int
    labels: tuple[str, ...]
    scores: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "task": self.task,
            "metric": self.metric,
            "score": self.score,
            "interval": self.interval.to_dict(),
            "support": self.support,
            "records": self.records,
            "labels": list(self.labels),
            "scores": dict(self.scores),
        }


@dataclass(frozen=True, slots=True)
class SetReport:
    """One set of records.

    Attributes:
        name: Of the benchmark set or the file.
        records: How many were read.
        duration_s: Wall time of prediction in seconds, schema and decoding included.
        windowed: Records longer than the model's window, read in several passes.
        tasks: Scores per task.
        notes: What was left out, and why.
    """

    name: str
    records: int
    duration_s: float
    windowed: int
    tasks: tuple[TaskReport, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "name": self.name,
            "records": self.records,
            "duration_s": self.duration_s,
            "windowed": self.windowed,
            "tasks": [task.to_dict() for task in self.tasks],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A whole evaluation: which checkpoint, with which options, on which sets; latency where it was asked for."""

    checkpoint: str
    revision: str | None
    threshold: float
    limit: int | None
    sets: tuple[SetReport, ...]
    latency: tuple[Latency, ...] = ()
    precision: str = "float32"

    @property
    def averages(self) -> dict[str, float]:
        """Mean headline score per task kind, over sets of equal weight, where there are several."""
        by_metric: dict[str, list[float]] = {}
        for one in self.sets:
            for task in one.tasks:
                by_metric.setdefault(f"{_kind(task)} {task.metric}", []).append(task.score)
        return {name: sum(scores) / len(scores) for name, scores in by_metric.items() if len(scores) > 1}

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "checkpoint": {"name": self.checkpoint, "revision": self.revision},
            "precision": self.precision,
            "threshold": self.threshold,
            "overlap_policy": None,
            "limit": self.limit,
            "averages": self.averages,
            "sets": [one.to_dict() for one in self.sets],
            "latency": [one.to_dict() for one in self.latency],
        }


def _kind(task: TaskReport) -> str:
    return task.task if task.task in ("entities", "structures", "relations") else "classification"
