"""Latency against the number of labels: one text of 100 words, one request at a time, as the paper's Table 4 asks."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gliner2_core.schema import Schema

WORDS = 100
N_LABELS = (5, 10, 20, 50)
ROUNDS = 30
WARM_UP = 3
_SENTENCE = "Maria Keller of Northwind Robotics met the mayor of Leeds on 3 March to talk about 40 new jobs. "
TEXT = " ".join((_SENTENCE * 20).split()[:WORDS])
LABELS = ("person", "company", "city", "date", "job title", *(f"kind of thing number {index}" for index in range(45)))


class Answering(Protocol):
    """What is timed."""

    def predict(self, text: str, schema: Schema, /) -> Any:
        """Answer one text."""
        ...


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall time of one request in milliseconds with a number of labels."""

    task: str
    labels: int
    p50_ms: float
    p95_ms: float

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {"task": self.task, "labels": self.labels, "words": WORDS, "p50_ms": self.p50_ms, "p95_ms": self.p95_ms}


def measure_latency(model: Answering, *, rounds: int = ROUNDS) -> tuple[Latency, ...]:
    """Time entities and a classification with 5, 10, 20 and 50 labels; nothing else should run meanwhile.

    Args:
        model: What answers.
        rounds: Timed requests per row, after three to warm up.

    Returns:
        A row per task and number of labels.
    """
    return tuple(_measured(model, task, count, rounds) for task in ("entities", "classification") for count in N_LABELS)


def _measured(model: Answering, task: str, count: int, rounds: int) -> Latency:
    labels = list(LABELS[:count])
    schema = Schema().entities(labels) if task == "entities" else Schema().classification("topic", labels)
    times = times_ms(lambda: model.predict(TEXT, schema), rounds)
    return Latency(task, count, statistics.median(times), _percentile(times, 95))


def times_ms(call: Callable[[], object], rounds: int) -> list[float]:
    """Return the wall time of each call in milliseconds, after three calls to warm up."""
    times = []
    for number in range(rounds + WARM_UP):
        started = time.perf_counter()
        call()
        if number >= WARM_UP:
            times.append(1000 * (time.perf_counter() - started))
    return times


def _percentile(times: Sequence[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, round(percent / 100 * len(times)))]
