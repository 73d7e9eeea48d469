"""Structures and relations of a stored output ↔ the instances that the span editor shows and sends back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storage import Output
from storage.outputs import FieldValue, Span
from ui.messages import PageError

ENDS = ("head", "tail")
_SPAN_KEYS = ("start", "end", "score", "source")


def groups_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what can be filled: each structure and relation with its fields.

    Args:
        schema: As `Schema.to_dict` writes it.
    """
    structures = [
        {
            "kind": "structure",
            "name": name,
            "fields": [
                {"name": field["name"], "several": field.get("dtype") != "str", "choices": field.get("choices")}
                for field in body["fields"]
            ],
        }
        for name, body in schema.get("structures", {}).items()
    ]
    ends = [{"name": end, "several": False, "choices": None} for end in ENDS]
    return structures + [{"kind": "relation", "name": name, "fields": ends} for name in schema.get("relations", {})]


def instances_of(output: Output) -> list[dict[str, Any]]:
    """Return the instances of an output's structures and relations."""
    structures = [
        {
            "kind": "structure",
            "name": one.name,
            "values": [{"field": name, **_shown(value)} for name, values in one.fields.items() for value in values],
        }
        for one in output.structures
    ]
    relations = [
        {
            "kind": "relation",
            "name": pair.name,
            "values": [{"field": end, **getattr(pair, end).model_dump(mode="json")} for end in ENDS],
        }
        for pair in output.relations
    ]
    return structures + relations


def written_instances(instances: Any, *, is_draft: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the structures and relations of an output, as JSON has them; empty instances are left out.

    Args:
        instances: From a browser, which may send anything.
        is_draft: Leave pairs with one end out; otherwise they are refused, so that nobody loses one unseen.

    Raises:
        PageError: If the shape is wrong, or a pair lacks an end.
    """
    structures: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    for one in _objects(instances, "instances"):
        values: dict[str, list[dict[str, Any]]] = {}
        for value in _objects(one.get("values"), "values"):
            values.setdefault(str(value.get("field")), []).append(_written(value))
        if one.get("kind") == "structure" and values:
            structures.append({"name": one.get("name"), "fields": values})
        elif one.get("kind") == "relation" and values:
            missing = [end for end in ENDS if end not in values]
            if missing and not is_draft:
                raise PageError(f"A pair of “{one.get('name')}” has no {missing[0]}. Fill it, or remove the pair.")
            if not missing:
                spans = {end: {key: values[end][0].get("span", {}).get(key) for key in _SPAN_KEYS} for end in ENDS}
                relations.append({"name": one.get("name"), **spans})
    return {"structures": structures, "relations": relations}


def _shown(value: FieldValue) -> dict[str, Any]:
    if isinstance(value.span, Span):
        return value.span.model_dump(mode="json")
    return {"choice": value.choice, "score": value.score, "source": value.source}


def _written(value: Mapping[str, Any]) -> dict[str, Any]:
    if "choice" in value:
        return {key: value.get(key) for key in ("choice", "score", "source")}
    span = {key: value.get(key) for key in _SPAN_KEYS}
    return {"span": span, "source": value.get("source")}


def _objects(part: Any, name: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(part, (list, tuple)) or not all(isinstance(one, Mapping) for one in part):
        raise PageError(f"The editor sent no list of {name}. Open the record again; nothing was stored.")
    yield from part
