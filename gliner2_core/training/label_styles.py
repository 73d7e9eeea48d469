"""Labels as people type them: the same words in Title Case, UPPER CASE, snake_case or camelCase."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any


def _camel_case(label: str) -> str:
    first, *others = label.split()
    return first.lower() + "".join(word.capitalize() for word in others)


STYLES: tuple[Callable[[str], str], ...] = (
    str.title,
    str.capitalize,
    str.upper,
    lambda label: "_".join(label.lower().split()),
    lambda label: "-".join(label.lower().split()),
    _camel_case,
    lambda label: "".join(word.capitalize() for word in label.split()),
)


def restyled(record: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a record of the corpus with all its labels and field names in one style drawn at random."""
    style = rng.choice(STYLES)
    return {
        **record,
        "entities": [{**one, "label": style(one["label"])} for one in record["entities"]],
        "entity_labels": [style(label) for label in record.get("entity_labels", ())],
        "label_descriptions": {style(label): text for label, text in record["label_descriptions"].items()},
        "classifications": [
            {**one, "labels": [style(label) for label in one["labels"]], "true": [style(label) for label in one["true"]]}
            for one in record["classifications"]
        ],
        "structures": [_restyled_structure(one, style) for one in record["structures"]],
    }


def _restyled_structure(structure: Mapping[str, Any], style: Callable[[str], str]) -> dict[str, Any]:
    changed = {**structure}
    for key in ("fields", "spans", "choices"):
        changed[key] = {style(name): value for name, value in structure.get(key, {}).items()}
    # Subject and object stay: by these names relations are known.
    if set(structure.get("schema") or structure["fields"]) == {"subject", "object"}:
        return {**structure, "name": style(structure["name"])}
    changed["schema"] = [style(name) for name in structure.get("schema") or structure["fields"]]
    return {**changed, "name": style(structure["name"])}
