"""The training corpus: many sources in one record format → an endless, seeded stream of varied examples."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gliner2_core.errors import DataError
from gliner2_core.training.crops import crop
from gliner2_core.training.gold import GoldField, GoldInstance, TrainingExample
from gliner2_core.training.joins import JoinIndex, joined
from gliner2_core.training.record_examples import Surroundings, example_of
from gliner2_core.training.sampling import USUAL, Sampling
from gliner2_core.words import split_words

OPEN_TASKS = frozenset({"kind of thing defined", "purpose", "events mentioned", "research topic", "subject domain"})
"""Tasks of which several options may hold though one is marked; options beyond those of the record are never asked."""
POOLED_TASKS = frozenset({"intent"})
"""Tasks of sources without an inventory whose options of all records are pooled, for long lists."""


class Corpus:
    """Records of all sources of a folder, drawn at random.

    Args:
        folder: Holds `<source>.jsonl.gz` files; beside it lies `manifest.json`.
        held_out: Sources never drawn.
        sampling: How records become examples.
        only: Draw these sources alone (for measuring on held-out ones).
        more: Further sources by name, as records.

    Raises:
        DataError: If the folder holds no such file.
    """

    def __init__(
        self,
        folder: Path,
        *,
        held_out: Sequence[str] = (),
        sampling: Sampling = USUAL,
        only: Sequence[str] = (),
        more: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        self.sampling = sampling
        self._lines: dict[str, list[bytes]] = {}
        for path in sorted(folder.glob("*.jsonl.gz")):
            source = path.name.removesuffix(".jsonl.gz")
            if source in held_out or (only and source not in only):
                continue
            with gzip.open(path) as file:
                self._lines[source] = list(file)
        if not self._lines:
            raise DataError(f"{folder} holds no training source (*.jsonl.gz)")
        for source, records in (more or {}).items():
            self._lines[source] = [json.dumps(record).encode() for record in records]
        self._sources = list(self._lines)
        self._weights = [
            _weight(lines, sampling) * sampling.source_boosts.get(source, 1.0) for source, lines in self._lines.items()
        ]
        self._joins = JoinIndex(self._lines) if sampling.joined_rate else None
        facts = _manifest(folder.parent / "manifest.json")
        structures = self._structure_pool()
        pooled = {source: _pooled(records) for source, records in (more or {}).items()}
        self._around = {
            source: _surroundings(facts.get(source, {}), pooled.get(source, {}), structures) for source in self._sources
        }

    def examples(self, seed: int) -> Iterator[TrainingExample]:
        """Yield examples without end; the same seed yields the same ones."""
        rng = random.Random(seed)
        while True:
            source = rng.choices(self._sources, self._weights)[0]
            index = rng.randrange(len(self._lines[source]))
            record = crop(json.loads(self._lines[source][index]), self._longest(source), rng)
            if record is not None:
                record = self._with_more_instances(source, record, rng)
                example = example_of(record, self._around[source], self.sampling, rng, f"{source}:{index + 1}")
                if example is not None:
                    yield example

    def texts(self) -> Iterator[str]:
        """Yield every text and label as the model reads them: texts as lower-case words, labels as they are."""
        for lines in self._lines.values():
            for line in lines:
                record = json.loads(line)
                yield " ".join(word.form for word in split_words(record["text"]).items)
                yield from record.get("entity_labels", ())
                yield from (label for task in record["classifications"] for label in task["labels"])

    def _with_more_instances(self, source: str, record: dict[str, Any], rng: random.Random) -> dict[str, Any]:
        while self._joins is not None and record["structures"] and rng.random() < self.sampling.joined_rate:
            other = self._joins.partner(source, record, rng)
            other = other and crop(other, self._longest(source), rng)
            both = other and joined(record, other, rng)
            if not both:
                break
            record = both
        return record

    def _longest(self, source: str) -> int:
        return self.sampling.source_words.get(source, self.sampling.max_words)

    def _structure_pool(self) -> list[GoldInstance]:
        pool: dict[str, GoldInstance] = {}
        for lines in self._lines.values():
            for line in lines[:300]:
                for structure in json.loads(line)["structures"]:
                    names = list(structure.get("schema") or structure["fields"])[: self.sampling.max_fields]
                    pool.setdefault(structure["name"], GoldInstance(structure["name"], {key: GoldField() for key in names}))
        return list(pool.values()) or [GoldInstance("record", {"name": GoldField()})]


def _weight(lines: Sequence[bytes], sampling: Sampling) -> float:
    with_entities = sum(b'"entities": []' not in line for line in lines) / len(lines)
    return float(len(lines) ** sampling.source_power * (1 + sampling.entity_boost * with_entities))


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError(f"{path} is missing; it says which sources annotate their labels exhaustively")
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def _pooled(records: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    pooled: dict[str, dict[str, None]] = {}
    for record in records:
        for task in record["classifications"]:
            if task["task"] in POOLED_TASKS:
                pooled.setdefault(task["task"], {}).update(dict.fromkeys(task["labels"]))
    return {task: list(labels) for task, labels in pooled.items()}


def _surroundings(
    facts: Mapping[str, Any], pooled: Mapping[str, Sequence[str]], structures: Sequence[GoldInstance]
) -> Surroundings:
    inventories = {task: labels for task, labels in facts.get("classification_tasks", {}).items() if task not in OPEN_TASKS}
    return Surroundings(facts.get("exhaustive_entity_labels", True), inventories, pooled, structures)
