"""What a few corrections gain: `python -m tests.benchmarks.small_runs --data DIR [--sizes 20 50 200] [--domains …]`.

Fine-tunes the embedded checkpoint with the suggested settings on three sources that its training never saw, in every method,
and scores 150 other records of the source and the general sample. Prints a line per run as it ends; the last fifth of the
corrections is the dev part, if it is large enough.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from gliner2_core.training.advice import parted, suggested
from gliner2_core.training.config import METHODS, Method
from gliner2_core.training.fine_tune import FineTuned, fine_tune
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.held_out import held_out_examples

DOMAINS = {"re3d": "reports on conflicts", "phee": "drug safety", "nlupp": "banking and hotels"}
N_TEST = 150
DEV_SHARE = 5


def main(arguments: list[str] | None = None) -> int:
    """Run all and print a table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.small_runs", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with <source>.jsonl.gz files")
    parser.add_argument("--domains", nargs="+", choices=DOMAINS, default=list(DOMAINS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 50, 200])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    options = parser.parse_args(arguments)
    print("| domain | corrections | method | before | after | general before | after | CPU seconds | steps |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for domain in options.domains:
        examples = held_out_examples(options.data, domain, N_TEST + max(options.sizes))
        for size in options.sizes:
            for method in options.methods:
                print(_line(domain, size, method, examples[:N_TEST], examples[N_TEST : N_TEST + size]), flush=True)
    return 0


def _line(
    domain: str, size: int, method: Method, test: Sequence[TrainingExample], corrections: Sequence[TrainingExample]
) -> str:
    n_dev = max(size // DEV_SHARE, 4)
    learned, dev = parted(corrections[:-n_dev], corrections[-n_dev:])
    config = suggested(len(learned), has_dev=bool(dev), method=method)
    trained: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        done = fine_tune(
            None, learned, Path(folder) / "run", config, dev=dev, test=test,
            on_stage=lambda stage: trained.append(time.process_time()),
        )  # fmt: skip
    before, after = _mean(done, "before"), _mean(done, "after")
    general = [100 * done.metrics["general"][when]["entities"] for when in ("before", "after")]
    numbers = f"{before:.1f} | {after:.1f} | {general[0]:.1f} | {general[1]:.1f}"
    return f"| {domain} | {size} | {method} | {numbers} | {trained[2] - trained[1]:.0f} | {done.result.steps} |"


def _mean(done: FineTuned, when: str) -> float:
    tasks = done.metrics["test"][when].values()
    return 100 * sum(task["score"] for task in tasks) / len(tasks)


if __name__ == "__main__":
    sys.exit(main())
