"""The scores of a training run before and after, in groups: for the page's table and for the model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GENERAL = (("entities", 60), ("classes", 40))
"""Part of the general sample → its texts."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score.

    Attributes:
        name: Of the task, the label or the part of the general sample.
        number: Records, true mentions, or texts.
        before, after: 0–1.
    """

    name: str
    number: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Group:
    """A task of the held-out records, or a part of the general sample.

    Attributes:
        whole: Its own score.
        metric: Of a task; None of the general sample.
        labels: Of a task: its labels that a held-out record has.
        unseen: Of a task: labels that none has.
    """

    whole: Score
    metric: str | None = None
    labels: tuple[Score, ...] = ()
    unseen: tuple[str, ...] = ()


def scores_of(metrics: Mapping[str, Any]) -> Iterator[Group]:
    """Yield the held-out tasks, then the general sample."""
    test, general = metrics["test"], metrics["general"]
    for name, task in test["after"].items():
        before, rows = test["before"][name], task["labels"]
        yield Group(
            Score(name, task["records"], before["score"], task["score"]),
            task["metric"],
            tuple(
                Score(label, row["support"], before["labels"][label]["f1"], row["f1"])
                for label, row in rows.items()
                if row["support"]
            ),
            tuple(label for label, row in rows.items() if not row["support"]),
        )
    for name, n_texts in GENERAL:
        yield Group(Score(name, n_texts, general["before"][name], general["after"][name]))
