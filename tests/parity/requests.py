"""Recorded requests: reading them, and putting them to an extractor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gliner2_core import AttributeGroup, RegexValidator, Schema

DATA = Path(__file__).parent.parent / "data" / "parity"

MODES: dict[str, dict[str, bool]] = {
    "plain": {},
    "conf": {"include_confidence": True},
    "spans": {"include_spans": True},
    "full": {"include_confidence": True, "include_spans": True},
    "raw": {"include_confidence": True, "include_spans": True, "format_results": False},
}
"""How each recorded answer was asked for. The `*_long` methods format always, so they have no `raw`."""

SCHEMA_FORMS = ("entity_types", "tasks", "structures", "relation_types")
"""Keys whose value is handed to the method as it stands."""


@dataclass(frozen=True)
class Request:
    """One recorded request: `body` is its line in requests.jsonl."""

    id: str
    body: Mapping[str, Any]

    @property
    def modes(self) -> list[str]:
        """The modes in which an answer was recorded."""
        return [mode for mode in MODES if mode != "raw" or not self.body["method"].endswith("_long")]

    @property
    def labels(self) -> list[str]:
        """The entity labels that it asks for, if it asks for nothing else."""
        return list(self.body["entity_types"])

    def put_to(self, extractor: Any, mode: str) -> Any:
        """Ask `extractor` in one mode; whatever it raises goes on to the caller."""
        method = getattr(extractor, self.body["method"])
        return method(self._texts(), self._schema(), **self.body["kwargs"], **MODES[mode])

    def _texts(self) -> Any:
        for key in ("text", "texts", "text_raw"):
            if key in self.body:
                return self.body[key]
        raise KeyError(f"{self.id} has no text")

    def _schema(self) -> Any:
        for form in SCHEMA_FORMS:
            if form in self.body:
                return self.body[form]
        if "schema_ops" in self.body:
            return build_schema(self.body["schema_ops"])
        if "schema_from_dict" in self.body:
            return Schema.from_dict(self.body["schema_from_dict"])
        if "schema_raw" in self.body:
            return self.body["schema_raw"]
        given = self.body["schemas"]
        return [_one_schema(item) for item in given] if isinstance(given, list) else _one_schema(given)


def read_requests() -> list[Request]:
    """Read all requests in recorded order."""
    return [Request(body["id"], body) for body in _lines(DATA / "requests.jsonl")]


def read_answers(folder: str, checkpoint: str) -> dict[str, dict[str, Any]]:
    """Read the answers of one checkpoint: request id → mode → answer. Tuples and errors are as in the file."""
    return {line["id"]: line for line in _lines(DATA / folder / f"{checkpoint}.jsonl")}


def build_schema(calls: list[list[Any]]) -> Schema:
    """Replay builder calls; a `field` belongs to the structure started last."""
    schema = Schema()
    target: Any = schema
    for name, options in calls:
        if name == "field":
            target = target.field(**_with_validators(options))
        elif name == "structure":
            target = schema.structure(**options)
        elif name == "entity_attributes":
            schema.entity_attributes({group: AttributeGroup(**value) for group, value in options["groups"].items()})
        else:
            getattr(schema, name)(**_with_validators(options))
    return schema


def _one_schema(form: Mapping[str, Any]) -> Any:
    if "ops" in form:
        return build_schema(form["ops"])
    return Schema.from_dict(form["from_dict"]) if "from_dict" in form else form["raw"]


def _with_validators(options: Mapping[str, Any]) -> dict[str, Any]:
    built = dict(options)
    if "validators" in built:
        built["validators"] = [
            RegexValidator(value["pattern"], mode=value.get("mode", "full"), exclude=value.get("exclude", False))
            for value in built["validators"]
        ]
    return built


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
