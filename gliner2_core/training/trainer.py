"""transformers.Trainer with our batches, losses and two learning rates."""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset
from transformers import PrinterCallback, Trainer, TrainingArguments

from gliner2_core.errors import TrainingError
from gliner2_core.training.collator import TrainingBatch
from gliner2_core.training.config import TrainingConfig
from gliner2_core.training.losses import compute_losses
from gliner2_core.training.processes import rank, world_size
from gliner2_core.training.streams import BatchFactory

logger = logging.getLogger(__name__)
PARTS = ("spans", "typing", "counts", "classifications")


class _Stream(IterableDataset[TrainingBatch]):
    """This process' batches from a step on."""

    def __init__(self, factory: BatchFactory, per_step: int) -> None:
        self.factory = factory
        self.per_step = per_step
        self.first_step = 0

    def __iter__(self) -> Iterator[TrainingBatch]:
        return islice(self.factory(self.first_step * self.per_step), rank(), None, world_size())


class Gliner2Trainer(Trainer):
    """Trains a Gliner2Model on a stream of batches.

    Args:
        model: The model, or a peft model around it.
        factory: Makes the stream from a step on; a resumed run starts there instead of skipping.
        config: Settings.
        steps: Optimizer steps in all.
        run_folder: Checkpoints and logs go here.
    """

    def __init__(
        self, model: nn.Module, factory: BatchFactory, config: TrainingConfig, steps: int, run_folder: Path
    ) -> None:
        self.config = config
        self.stream = _Stream(factory, batches_per_step(config))
        self._sums: dict[str, float] = defaultdict(float)
        self._n_summed = 0
        super().__init__(model=model, args=_arguments(config, steps, run_folder), train_dataset=self.stream)
        self.remove_callback(PrinterCallback)

    def resume(self, checkpoint: Path | None) -> None:
        """Train, from a checkpoint of this run where one is given."""
        if checkpoint is not None:
            self.stream.first_step = int(checkpoint.name.rpartition("-")[2])
        with warnings.catch_warnings():
            # The CPU run pins no memory; torch warns about an accelerator that is not there.
            warnings.filterwarnings("ignore", message=".*pin_memory.*")
            self.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))

    def get_train_dataloader(self) -> DataLoader[TrainingBatch]:
        """Return ready batches: they are padded where they are made."""
        # A generator of its own: a loader draws a seed when it starts, and a resumed run starts it once more.
        return DataLoader(self.stream, batch_size=None, collate_fn=_wrapped, num_workers=0, generator=torch.Generator())

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Tensor:
        """Return the batch's total loss; its parts are averaged into the log."""
        batch: TrainingBatch = inputs["batch"]
        losses = model(partial(compute_losses, batch=batch, config=self.config.loss))
        if not torch.isfinite(losses.total):
            raise TrainingError(
                f"the loss became {losses.total.item()} at step {self.state.global_step + 1}; "
                "nothing was saved from here on, lower the learning rates"
            )
        for part in PARTS:
            self._sums[part] += float(getattr(losses, part).detach())
        self._n_summed += 1
        return losses.total

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """Return AdamW with the encoder's and the heads' learning rates; no decay on biases and norms."""
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = defaultdict(list)
        assert self.model is not None
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                groups["encoder." in name, parameter.ndim >= 2].append(parameter)
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": parameters,
                    "lr": self.config.encoder_learning_rate if is_encoder else self.config.head_learning_rate,
                    "weight_decay": self.config.weight_decay if is_decayed else 0.0,
                }
                for (is_encoder, is_decayed), parameters in groups.items()
            ]
        )
        return self.optimizer

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the averaged parts of the loss to a log line."""
        if "loss" in logs and self._n_summed:
            logs |= {part: round(total / self._n_summed, 4) for part, total in self._sums.items()}
            self._sums.clear()
            self._n_summed = 0
            logger.info("step %d: %s", self.state.global_step, logs)
        super().log(logs, start_time)


def batches_per_step(config: TrainingConfig) -> int:
    """Return how many batches an optimizer step takes, those of all processes together."""
    return config.accumulation * world_size()


def _wrapped(batch: Any) -> dict[str, TrainingBatch]:
    return {"batch": batch}


_SCHEDULERS = {"constant": "constant_with_warmup", "stable": "warmup_stable_decay"}


def _arguments(config: TrainingConfig, steps: int, run_folder: Path) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(run_folder),
        max_steps=steps,
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulation,
        # A batch without classifications leaves their head out.
        ddp_find_unused_parameters=world_size() > 1,
        learning_rate=config.head_learning_rate,
        lr_scheduler_type=_SCHEDULERS.get(config.scheduler, config.scheduler),
        lr_scheduler_kwargs={"num_decay_steps": steps // 5} if config.scheduler == "stable" else {},
        warmup_steps=int(config.warmup_ratio * steps),
        max_grad_norm=config.max_grad_norm,
        bf16=config.precision == "bfloat16",
        use_cpu=not torch.cuda.is_available(),
        seed=config.seed,
        save_steps=config.save_steps,
        save_total_limit=2,
        logging_steps=config.logging_steps,
        report_to=[],
        disable_tqdm=True,
        ignore_data_skip=True,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        eval_strategy="no",
    )
