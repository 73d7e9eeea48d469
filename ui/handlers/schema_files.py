"""A tab's schema as a file, and a schema file into a tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gliner2_core import Schema
from gliner2_core.errors import SchemaError
from ui.forms.whole import Form, filled
from ui.messages import PageError
from ui.services import Services

MOST_BYTES = 1_000_000


def open_schema(services: Services, form: Form, path: str) -> tuple[tuple[Any, ...], str]:
    """Read a schema file for a tab.

    Args:
        services: For the limits.
        form: The tab's inputs.
        path: The uploaded file.

    Returns:
        The inputs' values, and words about what came of it.

    Raises:
        PageError: If the file is too large, is not UTF-8, or holds nothing that the tab has a place for.
        SchemaError: If it is no JSON or no schema; the message gives the place inside it.
    """
    file = Path(path)
    if file.stat().st_size > MOST_BYTES:
        raise PageError(f"“{file.name}” has {file.stat().st_size:,} bytes; a schema has {MOST_BYTES:,} at most.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageError(f"“{file.name}” is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    try:
        schema = Schema.from_json(text)
    except SchemaError as error:
        raise SchemaError(f"“{file.name}”: {error}") from error
    values, left = placed(services, form, schema)
    return values, f"“{file.name}” is loaded.{left}"


def placed(services: Services, form: Form, schema: Schema) -> tuple[tuple[Any, ...], str]:
    """Return the inputs' values for a schema, and words about what they have no place for.

    Raises:
        PageError: If they have a place for none of it, or it is more than the page takes.
    """
    if form.write(schema) == form.write(Schema()):
        asked = " and ".join(part.replace("_", " ") for part in schema.to_dict())
        raise PageError(f"This tab has no place for {asked}. Open the schema on the Structures tab, which has one.")
    try:
        values, left = filled(form, services.settings, schema)
    except PageError as error:
        raise PageError(f"The schema cannot be shown here. {error}") from error
    verb = "It is" if len(left) == 1 else "They are"
    return values, f" This tab has no place for: {', '.join(left)}. {verb} left out." if left else ""
