"""One training run on one's own examples: prepare, train or resume, save."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from gliner2_core.adapters import save_adapter
from gliner2_core.checkpoint import LoadedCheckpoint, load_checkpoint, save_checkpoint
from gliner2_core.errors import DataError
from gliner2_core.modeling.encoder import window_of
from gliner2_core.prompt import PromptEncoder
from gliner2_core.training import adapter
from gliner2_core.training.collator import TrainingBatch
from gliner2_core.training.config import TrainingConfig
from gliner2_core.training.demands import check_demands
from gliner2_core.training.early_stopping import DevScore
from gliner2_core.training.example_records import examples_to_jsonl
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.processes import is_main
from gliner2_core.training.replay import replay_examples
from gliner2_core.training.run_folder import ADAPTER_FOLDER, LOG_FILE, MODEL_FOLDER, claim, newest_checkpoint
from gliner2_core.training.streams import batches_by_length, shuffled
from gliner2_core.training.targets import TargetExample, build_targets
from gliner2_core.training.trainer import Gliner2Trainer, batches_per_step

LEAST_STEPS = 5
"""Fewest steps between two looks at the dev examples."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: optimizer steps done and in all, the last logged loss."""

    step: int
    steps: int
    loss: float | None


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run did.

    Attributes:
        model_folder: The trained checkpoint; `GLiNER2.from_pretrained` and the reference package load it.
        adapter_folder: The same as an adapter of the base, for `GLiNER2.load_adapter`; None of a run that makes none.
        steps: Optimizer steps done.
        best_step: The one whose weights were kept.
        examples: Examples trained on.
        replayed: Examples mixed in.
        too_long: Examples left out because prompt and text exceed the window, as `path:line`.
        lost_values: Values no span can express (too wide, or no run of words), as `path:line (n)`.
        duration_s: Wall time of this call, loading and saving included.
        first_loss: Of the log; None if a short run was logged once only.
        last_loss: Likewise; None if it was not logged at all.
    """

    model_folder: Path
    adapter_folder: Path | None
    steps: int
    best_step: int
    examples: int
    replayed: int
    too_long: tuple[str, ...]
    lost_values: tuple[str, ...]
    duration_s: float
    first_loss: float | None
    last_loss: float | None


def train(
    base: str | Path | None,
    examples: Sequence[TrainingExample],
    run_folder: Path,
    config: TrainingConfig,
    *,
    dev: Sequence[TrainingExample] = (),
    on_progress: Callable[[Progress], None] | None = None,
) -> TrainingResult:
    """Train a checkpoint on examples.

    A run folder that holds an unfinished run of the same settings and data is resumed.

    Args:
        base: Checkpoint to start from: None for the embedded one, a folder or a hub id.
        examples: At least one.
        run_folder: Gets `run.json`, `log.jsonl`, `checkpoint-N/` and `model/`; with dev examples `dev.jsonl`; of a run that
            makes an adapter `adapter/`, too.
        config: Settings.
        dev: Examples that say when to stop; the weights that score best on them are kept. None: the last ones are.
        on_progress: Called after every step.

    Returns:
        What was done; the trained checkpoint lies in `run_folder / "model"`.

    Raises:
        DataError: If there is no example, or none fits into the window.
        InputError: If the run folder holds another run, or a finished one, or memory or disk are short.
        CheckpointError: If the base cannot be loaded.
        TrainingError: If the loss is no finite number any more.
    """
    started = time.perf_counter()
    if not examples:
        raise DataError("there is no example to train on")
    if is_main():
        claim(run_folder, _facts(base, examples, dev, config))
    torch.manual_seed(config.seed)
    loaded = load_checkpoint(base)
    kept, too_long, lost = _targets(loaded, examples, config)
    replayed = replay_examples(round(config.replay * len(kept)), seed=config.seed)
    mixed = [*kept, *_targets(loaded, replayed, config)[0]] if replayed else kept
    batches = _Epochs(mixed, PromptEncoder(loaded.tokenizer), config)
    per_epoch = batches.per_epoch / batches_per_step(config)
    steps = config.max_steps or max(round(config.epochs * per_epoch), 1)
    adapter.prepare(loaded.model, config)
    check_demands(loaded.model, run_folder)
    trainer = Gliner2Trainer(loaded.model, batches, config, steps, run_folder)
    if on_progress is not None:
        trainer.add_callback(_Reporter(on_progress))
    stopping = None
    if dev:
        every = max(round(per_epoch), LEAST_STEPS)
        stopping = DevScore(loaded, dev, every=every, patience=config.patience, run_folder=run_folder)
        trainer.add_callback(stopping)
    trainer.resume(newest_checkpoint(run_folder))
    best_step = stopping.restore_best() if stopping else trainer.state.global_step
    log = [line for line in trainer.state.log_history if "loss" in line]
    if is_main():
        _leave(run_folder, loaded, config, log)
    return TrainingResult(
        run_folder / MODEL_FOLDER,
        run_folder / ADAPTER_FOLDER if config.is_adapter_only else None,
        trainer.state.global_step,
        best_step,
        len(kept),
        len(mixed) - len(kept),
        too_long,
        lost,
        time.perf_counter() - started,
        float(log[0]["loss"]) if len(log) > 1 else None,
        float(log[-1]["loss"]) if log else None,
    )


def _leave(run_folder: Path, loaded: LoadedCheckpoint, config: TrainingConfig, log: Sequence[dict[str, Any]]) -> None:
    """Write what a run leaves: an adapter where one is made, the log, the checkpoint with everything merged."""
    if config.is_adapter_only:
        save_adapter(loaded.model, run_folder / ADAPTER_FOLDER, loaded.info.name)
    adapter.finish(loaded.model)
    (run_folder / LOG_FILE).write_text("".join(json.dumps(line) + "\n" for line in log), encoding="utf-8")
    save_checkpoint(run_folder / MODEL_FOLDER, loaded)


def _facts(
    base: str | Path | None, examples: Sequence[TrainingExample], dev: Sequence[TrainingExample], config: TrainingConfig
) -> dict[str, Any]:
    return {
        "base": None if base is None else str(base),
        "examples": len(examples),
        "data_sha256": hashlib.sha256(examples_to_jsonl(examples).encode()).hexdigest(),
        "dev_sha256": hashlib.sha256(examples_to_jsonl(dev).encode()).hexdigest() if dev else None,
        "config": asdict(config),
    }


def _targets(
    loaded: LoadedCheckpoint, examples: Sequence[TrainingExample], config: TrainingConfig
) -> tuple[list[TargetExample], tuple[str, ...], tuple[str, ...]]:
    encoder = PromptEncoder(loaded.tokenizer)
    limit = min(config.max_subwords or 10**9, window_of(loaded.encoder_config))
    kept: list[TargetExample] = []
    too_long: list[str] = []
    lost: list[str] = []
    for number, example in enumerate(examples, 1):
        origin = example.origin or f"example {number}"
        target = build_targets(example, loaded.model.model_config.max_width, max_words=config.max_words)
        n_lost = sum(one.n_lost for one in target.targets)
        if n_lost:
            lost.append(f"{origin} ({n_lost})")
        if len(encoder.encode(target.prompt, target.words).ids) > limit:
            too_long.append(origin)
        else:
            kept.append(target)
    if not kept:
        raise DataError(f"none of {len(examples)} examples fits into {limit} subwords; shorten texts or ask fewer labels")
    return kept, tuple(too_long), tuple(lost)


class _Epochs:
    """The stream of a finite list: every epoch meets every example once, in an order that the seed and epoch give."""

    def __init__(self, examples: Sequence[TargetExample], encoder: PromptEncoder, config: TrainingConfig) -> None:
        self._examples = examples
        self._encoder = encoder
        self._config = config
        self.per_epoch = sum(1 for _ in self._epoch(0))

    def __call__(self, first_step: int) -> Iterator[TrainingBatch]:
        epoch, skipped = divmod(first_step, self.per_epoch)
        while True:
            yield from islice(self._epoch(epoch), skipped, None)
            epoch, skipped = epoch + 1, 0

    def _epoch(self, number: int) -> Iterator[TrainingBatch]:
        seed = self._config.seed + number
        order = shuffled(self._examples, seed=seed)
        return batches_by_length(order, self._encoder, self._config.batch_size, seed=seed)


class _Reporter(TrainerCallback):
    """Tells the caller where the run stands."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report after a step."""
        losses = [line["loss"] for line in state.log_history if "loss" in line]
        self._report(Progress(state.global_step, state.max_steps, float(losses[-1]) if losses else None))
