"""What a whole tab holds ↔ one schema, and which parts of a schema a tab has no place for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Schema
from gliner2_core.tasks import RelationTask
from ui.card_list import Card
from ui.forms.labels import parse_labels, write_labels
from ui.forms.limits import within_limits
from ui.forms.structures import add_structures, write_structures
from ui.forms.tasks import add_tasks, write_tasks
from ui.messages import PageError
from ui.settings import Settings


@dataclass(frozen=True, slots=True)
class Form:
    """How the inputs of a tab become a schema and come from one.

    Attributes:
        read: Called with the settings and the inputs' values; raises PageError or the library's errors.
        write: Schema → the inputs' values.
    """

    read: Callable[..., Schema]
    write: Callable[[Schema], tuple[Any, ...]]


def read_entities(settings: Settings, labels: str) -> Schema:
    """Return the schema of a label box.

    Raises:
        PageError: If it holds no label, too many, one twice or a threshold that is none.
        InputError: If the model refuses a label.
    """
    return Schema().entities(parse_labels(labels or "", most=settings.max_labels))


def write_entities(schema: Schema) -> tuple[str]:
    """Return the label box of a schema; of structures, whose fields are labels too, nothing is taken."""
    labels = {one.name: {"description": one.description, "threshold": one.threshold} for one in schema.tasks().entities}
    return (write_labels(labels),)


def read_classifications(settings: Settings, cards: Sequence[Card]) -> Schema:
    """Return the schema of task cards.

    Raises:
        PageError: If there is no task, or too many, or one has no name, too few labels, or an input that cannot be read.
        InputError: If the model refuses a name or a label.
    """
    if not cards:
        raise PageError("Add at least one task, for example: sentiment, with the labels positive and negative.")
    return within_limits(settings, add_tasks(Schema(), cards, most_labels=settings.max_labels))


def write_classifications(schema: Schema) -> tuple[list[dict[str, Any]]]:
    """Return the task cards of a schema."""
    return (write_tasks(schema.tasks().classifications),)


def read_structures(
    settings: Settings, structures: Sequence[Card], labels: str, relations: str, tasks: Sequence[Card], draft: str = ""
) -> Schema:
    """Return the schema of the structure builder: structures, and whatever else is asked in the same pass.

    Args:
        settings: The limits.
        structures: Cards of structures.
        labels: Entity labels, as typed; may be empty.
        relations: Relation names, as typed; may be empty.
        tasks: Cards of classification tasks.
        draft: What is wrong with a text of the schema that is newer than the form; empty for nothing.

    Raises:
        PageError: If there is such a text, nothing is asked, or an input cannot be read.
        InputError: If the model refuses a name or a label.
        SchemaError: If two parts of the schema have one name.
    """
    if draft:
        raise PageError(draft_words(draft))
    schema = add_structures(Schema(), structures)
    if (labels or "").strip():
        schema.entities(parse_labels(labels, most=settings.max_labels))
    add_tasks(schema, tasks, most_labels=settings.max_labels)
    if (relations or "").strip():
        schema.relations(parse_labels(relations, most=settings.max_labels))
    if schema.tasks().is_empty:
        raise PageError("Add a structure, for example: product, with the fields name and price.")
    return within_limits(settings, schema)


def draft_words(draft: str) -> str:
    """Return what to say of a schema's text that cannot be read."""
    draft = draft if draft.endswith((".", "!", "?")) else f"{draft}."
    return f"The schema's text is newer than the form, but cannot be read. {draft} Mend it, or discard it and keep the form."


def write_whole(schema: Schema) -> tuple[list[dict[str, Any]], str, str, list[dict[str, Any]], str]:
    """Return the inputs of the structure builder; with them, no text of the schema is newer than the form."""
    tasks = schema.tasks()
    return (
        write_structures(tasks.structures),
        *write_entities(schema),
        write_labels({one.name: _relation_options(one) for one in tasks.relations}),
        *write_classifications(schema),
        "",
    )


def _relation_options(task: RelationTask) -> dict[str, Any]:
    return {"description": task.description, "threshold": task.threshold}


ENTITY_FORM = Form(read_entities, write_entities)
CLASSIFICATION_FORM = Form(read_classifications, write_classifications)
STRUCTURE_FORM = Form(read_structures, write_whole)


def filled(form: Form, settings: Settings, schema: Schema) -> tuple[tuple[Any, ...], list[str]]:
    """Return the inputs' values for a schema, and the paths of what the inputs have no place for.

    Raises:
        PageError: If they have a place for none of it, or it is more than the settings allow.
    """
    values = form.write(schema)
    kept = form.read(settings, *values).to_dict()
    return values, _missing(schema.to_dict(), kept, "")


def _missing(wanted: Any, kept: Any, path: str) -> list[str]:
    """Return the paths of `wanted` whose values `kept` does not have."""
    if wanted == kept:
        return []
    if isinstance(wanted, Mapping) and isinstance(kept, Mapping):
        return [
            inner
            for key, value in wanted.items()
            for inner in _missing(value, kept.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(wanted, list) and isinstance(kept, list) and len(wanted) == len(kept):
        pairs = zip(wanted, kept, strict=True)
        return [inner for index, (one, other) in enumerate(pairs) for inner in _missing(one, other, f"{path}[{index}]")]
    return [path or "everything"]
