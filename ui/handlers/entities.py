"""Entities of one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from ui import render, snippets
from ui.handlers.files import FileJob
from ui.handlers.requests import checked_text, checked_threshold
from ui.labels import LabelOptions, parse_labels
from ui.messages import PageError
from ui.services import Services

POLICIES = {
    "Best ones, no overlap per label": None,
    "Allow everything that reaches the threshold (allow)": "allow",
    "Allow nested, not crossing (nested)": "nested",
    "No overlaps, highest total confidence (flat)": "flat",
    "Longest wins (longest)": "longest",
}
"""What the page offers → overlap policy."""


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """What the page shows after a run."""

    spans: dict[str, Any]
    rows: list[list[Any]]
    status: str
    json: str
    python: str
    command: str


def checked_request(services: Services, labels: str, threshold: float, policy: str) -> tuple[LabelOptions, str | None]:
    """Check what a run is asked with.

    Args:
        services: For the limits.
        labels: What the label box holds.
        threshold: Of the slider.
        policy: One of `POLICIES`.

    Returns:
        Labels with their options, and the overlap policy.

    Raises:
        PageError: If labels, threshold or policy cannot be used.
        InputError: If the model refuses a label.
    """
    options = parse_labels(labels or "", most=services.settings.max_labels)
    Schema().entities(options)
    if policy not in POLICIES:
        raise PageError(f"Unknown overlap rule “{policy}”. Choose one of: {'; '.join(POLICIES)}.")
    checked_threshold(threshold)
    return options, POLICIES[policy]


def extract_entities(services: Services, text: str, labels: str, threshold: float, policy: str) -> EntityAnswer:
    """Find entities in the text box; reads the model and the limits, writes nothing.

    Args:
        services: Model and limits.
        text: The text; line ends become line feeds, as the browser counts them.
        labels: What the label box holds.
        threshold: 0–1.
        policy: One of `POLICIES`.

    Returns:
        What to show.

    Raises:
        PageError: If the text is empty or too long, or labels cannot be read.
        InputError: If the model refuses a label.
        WindowError: If the labels leave no room for text.
        CheckpointError: If the model cannot be loaded.
    """
    text = checked_text(services, text)
    options, overlap_policy = checked_request(services, labels, threshold, policy)
    schema, model = Schema().entities(options), services.settings.model
    prediction = services.extractor().predict(text, schema, threshold=threshold, overlap_policy=overlap_policy)
    return EntityAnswer(
        render.span_value(prediction, list(options)),
        render.table_rows(prediction),
        render.status_line(prediction),
        render.as_json(prediction),
        snippets.entity_lines(text, options, threshold, overlap_policy, model),
        snippets.command_lines(text, schema, model, threshold=threshold, policy=overlap_policy),
    )


def entity_job(services: Services, labels: str, threshold: float, policy: str) -> FileJob:
    """Return what is asked of every text of a file.

    Raises:
        PageError: If labels, threshold or policy cannot be used.
        InputError: If the model refuses a label.
    """
    options, overlap_policy = checked_request(services, labels, threshold, policy)
    return FileJob(
        "entities",
        Schema().entities(options),
        {"threshold": threshold, "overlap_policy": overlap_policy},
        ("label", "text", "start", "end", "confidence"),
        _rows,
        ("entity", "entities"),
    )


def _rows(prediction: Prediction) -> list[list[Any]]:
    return [
        [entity.label, span.text, span.start, span.end, f"{span.confidence:.4f}"]
        for entity in prediction.entities
        for span in entity.spans
    ]
