"""What may be asked at once: the same for the form, a schema file, a text of the schema, and programs."""

from __future__ import annotations

from gliner2_core import Schema
from ui.messages import PageError
from ui.settings import Settings


def within_limits(settings: Settings, schema: Schema) -> Schema:
    """Return a schema that asks no more than the settings allow, and leaves a choice wherever it has choices.

    Raises:
        PageError: If it asks for more, or has a field with one choice; names what is wrong.
    """
    tasks = schema.tasks()
    _expect(len(tasks.structures), settings.max_structures, "structures")
    for structure in tasks.structures:
        _expect(len(structure.fields), settings.max_fields, f"fields of “{structure.name}”")
        for field in structure.fields:
            if len(field.choices) == 1:
                raise PageError(
                    f"Structure “{structure.name}”, field “{field.name}”: “{field.choices[0]}” is its only choice. "
                    "Give it at least two to choose from."
                )
    _expect(len(tasks.entities), settings.max_labels, "labels")
    _expect(len(tasks.relations), settings.max_labels, "relations")
    _expect(len(tasks.classifications), settings.max_tasks, "tasks")
    for task in tasks.classifications:
        _expect(len(task.labels), settings.max_labels, f"labels of “{task.task}”")
    return schema


def _expect(count: int, most: int, what: str) -> None:
    if count > most:
        raise PageError(f"{count} {what} are more than the {most} allowed at once. Remove some.")
