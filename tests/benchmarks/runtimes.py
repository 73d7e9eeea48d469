"""Our inference beside the reference's: `python -m tests.benchmarks.runtimes --python PYTHON`; --help has more.

PYTHON is one that has `gliner2` 2.1.0, torch and transformers. Both have the same weights and two threads, and answer in
turn, so that what else the machine does meets both alike; run it on a quiet one all the same. Prints medians, their ratio,
and how far the answers agree.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gliner2_core import GLiNER2
from gliner2_core.evaluation.latency import LABELS, N_LABELS, TEXT
from tests.benchmarks.base_size import save_base_size

WORKER = Path(__file__).with_name("runtime_worker.py")
ROOT = Path(__file__).parents[2]
ROUNDS = {"base": 7, "embedded": 25}
BATCH = {"base": 24, "embedded": 256}
"""Texts of the batch; the reference takes a second and more for each with a model of base size."""
THRESHOLD = {"base": 0.41, "embedded": 0.5}
"""The random weights give all spans between 0.38 and 0.45."""
LONGEST = {"base": 400, "embedded": 300}
"""Words of a text; the reference fails where the embedded model's 512 positions end."""
LOW = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """What both took for the same work: milliseconds, or MB of peak memory."""

    work: str
    ours: float
    theirs: float
    agreement: str = ""

    def line(self) -> str:
        """Return it as a line of a Markdown table."""
        return (
            f"| {self.work} | {self.ours:,.0f} | {self.theirs:,.0f} | {self.theirs / self.ours:.2f} × | {self.agreement} |"
        )


class Worker:
    """A process with one of both packages."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer(
        self, texts: str | Sequence[str], labels: Sequence[str], threshold: float, batch_size: int = 8
    ) -> dict[str, Any]:
        """Put a request and wait for what the worker tells."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"texts": texts, "labels": list(labels), "threshold": threshold, "batch_size": batch_size}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def worker(python: str, package: str, folder: Path, options: Mapping[str, Any]) -> Iterator[Worker]:
    """Start a worker, with options of `from_pretrained`; it ends with the block."""
    paths = {"PYTHONPATH": str(ROOT)} if package == "gliner2_core" else {}
    command = [python, str(WORKER), package, str(folder), json.dumps(options)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=folder, env={"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2", **paths},
    ) as process:  # fmt: skip
        yield Worker(process)
        assert process.stdin
        process.stdin.close()


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.runtimes", description=__doc__)
    parser.add_argument("--python", required=True, help="a Python that has the reference package")
    parser.add_argument("--size", choices=sorted(ROUNDS), default="embedded")
    parser.add_argument("--precision", default="float32", help="of ours; the reference's stays float32")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if options.size == "base":
            save_base_size(folder)
        else:
            GLiNER2.from_pretrained().save_pretrained(folder)
        print("| work | ours | reference | ratio | answers |\n| --- | ---: | ---: | ---: | --- |")
        for row in measured(options.python, folder, options.size, options.precision):
            print(row.line(), flush=True)
    return 0


def measured(python: str, folder: Path, size: str, precision: str) -> Iterator[Row]:
    """Yield a row per kind of work."""
    ours = partial(worker, sys.executable, "gliner2_core", folder, {"precision": precision})
    theirs = partial(worker, python, "gliner2", folder, {})
    starts: list[list[float]] = [[], []]
    for _ in range(3):
        for times, started in zip(starts, (ours, theirs), strict=True):
            with started() as one:
                times.append(one.answer(TEXT, LABELS[:5], THRESHOLD[size])["since_start_ms"])
    yield Row("start to first answer", *map(min, starts))
    with ours() as mine, theirs() as other:
        for count in N_LABELS:
            yield _row(f"100 words, {count} labels", (mine, other), TEXT, LABELS[:count], THRESHOLD[size], ROUNDS[size])
        if size == "embedded":
            long = " ".join([TEXT] * (LONGEST[size] // 100))
            yield _row(f"{LONGEST[size]} words, threshold {LOW}", (mine, other), long, LABELS[:5], LOW, ROUNDS[size] // 5)
    texts = mixed_texts(BATCH[size], LONGEST[size])
    with ours() as mine, theirs() as other:
        for one in (mine, other):
            one.answer(TEXT, LABELS[:5], THRESHOLD[size])
        told = [one.answer(texts, LABELS[:5], THRESHOLD[size]) for one in (mine, other)]
        agreement = agreed([one["answer"] for one in told])
        yield Row(f"{len(texts)} texts of 5 to {LONGEST[size]} words", *(one["ms"] for one in told), agreement)
        yield Row("peak memory of these, MB", *(one["peak_mb"] for one in told))


def _row(work: str, both: Sequence[Worker], text: str, labels: Sequence[str], threshold: float, rounds: int) -> Row:
    times: list[list[float]] = [[], []]
    for number in range(rounds + 2):
        told = [one.answer(text, labels, threshold) for one in both]
        if number >= 2:
            for some, one in zip(times, told, strict=True):
                some.append(one["ms"])
    return Row(work, *map(statistics.median, times), agreed([one["answer"] for one in told]))


def mixed_texts(count: int, longest: int) -> list[str]:
    """Return texts of five words up to so many."""
    rng, words = random.Random(0), TEXT.split() * 4
    return [" ".join(words[: rng.randint(5, longest)]) + "." for _ in range(count)]


def agreed(answers: Sequence[Any]) -> str:
    """Say how many findings both have, and how far their confidences are apart at most."""
    ours, theirs = ({key: value for key, value in _found(answer)} for answer in answers)
    both = ours.keys() & theirs.keys()
    drift = max((abs(ours[key] - theirs[key]) for key in both), default=0.0)
    return f"{len(both)} of {len(ours.keys() | theirs.keys())} equal, confidences within {drift:.0e}"


def _found(answer: Any) -> Iterator[tuple[tuple[Any, ...], float]]:
    for number, one in enumerate(answer if isinstance(answer, list) else [answer]):
        found: Mapping[str, Any] = one["entities"]
        for label, spans in found.items():
            for span in spans:
                yield (number, label, span["start"], span["end"]), span["confidence"]


if __name__ == "__main__":
    sys.exit(main())
