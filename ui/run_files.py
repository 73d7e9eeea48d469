"""The files of a training run: what it learns from, what it tells while it goes on, what it leaves."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

METRICS = "metrics.json"
_ERROR = "error: "


@dataclass(frozen=True, slots=True)
class Point:
    """A value after so many steps: a loss, or a score 0–1."""

    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands.

    Attributes:
        stage: `before`, `training` or `after`; empty before it tells anything.
        step, steps: Optimizer steps done and at most.
        seconds_left: At most, of the training; None while it cannot be told.
        losses: Of the training records.
        scores: On the dev records.
    """

    stage: str = ""
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    losses: tuple[Point, ...] = ()
    scores: tuple[Point, ...] = ()


class RunFiles:
    """Where a run's files are.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.run = folder / "run"
        self.progress = folder / "progress.jsonl"
        self.log = folder / "log.txt"
        self.model = self.run / "model"
        self._folder = folder
        self._pid = folder / "pid"

    def data(self, split: str) -> Path:
        """Return the records of a split."""
        return self._folder / "data" / f"{split}.jsonl"

    def is_done(self) -> bool:
        """Whether the trained checkpoint and its scores are there."""
        return (self.run / METRICS).is_file() and (self.model / "config.json").is_file()

    def metrics(self) -> dict[str, Any]:
        """Return the scores before and after."""
        found: dict[str, Any] = json.loads((self.run / METRICS).read_text(encoding="utf-8"))
        return found

    def note_process(self, pid: int) -> None:
        """Remember which process trains, and since when: numbers are given again."""
        self._pid.write_text(json.dumps([pid, psutil.Process(pid).create_time()]), encoding="utf-8")

    def process(self) -> psutil.Process | None:
        """Return the process that trains, also one that an earlier start of the app began; None if there is none."""
        try:
            pid, since = json.loads(self._pid.read_text(encoding="utf-8"))
            process = psutil.Process(pid)
            return process if process.create_time() == since and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    def last_words(self) -> str:
        """Return why a run ended: its last error, else its last line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.is_file() else []
        told = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
        if told:
            return told[-1]
        last = next((line for line in reversed(lines) if line.strip()), "it told nothing")
        return f"The training ended early: {last}. “Resume” goes on where it stopped."

    def standing(self) -> Standing:
        """Read where the run stands; a line that is being written is left for later."""
        events = _read_lines(self.progress)
        # What a resumed run tells again replaces what it told before.
        losses: dict[int, float] = {}
        begun: tuple[int, float] | None = None
        stage, step, steps = "", 0, 0
        for event in events:
            if "stage" in event:
                stage, begun = event["stage"], None
                continue
            step, steps = event["step"], event["steps"]
            begun = begun or (step, event["at"])
            losses = {at: loss for at, loss in losses.items() if at < step}
            # Each event repeats the loss that was logged last.
            if event["loss"] is not None and event["loss"] != next(reversed(losses.values()), None):
                losses[step] = event["loss"]
        left = None
        if begun is not None and stage == "training" and step > begun[0]:
            pace = (events[-1]["at"] - begun[1]) / (step - begun[0])
            left = max(pace * (steps - step) - (time.time() - events[-1]["at"]), 0.0)
        scores = tuple(Point(one["step"], one["score"]) for one in _read_lines(self.run / "dev.jsonl"))
        return Standing(stage, step, steps, left, tuple(Point(*pair) for pair in losses.items()), scores)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return []
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
