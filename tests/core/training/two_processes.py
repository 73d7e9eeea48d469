"""Started by `accelerate launch`: trains, and tells whether all processes ended with the same weights."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import distributed

from gliner2_core.training.config import TrainingConfig
from gliner2_core.training.examples import load_examples
from gliner2_core.training.loop import train
from gliner2_core.training.processes import is_main, world_size
from gliner2_core.training.trainer import Gliner2Trainer
from tests.core.training.records import RECORDS


def main(base: str, out: str) -> None:
    seen: list[torch.Tensor] = []
    resume = Gliner2Trainer.resume

    def watched(self: Gliner2Trainer, checkpoint: Path | None) -> None:
        resume(self, checkpoint)
        seen.append(torch.cat([one.detach().flatten() for one in self.model.parameters()]))  # type: ignore[union-attr]

    Gliner2Trainer.resume = watched  # type: ignore[method-assign]
    config = TrainingConfig(max_steps=6, batch_size=1, head_learning_rate=1e-3, encoder_learning_rate=1e-3)
    train(base, load_examples(RECORDS).examples, Path(out), config)
    every = [torch.empty_like(seen[0]) for _ in range(world_size())]
    distributed.all_gather(every, seen[0])
    if is_main():
        print(f"{world_size()} processes, same weights: {all(torch.equal(one, every[0]) for one in every)}")  # noqa: T201
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
