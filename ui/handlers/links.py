"""A tab's text and schema as the fragment of a link, and back. A result is never part of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass
from types import NoneType
from typing import Any

from gliner2_core import Schema
from ui.messages import PageError

LONGEST = 6_000
"""Characters of a fragment: longer addresses are cut by mail programs and chats."""
MOST_BYTES = 1_000_000
"""Of the data inside a fragment: a small one may unpack to gigabytes."""
PREFIX = "w1."
_VERSIONED = re.compile(r"w\d+\.")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link opens.

    Attributes:
        tab: The tab's id.
        text: Its text.
        schema: What is asked.
        options: Further values of the tab, such as a threshold.
    """

    tab: str
    text: str
    schema: Schema
    options: tuple[Any, ...] = ()


def write_link(shared: Shared) -> str:
    """Return the fragment, without its `#`.

    Raises:
        PageError: If it would be too long for a link.
    """
    data = {"tab": shared.tab, "text": shared.text, "schema": shared.schema.to_dict(), "options": list(shared.options)}
    packed = zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    fragment = PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(fragment) > LONGEST:
        raise PageError(
            f"The text and the schema make a link of {len(fragment):,} characters; {LONGEST:,} are the most that mail and "
            "chat programs keep. Shorten the text, or save the schema as a file."
        )
    return fragment


def read_link(fragment: str) -> Shared:
    """Read a fragment.

    Raises:
        PageError: If it is none of ours, cut off, altered, or of another version.
        SchemaError: If its schema is none.
    """
    if not fragment.startswith(PREFIX):
        if _VERSIONED.match(fragment):
            raise PageError("This link was made by another version of the workbench. Ask for its schema as a file.")
        raise PageError(
            f"The address ends in “#{fragment[:40]}”, which opens nothing here. Copy the whole link, or ask for it again."
        )
    try:
        packed = base64.urlsafe_b64decode(fragment.removeprefix(PREFIX) + "===")
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(packed, MOST_BYTES)
        if not unpacking.eof:
            raise ValueError("cut off or too large")
        data = json.loads(unpacked)
        tab, text, schema, options = (data[key] for key in ("tab", "text", "schema", "options"))
        if (
            not isinstance(tab, str)
            or not isinstance(text, str)
            or not all(type(one) in (str, int, float, NoneType) for one in options)
        ):
            raise TypeError("wrong types")
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PageError("This link is damaged, probably cut off when it was copied. Ask for it again.") from error
    return Shared(tab, text, Schema.from_dict(schema), tuple(options))
