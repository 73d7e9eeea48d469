"""The formats in which corrections leave the store, one module each, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.formats.conll import conll_block
from storage.formats.gliner import gliner_line
from storage.formats.label_studio import label_studio_task
from storage.formats.native import native_line
from storage.formats.spacy import spacy_line
from storage.formats.tables import csv_header, csv_lines
from storage.formats.tally import Tally
from storage.formats.training import training_line
from storage.records import Record


@dataclass(frozen=True, slots=True)
class Format:
    """How a file of records is written.

    Attributes:
        words: What the format is, for people.
        suffix: Of the file.
        made: Record → its part of the file, or None if it cannot be written; counts what is missing.
        head, between, foot: What stands before, between and behind the records.
        is_parquet: The file is a Parquet table instead.
    """

    words: str
    suffix: str
    made: Callable[[Record, Tally], str | None]
    head: str = ""
    between: str = "\n"
    foot: str = "\n"
    is_parquet: bool = False


FORMATS = {
    "gliner2": Format("Training data (GLiNER2 JSONL)", ".jsonl", training_line),
    "native": Format("Everything, with predictions (JSONL)", ".jsonl", native_line),
    "gliner": Format("Training data of GLiNER 1 (JSONL)", ".jsonl", gliner_line),
    "spacy": Format("spaCy and Prodigy, with offsets (JSONL)", ".jsonl", spacy_line),
    "conll": Format("CoNLL, a word a line (BIO tags)", ".conll", conll_block),
    "label-studio": Format("Label Studio (JSON tasks and configuration)", ".json", label_studio_task, "[\n", ",\n", "\n]\n"),
    "csv": Format("Table (CSV)", ".csv", csv_lines, csv_header(), "", ""),
    "parquet": Format("Table (Parquet)", ".parquet", csv_lines, is_parquet=True),
}
"""Name → format, in the order in which they are offered."""
