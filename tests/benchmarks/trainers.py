"""Our trainer beside the reference's: `python -m tests.benchmarks.trainers --data DIR --python PYTHON`.

PYTHON is one that has `gliner2` 2.1.0, torch and transformers. Both start from the same weights, take the same steps over
the same records in batches of the same size with the same learning rates, in float32, one after the other on as many
threads; then one evaluation scores both on records that neither has seen. Time is that of the steps alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gliner2_core import GLiNER2
from gliner2_core.evaluation import evaluate_examples
from gliner2_core.training.config import TrainingConfig
from gliner2_core.training.example_records import examples_to_jsonl
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.held_out import held_out_examples
from gliner2_core.training.loop import Progress, train
from tests.benchmarks.small_runs import DOMAINS, N_TEST

THEIRS = Path(__file__).with_name("reference_trainer.py")


def main(arguments: list[str] | None = None) -> int:
    """Train with both and print a table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.trainers", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with <source>.jsonl.gz files")
    parser.add_argument("--python", required=True, help="a Python that has the reference package")
    parser.add_argument("--domain", choices=DOMAINS, default="re3d")
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=8)
    options = parser.parse_args(arguments)
    examples = held_out_examples(options.data, options.domain, N_TEST + options.records)
    test, learned = examples[:N_TEST], examples[N_TEST:]
    asked = {"steps": options.steps, "batch_size": options.batch_size, "encoder_lr": 3e-5, "head_lr": 5e-4}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        GLiNER2.from_pretrained().save_pretrained(folder / "base")
        (folder / "train.jsonl").write_text(examples_to_jsonl(learned), encoding="utf-8")
        (folder / "settings.json").write_text(json.dumps({**asked, "base": str(folder / "base")}), encoding="utf-8")
        ours = _our_seconds(folder, learned, asked)
        environment = {**os.environ, "PYTHONPATH": ""}
        subprocess.run([options.python, "-I", str(THEIRS), str(folder)], check=True, env=environment, stdout=sys.stderr)
        theirs = json.loads((folder / "theirs.json").read_text(encoding="utf-8"))["seconds"]
        scores = {name: _score(folder / name, test) for name in ("base", "ours/model", "theirs")}
    seen = options.steps * options.batch_size
    print(
        f"{options.domain}: {options.steps} steps of {options.batch_size} over {len(learned)} records, {N_TEST} held out\n"
    )
    print("| | examples/s | F1 before | F1 after |\n| --- | ---: | ---: | ---: |")
    print(f"| ours | {seen / ours:.1f} | {scores['base']:.1f} | {scores['ours/model']:.1f} |")
    print(f"| gliner2 | {seen / theirs:.1f} | {scores['base']:.1f} | {scores['theirs']:.1f} |")
    print(f"\nours is {theirs / ours:.2f} times as fast")
    return 0


def _our_seconds(folder: Path, learned: Sequence[TrainingExample], asked: dict[str, Any]) -> float:
    config = TrainingConfig(
        max_steps=asked["steps"], batch_size=asked["batch_size"], encoder_learning_rate=asked["encoder_lr"],
        head_learning_rate=asked["head_lr"], save_steps=10 * asked["steps"], logging_steps=1000,
    )  # fmt: skip
    at: list[float] = []

    def note(_: Progress) -> None:
        at.append(time.perf_counter())

    train(folder / "base", learned, folder / "ours", config, on_progress=note)
    # The first step is timed as the mean of the others: what comes before it loads the model.
    return (at[-1] - at[0]) * len(at) / (len(at) - 1)


def _score(model: Path, test: Sequence[TrainingExample]) -> float:
    tasks = evaluate_examples(GLiNER2.from_pretrained(model), test, "test").sets[0].tasks
    return 100 * sum(task.score for task in tasks) / len(tasks)


if __name__ == "__main__":
    sys.exit(main())
