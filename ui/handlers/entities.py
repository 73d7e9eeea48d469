"""Entities of one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from ui import render, snippets
from ui.forms.whole import read_entities
from ui.handlers.file_results import FileJob
from ui.handlers.requests import DEFAULT_READER, Reader, checked_text, checked_threshold
from ui.messages import PageError
from ui.services import Services

POLICIES = {
    "Best ones, no overlap within a label": None,
    "Everything that reaches the threshold (allow)": "allow",
    "Nested within a label, not crossing (nested)": "nested",
    "No overlap within a label, highest total confidence (flat)": "flat",
    "Longest of a label wins (longest)": "longest",
}
"""What the page offers → overlap policy."""


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """What the page shows after a run, and what it shows it of."""

    status: str
    spans: dict[str, Any]
    rows: list[list[Any]]
    json: str
    python: str
    command: str
    prediction: Prediction
    schema: Schema


def _policy(name: str) -> str | None:
    if name not in POLICIES:
        raise PageError(f"Unknown overlap rule “{name}”. Choose one of: {'; '.join(POLICIES)}.")
    return POLICIES[name]


def extract_entities(
    services: Services, text: str, labels: str, threshold: float, policy: str, reader: Reader = DEFAULT_READER
) -> EntityAnswer:
    """Find entities in the text box; reads the model and the limits, writes nothing.

    Args:
        services: Model and limits.
        text: The text; line ends become line feeds, as the browser counts them.
        labels: What the label box holds.
        threshold: 0–1.
        policy: One of `POLICIES`.
        reader: Which model answers.

    Returns:
        What to show.

    Raises:
        PageError: If the text is empty or too long, or labels cannot be read.
        InputError: If the model refuses a label.
        WindowError: If the labels leave no room for text.
        CheckpointError: If the model cannot be loaded.
    """
    text = checked_text(services, text)
    schema, overlap_policy = read_entities(services.settings, labels), _policy(policy)
    checked_threshold(threshold)
    source = reader.source(services)
    prediction = reader.read(services, text, schema, threshold=threshold, overlap_policy=overlap_policy)
    return EntityAnswer(
        render.status_line(prediction),
        render.span_value(prediction, [label.name for label in schema.tasks().entities]),
        render.table_rows(prediction),
        render.as_json(prediction),
        snippets.entity_lines(text, schema, threshold, overlap_policy, source),
        snippets.command_lines(text, schema, source, threshold=threshold, policy=overlap_policy),
        prediction,
        schema,
    )


def entity_job(services: Services, labels: str, threshold: float, policy: str, model: str | None = None) -> FileJob:
    """Return what is asked of every text of a file.

    Raises:
        PageError: If labels, threshold or policy cannot be used.
        InputError: If the model refuses a label.
    """
    return FileJob(
        "entities",
        read_entities(services.settings, labels),
        {"threshold": checked_threshold(threshold), "overlap_policy": _policy(policy)},
        ("label", "entity", "start", "end", "confidence"),
        _rows,
        ("entity", "entities"),
        services.models.checked(model),
    )


def _rows(prediction: Prediction) -> list[list[Any]]:
    return [
        [entity.label, span.text, span.start, span.end, f"{span.confidence:.4f}"]
        for entity in prediction.entities
        for span in entity.spans
    ]
