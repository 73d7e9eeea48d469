"""The structure builder's schema as texts that can be edited: JSON and field specs, in step with the cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error, SchemaError
from ui.card_list import Card
from ui.forms.specs import parse_specs, write_specs
from ui.forms.structures import write_structures
from ui.forms.whole import STRUCTURE_FORM, read_structures
from ui.handlers.schema_files import placed
from ui.messages import PageError
from ui.services import Services


@dataclass(frozen=True, slots=True)
class SchemaTexts:
    """A schema, both its texts, and what to say; `specs` is None where a field cannot be written as a spec."""

    schema: Schema
    json: str
    specs: str | None
    words: str = ""


def schema_texts(
    services: Services, structures: Sequence[Card], labels: str, relations: str, tasks: Sequence[Card]
) -> SchemaTexts:
    """Return the texts of what the form holds.

    Raises:
        PageError: If the form cannot be read; what is missing is said.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    return texts_of(read_structures(services.settings, structures, labels, relations, tasks))


def texts_of(schema: Schema) -> SchemaTexts:
    """Return the texts of a schema."""
    try:
        return SchemaTexts(schema, schema.to_json(), write_specs(schema.tasks().structures))
    except SchemaError as error:
        return SchemaTexts(schema, schema.to_json(), None, f"Field specs cannot show all of it: {error}")


def says_the_same(services: Services, texts: SchemaTexts, json_text: str, specs: str) -> bool:
    """Whether two texts, as somebody wrote them, fill the form with what `texts` mean."""
    try:
        values = STRUCTURE_FORM.write(Schema.from_json(json_text))
        if STRUCTURE_FORM.read(services.settings, *values) != texts.schema:
            return False
        structures = texts.schema.tasks().structures
        return texts.specs is None or parse_specs(specs, structures) == structures
    except (PageError, Gliner2Error):
        return False


def form_from_json(services: Services, text: str) -> tuple[tuple[Any, ...], SchemaTexts]:
    """Return the form's values for a JSON text, and the texts that go with them.

    Raises:
        SchemaError: If it is no JSON or no schema; the message gives the place inside it.
        PageError: If it is more than the settings allow.
    """
    schema = Schema.from_json(text)
    values, left = placed(services, STRUCTURE_FORM, schema)
    texts = texts_of(schema)
    return values, SchemaTexts(schema, text, texts.specs, (left + " " + texts.words).strip())


def form_from_specs(
    services: Services, text: str, structures: Sequence[Card], labels: str, relations: str, tasks: Sequence[Card]
) -> tuple[list[dict[str, Any]], SchemaTexts]:
    """Return the structure cards for a text of field specs, and the texts that go with them.

    Thresholds and rules of fields that stay are kept.

    Raises:
        PageError: If a line cannot be read, or the rest of the form.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    try:
        known = read_structures(services.settings, structures, "", "", []).tasks().structures
    except (PageError, Gliner2Error):
        known = ()  # A form that is being filled in has nothing to keep.
    cards = write_structures(parse_specs(text, known))
    schema = read_structures(services.settings, cards, labels, relations, tasks)
    return cards, SchemaTexts(schema, schema.to_json(), text)
