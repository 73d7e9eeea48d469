"""The structure builder: its form and both texts of it ↔ one schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error, SchemaError
from gliner2_core.tasks import RelationTask
from ui.card_list import Card
from ui.code_edit import Edited
from ui.forms.labels import parse_labels, write_labels
from ui.forms.limits import within_limits
from ui.forms.specs import parse_specs, write_specs
from ui.forms.structures import add_structures, write_structures
from ui.forms.tasks import add_tasks
from ui.forms.whole import Form, filled, write_classifications, write_entities
from ui.messages import PageError, sentence
from ui.settings import Settings

UNTOUCHED = Edited()


def read_structures(
    settings: Settings,
    structures: Sequence[Card],
    labels: str,
    relations: str,
    tasks: Sequence[Card],
    json: Edited = UNTOUCHED,
    specs: Edited = UNTOUCHED,
) -> Schema:
    """Return the schema of the structure builder: structures, and whatever else is asked in the same pass.

    Args:
        settings: The limits.
        structures: Cards of structures.
        labels: Entity labels, as typed; may be empty.
        relations: Relation names, as typed; may be empty.
        tasks: Cards of classification tasks.
        json: The schema as JSON; it counts, not the form, where somebody typed it and the form did not follow yet.
        specs: The structures as field specs; the same.

    Raises:
        PageError: If such a text cannot be read, nothing is asked, or an input cannot be read.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    if json.is_typed:
        with _newer_than_the_form("JSON"):
            values, _ = filled(STRUCTURE_FORM, settings, Schema.from_json(json.text))
        return read_structures(settings, *values)
    if specs.is_typed:
        with _newer_than_the_form("Field specs"):
            structures = cards_of_specs(settings, specs.text, structures)
    schema = add_structures(Schema(), structures)
    if (labels or "").strip():
        schema.entities(parse_labels(labels, most=settings.max_labels))
    add_tasks(schema, tasks, most_labels=settings.max_labels)
    if (relations or "").strip():
        schema.relations(parse_labels(relations, most=settings.max_labels))
    if schema.tasks().is_empty:
        raise PageError("Add a structure, for example: product, with the fields name and price.")
    return within_limits(settings, schema)


@contextmanager
def _newer_than_the_form(name: str) -> Iterator[None]:
    try:
        yield
    except (PageError, Gliner2Error) as error:
        raise PageError(
            f"The schema's text is newer than the form, but cannot be read. {name}: {sentence(str(error))} "
            "Mend it, or discard it and keep the form."
        ) from error


def cards_of_specs(settings: Settings, specs: str, structures: Sequence[Card]) -> list[dict[str, Any]]:
    """Return the structure cards of field specs; thresholds and rules of fields that stay are those of the cards before.

    Raises:
        PageError: If a line cannot be read.
    """
    try:
        known = read_structures(settings, structures, "", "", []).tasks().structures
    except (PageError, Gliner2Error):
        known = ()  # A form that is being filled in has nothing to keep.
    return write_structures(parse_specs(specs, known))


def write_whole(schema: Schema) -> tuple[list[dict[str, Any]], str, str, list[dict[str, Any]], Edited, Edited]:
    """Return the inputs of the structure builder: the form, and both texts in step with it."""
    tasks = schema.tasks()
    return (
        write_structures(tasks.structures),
        *write_entities(schema),
        write_labels({one.name: _relation_options(one) for one in tasks.relations}),
        *write_classifications(schema),
        *texts_of(schema)[:2],
    )


def texts_of(schema: Schema) -> tuple[Edited, Edited, str]:
    """Return a schema as JSON, its structures as field specs, empty where specs cannot show them, and then why."""
    json = Edited(schema.to_json())
    try:
        return json, Edited(write_specs(schema.tasks().structures)), ""
    except SchemaError as error:
        return json, UNTOUCHED, f"Field specs cannot show all of it: {error}"


def untold_words(schema: Schema) -> str:
    """Return what of a schema its field specs do not show; empty if they show all that fields can have."""
    if why := texts_of(schema)[2]:
        return why
    fields = [field for structure in schema.tasks().structures for field in structure.fields]
    kinds = ["thresholds"] if any(field.threshold is not None for field in fields) else []
    kinds += ["rules"] if any(field.validators for field in fields) else []
    return f"Field specs have no place for {' and '.join(kinds)} of fields; the form keeps them." if kinds else ""


def _relation_options(task: RelationTask) -> dict[str, Any]:
    return {"description": task.description, "threshold": task.threshold}


STRUCTURE_FORM = Form(read_structures, write_whole)
