"""Stops a run when it no longer gets better on records that it does not learn from, and keeps its best weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from gliner2_core.checkpoint import LoadedCheckpoint
from gliner2_core.evaluation import evaluate_examples
from gliner2_core.extractor import GLiNER2
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.processes import is_main

DEV_FILE = "dev.jsonl"
BEST_FILE = "best.safetensors"


class DevScore(TrainerCallback):
    """Measures the score on dev examples from time to time: the mean over their tasks, 0–1.

    Not the loss: it rises while scores still do, because a model that learns new labels becomes surer of its mistakes, too.
    Of equal scores the later one counts, which has learned more.

    Args:
        loaded: The checkpoint in training.
        examples: The dev examples.
        every: Optimizer steps between two measurements.
        patience: The run stops after so many measurements without a gain, after twice as many before the first gain.
        run_folder: Gets `dev.jsonl`, a line per measurement, and the best weights so far; a resumed run reads both.
    """

    def __init__(
        self, loaded: LoadedCheckpoint, examples: Sequence[TrainingExample], *, every: int, patience: int, run_folder: Path
    ) -> None:
        self._extractor = GLiNER2(loaded)
        self._examples = examples
        self._every = every
        self._patience = patience
        self._log = run_folder / DEV_FILE
        self._best = run_folder / BEST_FILE
        self._scores: list[tuple[int, float]] = []

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Measure the start, or take up what a resumed run had measured."""
        known = self._log.read_text(encoding="utf-8").splitlines() if state.global_step and self._log.is_file() else []
        self._scores = [(one["step"], one["score"]) for one in map(json.loads, known) if one["step"] <= state.global_step]
        if not self._scores:
            self._measure(state.global_step)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Measure, and stop the run if it is time."""
        if state.global_step % self._every and state.global_step != state.max_steps:
            return
        self._measure(state.global_step)
        scores = [score for _, score in self._scores]
        best = scores.index(max(scores))
        # Labels that the model did not know may need a while before the first of them is found.
        patience = self._patience if best else 2 * self._patience
        if len(scores) - 1 - best >= patience:
            control.should_training_stop = True

    def restore_best(self) -> int:
        """Give the model the weights that scored best; returns their step."""
        if self._best.is_file():
            self._extractor.model.load_state_dict(load_file(self._best), strict=False)
        return self._best_step()

    def _best_step(self) -> int:
        best = max(score for _, score in self._scores)
        return max(step for step, score in self._scores if score == best)

    def _measure(self, step: int) -> None:
        model = self._extractor.model
        was_training = model.training
        model.eval()
        tasks = evaluate_examples(self._extractor, self._examples, "dev").sets[0].tasks
        model.train(was_training)
        self._scores.append((step, sum(task.score for task in tasks) / len(tasks)))
        if not is_main():
            return
        if self._best_step() == step:
            trained = {
                name: weight.detach().contiguous() for name, weight in model.named_parameters() if weight.requires_grad
            }
            save_file(trained, self._best)
        lines = "".join(json.dumps({"step": at, "score": round(score, 6)}) + "\n" for at, score in self._scores)
        self._log.write_text(lines, encoding="utf-8")
