"""Training data in: the reference package's JSONL, in every form it is written, checked line by line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gliner2_core.errors import DataError, InputTypeError
from gliner2_core.training.example_checks import Fault, FaultList, fault_report
from gliner2_core.training.example_lines import read_lines
from gliner2_core.training.example_parsing import read_record, split_record
from gliner2_core.training.gold import TrainingExample

Source = str | os.PathLike[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedExamples:
    """What was read.

    Attributes:
        examples: All usable records in file order.
        faults: Everything wrong with the others; empty unless `on_error="skip"`.
        notes: What is allowed but worth knowing, each with its count.
    """

    examples: tuple[TrainingExample, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def skipped(self) -> int:
        """How many lines or files were left out because of a fault."""
        return len({fault.origin for fault in self.faults})

    def fault_report(self) -> str:
        """Return the first faults, one a line, and the number of the rest; empty without faults."""
        return fault_report(self.faults) if self.faults else ""


def load_examples(sources: Source | Iterable[Source], *, on_error: Literal["raise", "skip"] = "raise") -> LoadedExamples:
    """Read training or evaluation records.

    Args:
        sources: A path, several paths, or records as dicts (see `parse_example` for their forms).
        on_error: `raise` reports all faults together; `skip` leaves faulty records out and returns their faults.

    Returns:
        The examples in order, with faults and notes.

    Raises:
        DataError: If a file cannot be opened, or, with `raise`, if any record has a fault.
        InputTypeError: If `sources` holds something else, or `on_error` is unknown.
    """
    if on_error not in ("raise", "skip"):
        raise InputTypeError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
    examples: list[TrainingExample] = []
    faults: list[Fault] = []
    with_metadata = 0
    for item in _records(sources):
        if isinstance(item, Fault):
            faults.append(item)
            continue
        origin, record = item
        found = FaultList(origin)
        example = read_record(record, found)
        if found.items:
            faults += found.items
            continue
        examples.append(example)
        with_metadata += "record_metadata" in split_record(record, found)[1]
    if faults and on_error == "raise":
        raise DataError(fault_report(faults))
    return LoadedExamples(tuple(examples), tuple(faults), _notes(examples, with_metadata))


def parse_example(record: Mapping[str, Any], origin: str = "") -> TrainingExample:
    """Read one record.

    Args:
        record: `{"input", "output"}`, `{"text", "schema"}`, or `{"text"}` with the tasks beside it.
        origin: Where it comes from, as `path:line`; it begins every message.

    Returns:
        The example.

    Raises:
        DataError: If anything is wrong with it; the message lists all of it.
    """
    faults = FaultList(origin)
    example = read_record(record, faults)
    if faults.items:
        raise DataError(fault_report(faults.items))
    return example


def _records(sources: Source | Iterable[Source]) -> Iterator[tuple[str, Any] | Fault]:
    if isinstance(sources, (str, os.PathLike)):
        yield from read_lines(sources)
        return
    if isinstance(sources, (bytes, Mapping)) or not isinstance(sources, Iterable):
        raise InputTypeError(f"sources must be a path, a list of paths or a list of records, got {type(sources).__name__}")
    for index, source in enumerate(sources):
        if isinstance(source, (str, os.PathLike)):
            yield from read_lines(source)
        elif isinstance(source, Mapping):
            yield f"records[{index}]", source
        else:
            raise InputTypeError(f"sources[{index}] must be a path or a record, got {type(source).__name__}")


def _notes(examples: Sequence[TrainingExample], with_metadata: int) -> tuple[str, ...]:
    notes: list[str] = []
    if with_metadata:
        notes.append(f"record_metadata has no effect on this architecture (records with it: {with_metadata})")
    fields: dict[str, set[frozenset[str]]] = {}
    for example in examples:
        for relation in example.relations:
            fields.setdefault(relation.name, set()).add(frozenset(relation.fields))
    for name, variants in fields.items():
        if len(variants) > 1:
            shown = "; ".join(sorted(", ".join(sorted(variant)) for variant in variants))
            notes.append(f"relation {name!r} has different fields in different records ({shown})")
    return tuple(notes)
