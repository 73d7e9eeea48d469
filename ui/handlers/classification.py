"""Classification tasks of one text, all in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from ui import render, snippets
from ui.card_list import Card
from ui.forms.whole import read_classifications
from ui.handlers.file_results import FileJob
from ui.handlers.requests import DEFAULT_READER, Reader, checked_text
from ui.services import Services


@dataclass(frozen=True, slots=True)
class ClassificationAnswer:
    """What the page shows after a run, and what it shows it of."""

    status: str
    scores: list[dict[str, Any]]
    rows: list[list[Any]]
    json: str
    python: str
    command: str
    prediction: Prediction
    schema: Schema


def classify(services: Services, text: str, cards: Sequence[Card], reader: Reader = DEFAULT_READER) -> ClassificationAnswer:
    """Classify the text box by all tasks in one pass; reads the model and the limits, writes nothing.

    Args:
        services: Model and limits.
        text: The text.
        cards: One per task.
        reader: Which model answers.

    Returns:
        What to show.

    Raises:
        PageError: If the text is empty or too long, or a task cannot be read.
        InputError: If the model refuses a name or a label.
        WindowError: If the tasks leave no room for text.
        CheckpointError: If the model cannot be loaded.
    """
    text = checked_text(services, text)
    schema = read_classifications(services.settings, cards)
    source = reader.source(services)
    prediction = reader.read(services, text, schema)
    return ClassificationAnswer(
        render.status_line(prediction, render.counted(len(prediction.classifications), "task", "tasks") + " in one pass"),
        score_value(prediction, schema),
        [[task, label, render.percent(share), mark] for task, label, share, mark in _rows(prediction)],
        render.as_json(prediction),
        snippets.schema_lines(text, schema, source),
        snippets.command_lines(text, schema, source),
        prediction,
        schema,
    )


def score_value(prediction: Prediction, schema: Schema) -> list[dict[str, Any]]:
    """Return the score view's value: per task every label's probability, the decision and the threshold."""
    thresholds = {task.task: task.threshold for task in schema.tasks().classifications}
    return [
        {
            "task": found.task,
            "several": found.is_multi_label,
            "threshold": thresholds[found.task] if found.is_multi_label else None,
            "labels": [
                {"label": one.label, "probability": one.probability, "chosen": one.is_chosen} for one in found.labels
            ],
        }
        for found in prediction.classifications
    ]


def classification_job(services: Services, cards: Sequence[Card], model: str | None = None) -> FileJob:
    """Return what is asked of every text of a file.

    Raises:
        PageError: If a task cannot be read.
        InputError: If the model refuses a name or a label.
    """
    return FileJob(
        "classifications",
        read_classifications(services.settings, cards),
        {},
        ("task", "label", "probability", "chosen"),
        lambda prediction: [[task, label, f"{share:.4f}", mark] for task, label, share, mark in _rows(prediction)],
        ("probability", "probabilities"),
        services.models.checked(model),
    )


def _rows(prediction: Prediction) -> list[tuple[str, str, float, str]]:
    """Return task, label, probability and the mark of the decision."""
    return [
        (found.task, one.label, one.probability, "yes" if one.is_chosen else "")
        for found in prediction.classifications
        for one in found.labels
    ]
