"""How long a page of the queue takes: `python -m tests.benchmarks.store [RECORDS …]`.

Fills a SQLite file with records of 60 words and four entities each, then times a page in every order and under every filter.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert

from storage import AnnotationStore, Checkpoint, Output
from storage.engine import writing
from storage.models import Annotation, Document, PredictionRow, RecordLabel, RecordRow
from storage.outputs import EntitySpan
from storage.queues import QueueFilter

LABELS = ("person", "city", "company", "date", "product")
SCHEMA = {"entities": {label: {} for label in LABELS}}
REPEATS = 30
QUEUES = {
    "arrival": QueueFilter("p", "ann"),
    "pending": QueueFilter("p", "ann", status="pending"),
    "submitted": QueueFilter("p", "ann", status="submitted"),
    "uncertain, pending": QueueFilter("p", "ann", status="pending", order="uncertain"),
    "random, pending": QueueFilter("p", "ann", status="pending", order="random"),
    "a label": QueueFilter("p", "ann", label="city"),
    "a rare label": QueueFilter("p", "ann", label="rare"),
    "at most 0.3": QueueFilter("p", "ann", most_confidence=0.3),
    "a text that is there once": QueueFilter("p", "ann", search="needle"),
    "a text that is nowhere": QueueFilter("p", "ann", search="not there at all"),
}


def fill(store: AnnotationStore, number: int) -> None:
    """Insert records in bulk; a third of them submitted."""
    rng = random.Random(1)
    store.add_prediction("p", "The first text", SCHEMA, Output(), Checkpoint("m"))
    with writing(store.engine) as session:
        schema = session.get_one(RecordRow, 1).schema_id
        for first in range(2, number + 1, 5_000):
            ids = range(first, min(first + 5_000, number + 1))
            outputs = {
                one: Output(
                    entities=tuple(
                        EntitySpan(start=9 * k, end=9 * k + 5, label=rng.choice(LABELS), score=rng.random())
                        for k in range(4)
                    )
                )
                for one in ids
            }
            texts = {one: " ".join(f"word{rng.randrange(9999):04d}" for _ in range(60)) + f" {one}" for one in ids}
            if number // 2 in texts:
                texts[number // 2] += " needle"
            session.execute(
                insert(Document),
                [
                    {"id": one, "project_id": 1, "text": text, "sha256": f"{one:064x}", "normal_sha256": f"{one:064x}",
                     "split": "train", "meta": {}}
                    for one, text in texts.items()
                ],
            )  # fmt: skip
            session.execute(
                insert(RecordRow),
                [
                    {"id": one, "project_id": 1, "document_id": one, "schema_id": schema, "prediction_id": one,
                     "least_confidence": outputs[one].least_confidence(), "shuffle": rng.randrange(2**31 - 1)}
                    for one in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(PredictionRow),
                [
                    {
                        "id": one,
                        "record_id": one,
                        "checkpoint": "m",
                        "params": {},
                        "output": outputs[one].model_dump(mode="json"),
                    }
                    for one in ids
                ],
            )
            labels = [{"record_id": one, "label": label} for one in ids for label in sorted(outputs[one].labels())]
            labels += [{"record_id": one, "label": "rare"} for one in ids if one % (number // 3) == 0]
            session.execute(insert(RecordLabel), labels)
            session.execute(
                insert(Annotation),
                [
                    {"record_id": one, "annotator": "ann", "status": "submitted", "rev": 1, "output": {}}
                    for one in ids
                    if one % 3 == 0
                ],
            )


def timed(store: AnnotationStore, asked: QueueFilter) -> list[float]:
    """Return seconds for a page, a page behind it, and so on."""
    seconds, after = [], None
    for _ in range(REPEATS):
        started = time.perf_counter()
        page = store.queue(asked, after=after)
        seconds.append(time.perf_counter() - started)
        after = page.after
    return seconds


def main(numbers: list[int]) -> None:
    """Print a table."""
    print("| queue | " + " | ".join(f"{number:,} records, p50 / p95 ms" for number in numbers) + " |")
    print("| --- |" + " ---: |" * len(numbers))
    cells: dict[str, list[str]] = {name: [] for name in QUEUES}
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            store = AnnotationStore(Path(folder) / "store.sqlite3")
            fill(store, number)
            for name, asked in QUEUES.items():
                seconds = timed(store, replace(asked))
                p95 = statistics.quantiles(seconds, n=20)[18]
                cells[name].append(f"{1000 * statistics.median(seconds):.1f} / {1000 * p95:.1f}")
            store.close()
    for name, row in cells.items():
        print(f"| {name} | " + " | ".join(row) + " |")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [10_000, 100_000])
