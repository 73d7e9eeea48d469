"""What a training run does: every number that shapes it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from gliner2_core.errors import InputError
from gliner2_core.training.losses import LossConfig

Method = Literal["full", "lora", "heads"]
Scheduler = Literal["linear", "cosine", "constant", "stable"]
METHODS: tuple[Method, ...] = ("full", "lora", "heads")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Settings of one run.

    Attributes:
        method: `full` trains everything, `lora` low-rank updates of the encoder and the heads, `heads` the heads alone.
        max_steps: Optimizer steps; None takes `epochs`.
        epochs: Passes over the examples.
        batch_size: Texts per batch.
        accumulation: Batches per optimizer step, in each process: as a larger batch, in the memory of a small one.
        encoder_learning_rate, head_learning_rate: Peak, per step. The paper's Table 5 has 1e-5 and 5e-4.
        weight_decay: Not applied to biases and layer norms.
        warmup_ratio: Share of the steps in which learning rates rise from 0.
        scheduler: `linear`, `cosine` or `constant` (after warm-up), or `stable`: constant, then down in the last fifth,
            so that a longer run can go on from before that.
        max_grad_norm: Gradients are cut to this length.
        max_words: Words kept of a text; None keeps all.
        max_subwords: Longer examples are left out and counted; None takes the model's window.
        seed: Of order, dropout and fresh weights; the same seed gives the same result on the same machine.
        precision: `bfloat16` halves the time on processors that have it; `float32` is exact.
        save_steps: Checkpoint every so many steps, from which a run resumes.
        logging_steps: Log every so many steps.
        replay: Examples of the embedded checkpoint's own training to mix in, per example of one's own; 0 for none.
        patience: With dev examples: stop after so many passes over the examples without a better dev score.
        lora_rank, lora_alpha, lora_dropout: Of `lora`.
        is_adapter_only: With `lora`: low-rank updates of the heads, too, instead of their own weights. The run then leaves
            an adapter, a few MB that say all it learned.
        loss: Weights of the losses.
    """

    method: Method = "full"
    max_steps: int | None = None
    epochs: float = 3.0
    batch_size: int = 8
    accumulation: int = 1
    encoder_learning_rate: float = 1e-5
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup_ratio: float = 0.1
    scheduler: Scheduler = "linear"
    max_grad_norm: float = 1.0
    max_words: int | None = None
    max_subwords: int | None = None
    seed: int = 42
    precision: Literal["float32", "bfloat16"] = "float32"
    save_steps: int = 500
    logging_steps: int = 50
    replay: float = 0.0
    patience: int = 3
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    is_adapter_only: bool = False
    loss: LossConfig = field(default_factory=LossConfig)

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            InputError: If a value is out of range; the message names it.
        """
        if self.method not in METHODS:
            raise InputError(f"method must be one of {', '.join(METHODS)}, got {self.method!r}")
        if self.is_adapter_only and self.method != "lora":
            raise InputError(f"only method 'lora' leaves an adapter, got {self.method!r}")
        for name in ("batch_size", "accumulation", "save_steps", "logging_steps", "lora_rank", "lora_alpha", "patience"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("encoder_learning_rate", "head_learning_rate", "max_grad_norm"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(f"{name} must be greater than 0 and finite, got {getattr(self, name)}")
        if self.max_steps is not None and self.max_steps < 1:
            raise InputError(f"max_steps must be at least 1, got {self.max_steps}")
        if not 0 < self.epochs < math.inf:
            raise InputError(f"epochs must be greater than 0 and finite, got {self.epochs}")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"seed must be between 0 and {2**32 - 1}, got {self.seed}")
        if not 0 <= self.replay <= 100:
            raise InputError(f"replay must be between 0 and 100, got {self.replay}")
        if not 0 <= self.warmup_ratio <= 1:
            raise InputError(f"warmup_ratio must be between 0 and 1, got {self.warmup_ratio}")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)
