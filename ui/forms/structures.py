"""Structures and their fields as cards ↔ structures of a schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error
from gliner2_core.field_specs import make_field
from gliner2_core.tasks import Field, StructureTask
from gliner2_core.validators import RegexValidator
from ui.card_list import Card, CardInput, CardSpec
from ui.forms.labels import parse_threshold
from ui.forms.names import named_cards
from ui.messages import PageError, words_for

MATCHES = (("full", "the whole value"), ("partial", "a part of it"))
DTYPES = (("list", "several"), ("str", "one"))


def structure_card(most: int, most_fields: int) -> CardSpec:
    """Return what a structure's card holds: its name and a card per field.

    Args:
        most: Most structures at once.
        most_fields: Most fields of one.
    """
    field = _field_card(most_fields)
    return CardSpec(
        "structure",
        "name",
        (
            CardInput("name", "Structure", placeholder="product"),
            CardInput("fields", "Fields", "cards", card=field),
        ),
        most,
        start={"fields": [field.blank()]},
    )


def _field_card(most: int) -> CardSpec:
    rule = CardSpec(
        "rule",
        "pattern",
        (
            CardInput("pattern", "Regular expression", placeholder=r"[A-Z]{2}-\d+"),
            CardInput("mode", "Must match", "choice", options=MATCHES, width="half"),
            CardInput("exclude", "Drop what matches", "check"),
            CardInput("case", "Match case", "check"),
        ),
        5,
    )  # fmt: skip
    return CardSpec(
        "field",
        "name",
        (
            CardInput("name", "Field", placeholder="price", width="half"),
            CardInput("dtype", "Values", "choice", options=DTYPES, width="small"),
            CardInput("threshold", "Threshold", "number", placeholder="0.5", width="small"),
            CardInput("description", "Description", placeholder="What it means, in words"),
            CardInput(
                "choices", "Choices", "lines", is_advanced=True, rows=1, placeholder="electronics, clothing, food",
                hint="The value is one of these instead of words of the text. One per line, or with commas.",
            ),
            CardInput("rules", "Rules that a value must satisfy", "cards", is_advanced=True, card=rule),
        ),
        most,
        more="Choices and rules",
    )  # fmt: skip


def add_structures(schema: Schema, cards: Sequence[Card]) -> Schema:
    """Add what the cards describe to a schema, and return it.

    Args:
        schema: Gets a structure per card.
        cards: One per structure.

    Raises:
        PageError: If a structure or field has no name, or an input cannot be read; says which.
        InputError: If the model refuses a structure's name.
        SchemaError: If the schema has a task of that name.
    """
    named = named_cards(
        cards,
        lambda number: f"Structure {number} has no name. Give it one, for example: product",
        lambda name: f"Two structures are called “{name}”. Each needs a name of its own.",
    )
    for name, card in named:
        if not card["fields"]:
            raise PageError(f"Structure “{name}” has no field. Add one, for example: price")
        schema.structure(name)
        _add_fields(schema, name, card["fields"])
    return schema


def _add_fields(schema: Schema, structure: str, cards: Sequence[Card]) -> None:
    named = named_cards(
        cards,
        lambda number: f"Structure “{structure}”: field {number} has no name. Give it one, for example: price",
        lambda name: f"Structure “{structure}” has two fields called “{name}”. Each needs a name of its own.",
    )
    for name, card in named:
        try:
            schema.add_field(structure, _field(name, card))
        except (PageError, Gliner2Error) as error:
            raise PageError(f"Structure “{structure}”, field “{name}”: {words_for(error)}") from error


def _field(name: str, card: Card) -> Field:
    threshold = card["threshold"].strip()
    return make_field(
        name,
        card["dtype"],
        _choices(card["choices"]) or None,
        card["description"].strip() or None,
        parse_threshold(threshold) if threshold else None,
        [_rule(number, rule) for number, rule in enumerate(card["rules"], 1)],
    )


def _rule(number: int, card: Card) -> RegexValidator:
    if not card["pattern"]:
        raise PageError(f"rule {number} has no regular expression. Write one, or remove the rule.")
    return RegexValidator(card["pattern"], card["mode"], card["exclude"], 0 if card["case"] else re.IGNORECASE)


def _choices(text: str) -> list[str]:
    """Read one choice per line; a single line is parted at its commas."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [part.strip() for part in lines[0].split(",") if part.strip()] if len(lines) == 1 else lines


def write_structures(structures: Sequence[StructureTask]) -> list[dict[str, Any]]:
    """Return the cards of structures; `add_structures` reads them back, but for what a card has no input for."""
    return [{"name": one.name, "fields": [write_field(field) for field in one.fields]} for one in structures]


def write_field(field: Field) -> dict[str, Any]:
    """Return the card of a field."""
    is_plain = not any("," in choice for choice in field.choices)
    return {
        "name": field.name,
        "dtype": field.dtype,
        "threshold": "" if field.threshold is None else str(field.threshold),
        "description": field.description or "",
        "choices": (", " if is_plain else "\n").join(field.choices),
        "rules": [
            {"pattern": rule.pattern, "mode": rule.mode, "exclude": rule.exclude, "case": not rule.flags & re.IGNORECASE}
            for rule in field.validators
        ],
    }
