"""The paper's Table 4 for this machine: ours in every precision, the reference package where it is installed, and the floor.

The floor is what the encoder's products alone would take at the rate at which this machine multiplies such matrices.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from gliner2_core.evaluation.latency import LABELS, N_LABELS, TEXT, WORDS, times_ms
from gliner2_core.extractor import GLiNER2
from gliner2_core.modeling.precision import Precision, known_precisions
from gliner2_core.modeling.runtime import multiply_plainly

ROUNDS = 20
Timed = Callable[[], object]


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """One text of 100 words, one request at a time.

    Attributes:
        labels: How many were asked.
        precision: Of ours.
        pieces: Subwords of prompt and text.
        ours_ms, reference_ms: Medians; None where the reference package is not installed.
        floor_ms: Products of the encoder at the machine's rate.
        gflop_per_s: That rate.
    """

    labels: int
    precision: Precision
    pieces: int
    ours_ms: float
    reference_ms: float | None
    floor_ms: float
    gflop_per_s: float

    @property
    def share(self) -> float:
        """How much of our time the floor is."""
        return self.floor_ms / self.ours_ms

    def to_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {**asdict(self), "words": WORDS, "share_of_floor": self.share}


def measure_speed(model: GLiNER2, *, rounds: int = ROUNDS, n_labels: Sequence[int] = N_LABELS) -> Iterator[SpeedRow]:
    """Time entities with 5, 10, 20 and 50 labels; ours and the reference in turn, nothing else should run meanwhile.

    Args:
        model: Ours; ends in the precision that it has.
        rounds: Timed requests per row.
        n_labels: Numbers of labels.

    Yields:
        A row per number of labels and precision.
    """
    before = model.precision
    with _reference(model) as reference:
        try:
            for count in n_labels:
                labels = list(LABELS[:count])
                for precision in known_precisions():
                    model.precision = precision
                    yield _row(model, reference, labels, rounds)
        finally:
            model.precision = before


def to_markdown(rows: Sequence[SpeedRow]) -> str:
    """Write the table, times in milliseconds."""
    lines = [
        "| labels | precision | pieces | ours | reference | ratio | floor | floor ÷ ours |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        theirs, ratio = "–", "–"
        if row.reference_ms is not None:
            theirs, ratio = f"{row.reference_ms:.1f}", f"{row.reference_ms / row.ours_ms:.2f} ×"
        lines.append(
            f"| {row.labels} | {row.precision} | {row.pieces} | {row.ours_ms:.1f} | {theirs} | {ratio} "
            f"| {row.floor_ms:.1f} | {row.share:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _row(model: GLiNER2, reference: Any, labels: list[str], rounds: int) -> SpeedRow:
    def answer(one: Any) -> Timed:
        return lambda: one.extract_entities(TEXT, labels)

    pieces, shapes = _products(model, answer(model))
    rate = _rate(model.precision, pieces, shapes)
    works = [answer(one) for one in (model, reference) if one is not None]
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        times_ms(work, 1)
    for _ in range(rounds):
        for kept, work in zip(times, works, strict=True):
            started = time.perf_counter()
            work()
            kept.append(1000 * (time.perf_counter() - started))
    ours, *theirs = map(statistics.median, times)
    flop = 2 * pieces * sum(inputs * outputs for inputs, outputs in shapes)
    return SpeedRow(len(labels), model.precision, pieces, ours, theirs[0] if theirs else None, flop / rate / 1e6, rate)


def _products(model: GLiNER2, work: Timed) -> tuple[int, list[tuple[int, int]]]:
    """Return the pieces of a request, and inputs and outputs of each linear layer of the encoder."""
    seen: list[int] = []

    def see(_: nn.Module, __: Any, named: dict[str, Any]) -> None:
        seen.append(int(named["input_ids"].shape[1]))

    encoder = model.model.encoder
    with contextlib.ExitStack() as hooks:
        handle = encoder.register_forward_pre_hook(see, with_kwargs=True)
        hooks.callback(handle.remove)
        work()
    layers = [one for one in encoder.modules() if isinstance(one, nn.Linear)]
    return seen[-1], [(one.in_features, one.out_features) for one in layers]


def _rate(precision: Precision, pieces: int, shapes: Sequence[tuple[int, int]]) -> float:
    """Return how many GFLOP/s the machine does in these shapes: the best of many products that nothing comes between."""
    flop = took = 0.0
    for inputs, outputs in sorted(set(shapes)):
        product = multiply_plainly(precision, torch.randn(pieces, inputs), torch.randn(outputs, inputs))
        often = shapes.count((inputs, outputs))
        flop += often * 2 * pieces * inputs * outputs
        took += often * min(times_ms(product, 40)) / 1000
    return flop / took / 1e9


@contextlib.contextmanager
def _reference(model: GLiNER2) -> Iterator[Any]:
    """Load our weights with the reference package; None where it is not installed."""
    if find_spec("gliner2") is None:
        yield None
        return
    import gliner2  # type: ignore[import-not-found,unused-ignore]

    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        # It greets on standard output, where our table goes.
        with contextlib.redirect_stdout(io.StringIO()):
            loaded = gliner2.GLiNER2.from_pretrained(folder)
        yield loaded
