"""Benchmark files of a data folder → examples with the fixed labels."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gliner2_core.checks import checked_positive
from gliner2_core.errors import DataError
from gliner2_core.evaluation.suites import BenchmarkSet
from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, Mention, TrainingExample


def find_file(data_dir: str | Path, name: str) -> Path:
    """Return the file of a benchmark set.

    Args:
        data_dir: The data folder.
        name: The set's name.

    Returns:
        `name.jsonl.gz` or `name.jsonl`.

    Raises:
        DataError: If the folder or the file is missing; the message says what to pass.
    """
    folder = Path(data_dir)
    if not folder.is_dir():
        raise DataError(f"the data folder {folder} does not exist; pass --data with the folder that holds {name}.jsonl.gz")
    for path in (folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl"):
        if path.is_file():
            return path
    raise DataError(
        f"{folder} holds neither {name}.jsonl.gz nor {name}.jsonl; pass --data with the folder of the benchmark files"
    )


def read_benchmark(data_dir: str | Path, benchmark: BenchmarkSet, limit: int | None = None) -> list[TrainingExample]:
    """Read one benchmark set.

    Args:
        data_dir: The data folder.
        benchmark: What to read and with which labels.
        limit: Read so many records, spread evenly over the file, because some files are sorted by label.

    Returns:
        Examples in file order; each asks for all labels of the set.

    Raises:
        DataError: If the file is missing, a line is no record, its labels are not those of the table, or nothing is left.
    """
    path = find_file(data_dir, benchmark.name)
    examples = [
        _example(record, benchmark, origin)
        for origin, record in _records(path)
        if all(record.get(key) == value for key, value in benchmark.only.items())
    ]
    if not examples:
        raise DataError(f"{path} holds no record of {benchmark.name}")
    return spread(examples, limit)


def spread(examples: list[TrainingExample], limit: int | None) -> list[TrainingExample]:
    """Return at most `limit` examples, spread evenly, in order; None keeps all.

    Raises:
        InputError: If the limit is below 1.
    """
    if limit is None or checked_positive(limit, "limit") >= len(examples):
        return examples
    return [examples[index * len(examples) // limit] for index in range(limit)]


def _records(path: Path) -> list[tuple[str, dict[str, Any]]]:
    records: list[tuple[str, dict[str, Any]]] = []
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            origin = f"{path}:{number}"
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(f"{origin}: not JSON: {error.msg}") from error
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                raise DataError(f"{origin}: not a benchmark record; it needs a 'text'")
            records.append((origin, record))
    return records


def _example(record: Mapping[str, Any], benchmark: BenchmarkSet, origin: str) -> TrainingExample:
    try:
        if benchmark.kind == "entities":
            return _entity_example(record, benchmark, origin)
        if benchmark.kind == "classification":
            return _classification_example(record, benchmark, origin)
        return _structure_example(record, benchmark, origin)
    except (KeyError, TypeError) as error:
        raise DataError(f"{origin}: not a record of {benchmark.name}: {error!r}") from error


def _entity_example(record: Mapping[str, Any], benchmark: BenchmarkSet, origin: str) -> TrainingExample:
    mentions: dict[str, list[Mention]] = {label: [] for label in benchmark.labels}
    for entity in record["entities"]:
        # Labels outside the table (CrossNER's miscellaneous) are neither asked nor counted.
        if entity["label"] in mentions:
            mentions[entity["label"]].append(Mention(entity["text"], entity["start"], entity["end"]))
    return TrainingExample(
        record["text"], entities={label: tuple(found) for label, found in mentions.items()}, origin=origin
    )


def _classification_example(record: Mapping[str, Any], benchmark: BenchmarkSet, origin: str) -> TrainingExample:
    task = next((task for task in record["classifications"] if task["task"] == benchmark.task), None)
    if task is None:
        raise DataError(f"{origin}: no classification {benchmark.task!r}")
    unknown = set(task["labels"]) ^ set(benchmark.labels) or set(task["true"]) - set(benchmark.labels)
    if unknown:
        raise DataError(f"{origin}: the labels differ from those fixed for {benchmark.name}: {sorted(unknown)[:5]}")
    gold = GoldClassification(benchmark.task, benchmark.labels, tuple(task["true"]), bool(task.get("multi_label")))
    return TrainingExample(record["text"], classifications=(gold,), origin=origin)


def _structure_example(record: Mapping[str, Any], benchmark: BenchmarkSet, origin: str) -> TrainingExample:
    instances: list[GoldInstance] = []
    texts = record["label_descriptions"]
    for structure in record["structures"]:
        unknown = set(structure["schema"]) - set(benchmark.fields.get(structure["name"], ()))
        if unknown:
            raise DataError(
                f"{origin}: fields of {structure['name']!r} are not those fixed for {benchmark.name}: {sorted(unknown)}"
            )
        choices, values = structure.get("choices", {}), structure["fields"]
        fields = {name: _field(values.get(name), choices.get(name)) for name in structure["schema"]}
        instances.append(GoldInstance(structure["name"], fields))
    return TrainingExample(
        record["text"],
        structures=tuple(instances),
        structure_descriptions={
            instance.name: {name: texts[name] for name in instance.fields if name in texts} for instance in instances
        },
        origin=origin,
    )


def _field(value: str | list[str] | None, choices: list[str] | None) -> GoldField:
    values = tuple(value) if isinstance(value, list) else (value,) if value else ()
    if choices:
        return GoldField(choices=tuple(choices), chosen=values)
    return GoldField(tuple(Mention(text) for text in values))
