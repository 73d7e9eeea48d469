"""Classification tasks as cards ↔ classifications of a schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gliner2_core import Schema
from gliner2_core.tasks import ClassificationTask
from ui.card_list import Card, CardInput, CardSpec
from ui.forms.labels import parse_labels, parse_threshold, write_labels
from ui.forms.names import named_cards
from ui.messages import PageError

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
            CardInput("threshold", "Threshold", "number", width="small", placeholder="0.5", needs="several"),
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


def add_tasks(schema: Schema, cards: Sequence[Card], *, most_labels: int) -> Schema:
    """Add what the cards describe to a schema, and return it.

    Args:
        schema: Gets a classification per card.
        cards: One per task.
        most_labels: Most labels of a task.

    Raises:
        PageError: If a task has no name, fewer than two labels, or an input that cannot be read.
        InputError: If the model refuses a name or a label.
        SchemaError: If the schema has a task of that name.
    """
    named = named_cards(
        cards,
        lambda number: f"Task {number} has no name. Give it one, for example: sentiment",
        lambda name: f"Two tasks are called “{name}”. Each task needs a name of its own.",
    )
    for name, card in named:
        try:
            _add_task(schema, name, card, most_labels)
        except PageError as error:
            raise PageError(f"Task “{name}”: {error}") from error
    return schema


def _add_task(schema: Schema, name: str, card: Card, most_labels: int) -> None:
    labels = parse_labels(card["labels"], most=most_labels, example="positive, negative")
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


def write_tasks(tasks: Sequence[ClassificationTask]) -> list[dict[str, Any]]:
    """Return the cards of tasks; `add_tasks` reads them back, but for what a card has no input for."""
    return [
        {
            "name": task.task,
            "several": task.multi_label,
            "threshold": "" if task.threshold == 0.5 else str(task.threshold),
            "labels": write_labels({label: {"description": task.descriptions.get(label)} for label in task.labels}),
            "prompt": task.prompt or "",
            "examples": "\n".join(f"{text} {EXAMPLE_ARROW} {label}" for text, label in task.examples),
        }
        for task in tasks
    ]
