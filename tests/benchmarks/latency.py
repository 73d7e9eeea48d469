"""Latency of the embedded model: `python -m tests.benchmarks.latency [--model M]`; run it on a quiet machine.

Beside milliseconds it prints ratios taken in the same run, which can be compared between machines.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable

from gliner2_core import GLiNER2, Schema
from gliner2_core.evaluation.latency import LABELS, TEXT, measure_latency, times_ms

ROUNDS = 8
LENGTHS = (5, 10, 20, 40, 60, 80, 120, 160)


def median_ms(call: Callable[[], object]) -> float:
    """Return the median wall time of a call in milliseconds."""
    return statistics.median(times_ms(call, ROUNDS))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None)
    model = GLiNER2.from_pretrained(parser.parse_args().model)
    rows = measure_latency(model)
    print("100 words, per text")
    for row in rows:
        ratio = row.p50_ms / rows[0].p50_ms
        print(f"  {row.task:14s} {row.labels:2d} labels  p50 {row.p50_ms:6.1f}  p95 {row.p95_ms:6.1f} ms   × {ratio:.2f}")
    schema = Schema().entities(list(LABELS[:5]))
    mixed = [" ".join((TEXT + " " + TEXT).split()[:words]) for words in LENGTHS]
    alone = median_ms(lambda: [model.predict(one, schema) for one in mixed])
    together = median_ms(lambda: list(model.iter_predict(mixed, schema, batch_size=8)))
    print(f"8 mixed texts: one by one {alone:.0f} ms, as a batch {together:.0f} ms, ratio {together / alone:.2f}")


if __name__ == "__main__":
    main()
