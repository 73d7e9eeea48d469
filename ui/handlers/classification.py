"""Classification tasks of one text, all in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Prediction, Schema
from ui import render, snippets
from ui.card_list import CardInput, CardSpec
from ui.handlers.files import FileJob
from ui.handlers.requests import checked_text
from ui.labels import parse_labels, parse_threshold
from ui.messages import PageError
from ui.services import Services

Card = Mapping[str, Any]
EXAMPLE_ARROW = "=>"


def task_card(most: int) -> CardSpec:
    """Return what a task's card holds.

    Args:
        most: Most tasks at once.
    """
    return CardSpec(
        "task",
        "name",
        (
            CardInput("name", "Task", placeholder="sentiment", width="half"),
            CardInput("several", "Several labels", "check"),
            CardInput("threshold", "Threshold", "number", width="small", placeholder="0.5"),
            CardInput(
                "labels", "Labels", "lines", rows=2, placeholder="positive, negative, neutral",
                hint="One per line, or with commas; “label: what it means” helps the model.",
            ),
            CardInput(
                "prompt", "Instruction", is_advanced=True, placeholder="How does the customer feel about the product?",
                hint="Shown to the model with the task's name.",
            ),
            CardInput(
                "examples", "Examples", "lines", is_advanced=True, rows=2, placeholder="I love it => positive",
                hint="One per line: a text, then => and its label.",
            ),
        ),
        most,
        more="Instruction and examples",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassificationAnswer:
    """What the page shows after a run."""

    scores: list[dict[str, Any]]
    rows: list[list[Any]]
    status: str
    json: str
    python: str
    command: str


def classification_schema(services: Services, cards: Sequence[Card]) -> Schema:
    """Return the schema that the cards describe.

    Args:
        services: For the limits.
        cards: One per task.

    Raises:
        PageError: If there is no task, or one has no name, fewer than two labels, or an input that cannot be read.
        InputError: If the model refuses a name or a label.
    """
    if not cards:
        raise PageError("Add at least one task, for example: sentiment, with the labels positive and negative.")
    schema = Schema()
    names: set[str] = set()
    for number, card in enumerate(cards, 1):
        name = card["name"].strip()
        if not name:
            raise PageError(f"Task {number} has no name. Give it one, for example: sentiment")
        if name in names:
            raise PageError(f"Two tasks are called “{name}”. Each task needs a name of its own.")
        names.add(name)
        try:
            _add_task(schema, services, name, card)
        except PageError as error:
            raise PageError(f"Task “{name}”: {error}") from error
    return schema


def _add_task(schema: Schema, services: Services, name: str, card: Card) -> None:
    labels = parse_labels(card["labels"], most=services.settings.max_labels)
    own = [label for label, options in labels.items() if "threshold" in options]
    if own:
        raise PageError(f"“{own[0]}” has a threshold of its own; classifications have one per task.")
    if len(labels) < 2:
        raise PageError(f"“{next(iter(labels))}” is its only label. Give it at least two to choose from.")
    schema.classification(
        name,
        {label: options.get("description", "") for label, options in labels.items()}
        if any("description" in options for options in labels.values())
        else list(labels),
        multi_label=card["several"],
        cls_threshold=parse_threshold(card["threshold"]) if card["threshold"].strip() else 0.5,
        prompt=card["prompt"].strip() or None,
        examples=_examples(card["examples"], list(labels)),
    )


def _examples(text: str, labels: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for line in filter(str.strip, text.splitlines()):
        example, arrow, label = line.rpartition(EXAMPLE_ARROW)
        if not arrow or not example.strip():
            raise PageError(f"the example “{line.strip()}” needs a text, then {EXAMPLE_ARROW} and a label.")
        if label.strip() not in labels:
            raise PageError(f"the example “{line.strip()}” ends with “{label.strip()}”, which is none of its labels.")
        pairs.append((example.strip(), label.strip()))
    return pairs


def classify(services: Services, text: str, cards: Sequence[Card]) -> ClassificationAnswer:
    """Classify the text box by all tasks in one pass; reads the model and the limits, writes nothing.

    Args:
        services: Model and limits.
        text: The text.
        cards: One per task.

    Returns:
        What to show.

    Raises:
        PageError: If the text is empty or too long, or a task cannot be read.
        InputError: If the model refuses a name or a label.
        WindowError: If the tasks leave no room for text.
        CheckpointError: If the model cannot be loaded.
    """
    text = checked_text(services, text)
    schema = classification_schema(services, cards)
    prediction = services.extractor().predict(text, schema)
    model = services.settings.model
    return ClassificationAnswer(
        score_value(prediction, schema),
        [[row[0], row[1], render.percent(float(row[2])), row[3]] for row in _rows(prediction)],
        render.status_line(prediction, render.counted(len(prediction.classifications), "task", "tasks") + " in one pass"),
        render.as_json(prediction),
        snippets.schema_lines(text, schema, model),
        snippets.command_lines(text, schema, model),
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


def classification_job(services: Services, cards: Sequence[Card]) -> FileJob:
    """Return what is asked of every text of a file.

    Raises:
        PageError: If a task cannot be read.
        InputError: If the model refuses a name or a label.
    """
    return FileJob(
        "classifications",
        classification_schema(services, cards),
        {},
        ("task", "label", "probability", "chosen"),
        _rows,
        ("probability", "probabilities"),
    )


def _rows(prediction: Prediction) -> list[list[Any]]:
    return [
        [found.task, one.label, f"{one.probability:.4f}", "yes" if one.is_chosen else ""]
        for found in prediction.classifications
        for one in found.labels
    ]
