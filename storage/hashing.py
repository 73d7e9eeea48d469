"""What identifies a text and a schema, and which split a text belongs to."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

Split = Literal["train", "dev", "test"]
_DEV, _TEST = 80, 90


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def normal_hash(text: str) -> str:
    """Return the SHA-256 of a text without regard to case, width and spaces: near duplicates share it."""
    return text_hash(" ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def split_of(normal: str) -> Split:
    """Return the split of a text: 80 % train, 10 % dev, 10 % test.

    Args:
        normal: Its `normal_hash`, so that near duplicates never lie in two splits, and no text ever moves.
    """
    share = int(normal[:12], 16) % 100
    return "train" if share < _DEV else "dev" if share < _TEST else "test"


def canonical_json(value: Mapping[str, Any]) -> str:
    """Write JSON in one way; keys keep their order, because the order of labels is part of a schema."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def schema_id(schema: Mapping[str, Any]) -> str:
    """Return what a schema is known by: the SHA-256 of its JSON."""
    return text_hash(canonical_json(schema))
