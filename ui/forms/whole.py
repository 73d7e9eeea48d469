"""What a whole tab holds ↔ one schema, and which parts of a schema a tab has no place for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core import Schema
from ui.card_list import Card
from ui.forms.labels import parse_labels, write_labels
from ui.forms.limits import within_limits
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


ENTITY_FORM = Form(read_entities, write_entities)
CLASSIFICATION_FORM = Form(read_classifications, write_classifications)


def filled(form: Form, settings: Settings, schema: Schema) -> tuple[tuple[Any, ...], list[str]]:
    """Return the inputs' values for a schema, and the paths of what the inputs have no place for.

    Raises:
        PageError: If they have a place for none of it, or it is more than the settings allow.
    """
    kept = form.read(settings, *form.write(schema))
    return form.write(kept), _missing(schema.to_dict(), kept.to_dict(), "")


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
