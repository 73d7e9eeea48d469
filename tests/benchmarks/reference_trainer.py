"""Runs in the reference package's Python: trains on a folder's records, saves the model, writes how long it took.

Knows nothing of this project, because that Python need not have it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gliner2 import GLiNER2  # type: ignore[import-not-found]
from gliner2.training.trainer import ExtractorTrainer, TrainingConfig  # type: ignore[import-not-found]


def main(folder: Path) -> None:
    """Train as `settings.json` says; the result is `theirs/` and `theirs.json`."""
    asked = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    model = GLiNER2.from_pretrained(asked["base"])
    config = TrainingConfig(
        output_dir=str(folder / "run"), max_steps=asked["steps"], num_epochs=asked["steps"], batch_size=asked["batch_size"],
        encoder_lr=asked["encoder_lr"], task_lr=asked["head_lr"], eval_strategy="no", save_best=False, num_workers=0,
        fp16=False, logging_steps=1000, seed=42,
    )  # fmt: skip
    trainer = ExtractorTrainer(model, config)
    started = time.perf_counter()
    trainer.train(train_data=str(folder / "train.jsonl"))
    seconds = time.perf_counter() - started
    model.save_pretrained(str(folder / "theirs"))
    (folder / "theirs.json").write_text(json.dumps({"seconds": seconds}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
