"""Latency of the embedded model: `python -m tests.benchmarks.latency [--model M]`; run it on a quiet machine.

Beside milliseconds it prints ratios taken in the same run, which can be compared between machines.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from gliner2_core import GLiNER2, Schema

SENTENCE = "Maria Keller of Northwind Robotics met the mayor of Leeds on 3 March to talk about 40 new jobs. "
LABELS = ["person", "company", "city", "date", "job title", *(f"kind of thing number {index}" for index in range(45))]
ROUNDS = 25


def median_ms(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median wall time of a call in milliseconds, after three calls to warm up."""
    times = []
    for number in range(rounds + 3):
        started = time.perf_counter()
        call()
        if number >= 3:
            times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None)
    model = GLiNER2.from_pretrained(parser.parse_args().model)
    text = " ".join((SENTENCE * 20).split()[:100])
    by_labels = {
        count: median_ms(lambda count=count: model.predict(text, Schema().entities(LABELS[:count])))  # type: ignore[misc]
        for count in (5, 10, 20, 50)
    }
    print("100 words, p50 per text")
    for count, found in by_labels.items():
        print(f"  {count:2d} labels  {found:7.1f} ms   × {found / by_labels[5]:.2f} of 5 labels")
    schema = Schema().entities(LABELS[:5])
    mixed = [" ".join((SENTENCE * 20).split()[:words]) for words in (5, 10, 20, 40, 60, 80, 120, 160)]
    alone = median_ms(lambda: [model.predict(one, schema) for one in mixed], 8)
    together = median_ms(lambda: list(model.iter_predict(mixed, schema, batch_size=8)), 8)
    print(f"8 mixed texts: one by one {alone:.0f} ms, as a batch {together:.0f} ms, ratio {together / alone:.2f}")


if __name__ == "__main__":
    main()
