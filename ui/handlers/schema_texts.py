"""The structure builder's schema as texts that can be edited: JSON and field specs, in step with the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error
from ui.card_list import Card
from ui.code_edit import Edited
from ui.forms.builder import STRUCTURE_FORM, cards_of_specs, read_structures, texts_of, write_whole
from ui.forms.specs import parse_specs
from ui.handlers.schema_files import placed
from ui.messages import PageError
from ui.services import Services


def form_from_json(services: Services, text: str) -> tuple[tuple[Any, ...], str]:
    """Return the form's values for a JSON text, which stays as it was typed, and what the form has no place for.

    Raises:
        SchemaError: If it is no JSON or no schema; the message gives the place inside it.
        PageError: If it is more than the settings allow.
    """
    values, left = placed(services, STRUCTURE_FORM, Schema.from_json(text))
    return (*values[:4], Edited(text), values[5]), left.strip()


def form_from_specs(
    services: Services, text: str, structures: Sequence[Card], labels: str, relations: str, tasks: Sequence[Card]
) -> tuple[Any, ...]:
    """Return the form's values for a text of field specs, which stays as it was typed.

    Thresholds and rules of fields that stay are kept.

    Raises:
        PageError: If a line cannot be read, or the rest of the form.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    cards = cards_of_specs(services.settings, text, structures)
    json = write_whole(read_structures(services.settings, cards, labels, relations, tasks))[4]
    return cards, labels, relations, tasks, json, Edited(text)


def says_the_same(services: Services, schema: Schema, json_text: str, specs: str) -> bool:
    """Whether two texts, as somebody wrote them, fill the form with what a schema means."""
    try:
        values = STRUCTURE_FORM.write(Schema.from_json(json_text))
        if STRUCTURE_FORM.read(services.settings, *values) != schema:
            return False
        structures = schema.tasks().structures
        # Of what specs cannot show, nothing is there to be compared.
        return bool(texts_of(schema)[2]) or parse_specs(specs, structures) == structures
    except (PageError, Gliner2Error):
        return False
