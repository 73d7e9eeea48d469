"""Structures of one text, with whatever else is asked, all in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from ui import render, snippets
from ui.card_list import Card
from ui.code_edit import Edited
from ui.findings import findings
from ui.forms.builder import read_structures
from ui.handlers.classification import score_value
from ui.handlers.file_results import FileJob
from ui.handlers.requests import DEFAULT_READER, Reader, checked_text, checked_threshold
from ui.services import Services


@dataclass(frozen=True, slots=True)
class StructureAnswer:
    """What the page shows after a run, and what it shows it of."""

    status: str
    records: dict[str, Any]
    scores: list[dict[str, Any]]
    rows: list[list[Any]]
    json: str
    python: str
    command: str
    prediction: Prediction
    schema: Schema


def extract_structures(
    services: Services,
    text: str,
    structures: Sequence[Card],
    labels: str,
    relations: str,
    tasks: Sequence[Card],
    json: Edited,
    specs: Edited,
    threshold: float,
    reader: Reader = DEFAULT_READER,
) -> StructureAnswer:
    """Fill structures from the text box, with entities, relations and classifications in the same pass.

    Reads the model and the limits, writes nothing.

    Args:
        services: Model and limits.
        text: The text.
        structures: Cards of structures.
        labels: Entity labels, as typed; may be empty.
        relations: Relation names, as typed; may be empty.
        tasks: Cards of classification tasks.
        json: The schema as JSON, which counts where it is newer than the form.
        specs: The structures as field specs; the same.
        threshold: 0–1.
        reader: Which model answers.

    Returns:
        What to show.

    Raises:
        PageError: If the text is empty or too long, nothing is asked, or an input cannot be read.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
        WindowError: If the schema leaves no room for text.
        CheckpointError: If the model cannot be loaded.
        ValidatorTimeout: If a rule takes too long.
    """
    text = checked_text(services, text)
    schema = read_structures(services.settings, structures, labels, relations, tasks, json, specs)
    threshold = checked_threshold(threshold)
    source = reader.source(services)
    prediction = reader.read(services, text, schema, threshold=threshold)
    return StructureAnswer(
        render.status_line(prediction, found_words(prediction)),
        render.record_value(prediction, schema),
        score_value(prediction, schema),
        [[*row[:-1], render.percent(row[-1])] for row in _values(prediction)],
        render.as_json(prediction),
        snippets.schema_lines(text, schema, source, threshold=threshold),
        snippets.command_lines(text, schema, source, threshold=threshold),
        prediction,
        schema,
    )


def found_words(prediction: Prediction) -> str:
    """Return how much of each kind was found, and that it took one pass."""
    counts = (
        (prediction.structures, sum(len(one.instances) for one in prediction.structures), "record", "records"),
        (prediction.has_entities, sum(len(one.spans) for one in prediction.entities), "entity", "entities"),
        (prediction.relations, sum(len(one.pairs) for one in prediction.relations), "relation", "relations"),
        (prediction.classifications, len(prediction.classifications), "classification", "classifications"),
    )
    words = ", ".join(render.counted(number, one, many) for is_asked, number, one, many in counts if is_asked)
    return words + (" in one forward pass" if prediction.windows == 1 else "")


def structure_job(
    services: Services,
    structures: Sequence[Card],
    labels: str,
    relations: str,
    tasks: Sequence[Card],
    json: Edited,
    specs: Edited,
    threshold: float,
    model: str | None = None,
) -> FileJob:
    """Return what is asked of every text of a file.

    Raises:
        PageError: If nothing is asked or an input cannot be read.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    return FileJob(
        "structures",
        read_structures(services.settings, structures, labels, relations, tasks, json, specs),
        {"threshold": checked_threshold(threshold)},
        ("part", "number", "field", "value", "start", "end", "confidence"),
        lambda prediction: [[*row[:-1], f"{row[-1]:.4f}"] for row in _values(prediction)],
        ("value", "values"),
        services.models.checked(model),
    )


def _values(prediction: Prediction) -> Iterator[list[Any]]:
    """Yield a row per value: part, number of the instance, field, value, start, end, confidence."""
    for one in findings(prediction):
        place = ["", ""] if one.start is None else [one.start, one.end]
        yield [one.part, one.number, one.field, one.text, *place, one.confidence]
