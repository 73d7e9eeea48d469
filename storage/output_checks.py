"""Does an output fit its text and its schema? Nothing is stored before it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from storage.errors import OutputError
from storage.outputs import FieldValue, Output, Span

MOST_FAULTS = 5


def read_output(payload: object) -> Output:
    """Read an output from what JSON gave.

    Raises:
        OutputError: If it has another shape; the message names the places.
    """
    try:
        # JSON has lists, the output has tuples: read leniently there and nowhere else.
        return Output.model_validate_json(payload) if isinstance(payload, (str, bytes)) else _from_python(payload)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}" for one in error.errors()]
        more = f" (and {len(faults) - MOST_FAULTS} more)" if len(faults) > MOST_FAULTS else ""
        raise OutputError("the output cannot be read: " + "; ".join(faults[:MOST_FAULTS]) + more) from error


def _from_python(payload: object) -> Output:
    import json

    try:
        return Output.model_validate_json(json.dumps(payload))
    except (TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise
        raise OutputError(f"the output cannot be read: {error}") from error


def check_output(output: Output, text: str, schema: Mapping[str, Any]) -> None:
    """Compare an output with its text and schema.

    Args:
        output: What is to be stored.
        text: The document's.
        schema: As `Schema.to_dict` writes it.

    Raises:
        OutputError: If a span lies outside the text, or a label, field, choice or task is not the schema's.
    """
    faults = [*_span_faults(output, len(text)), *_label_faults(output, schema)]
    if faults:
        more = f" (and {len(faults) - MOST_FAULTS} more)" if len(faults) > MOST_FAULTS else ""
        raise OutputError("; ".join(faults[:MOST_FAULTS]) + more)


def check_text(text: str, name: str = "the text") -> None:
    """Refuse a text whose offsets would shift or that a database would change.

    Raises:
        OutputError: If it is empty, has carriage returns, lone surrogates or NUL characters.
    """
    faults = {
        "is empty": not text.strip(),
        "has carriage returns; browsers count line ends as line feeds, so write them so": "\r" in text,
        "has half of a character (a lone surrogate); repair its encoding": any("\ud800" <= one <= "\udfff" for one in text),
        "has a NUL character, which databases cannot keep; remove it": "\0" in text,
    }
    for words, is_so in faults.items():
        if is_so:
            raise OutputError(f"{name} {words}")


def _span_faults(output: Output, length: int) -> Iterator[str]:
    for place, span in _spans(output):
        if span.end > length:
            yield f"{place}: ends at {span.end}, the text has {length} characters"


def _spans(output: Output) -> Iterator[tuple[str, Span]]:
    for number, one in enumerate(output.entities):
        yield f"entities[{number}]", one
    for number, instance in enumerate(output.structures):
        for name, values in instance.fields.items():
            yield from ((f"structures[{number}].{name}", value.span) for value in values if value.span is not None)
    for number, pair in enumerate(output.relations):
        yield f"relations[{number}].head", pair.head
        yield f"relations[{number}].tail", pair.tail


def _label_faults(output: Output, schema: Mapping[str, Any]) -> Iterator[str]:
    labels: Mapping[str, Any] = schema.get("entities", {})
    for number, one in enumerate(output.entities):
        yield from _unknown(f"entities[{number}]", "label", one.label, labels)
    yield from _structure_faults(output, schema.get("structures", {}))
    relations: Mapping[str, Any] = schema.get("relations", {})
    for number, pair in enumerate(output.relations):
        yield from _unknown(f"relations[{number}]", "relation", pair.name, relations)
    yield from _task_faults(output, {task["task"]: task for task in schema.get("classifications", [])})


def _structure_faults(output: Output, structures: Mapping[str, Any]) -> Iterator[str]:
    for number, instance in enumerate(output.structures):
        place = f"structures[{number}]"
        if instance.name not in structures:
            yield from _unknown(place, "structure", instance.name, structures)
            continue
        fields = {field["name"]: field for field in structures[instance.name]["fields"]}
        for name, values in instance.fields.items():
            if name not in fields:
                yield from _unknown(place, "field", name, fields)
                continue
            yield from _value_faults(f"{place}.{name}", values, fields[name])


def _value_faults(place: str, values: Collection[FieldValue], field: Mapping[str, Any]) -> Iterator[str]:
    choices = field.get("choices")
    if field.get("dtype") == "str" and len(values) > 1:
        yield f"{place}: has {len(values)} values, the field takes one"
    for value in values:
        if value.choice is not None and choices is None:
            yield f"{place}: “{value.choice}” is not bound to a place in the text, and the field has no choices"
        elif value.choice is not None:
            yield from _unknown(place, "choice", value.choice, choices or ())
        elif choices is not None:
            yield f"{place}: the field takes one of its choices ({', '.join(choices)}), not a place in the text"


def _task_faults(output: Output, tasks: Mapping[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for number, one in enumerate(output.classifications):
        place = f"classifications[{number}]"
        if one.task not in tasks or one.task in seen:
            yield from _unknown(place, "task", one.task, tasks)
            if one.task in seen:
                yield f"{place}: task “{one.task}” is decided twice"
            continue
        seen.add(one.task)
        for label in one.chosen:
            yield from _unknown(place, "label", label, tasks[one.task]["labels"])
        if len(one.chosen) > 1 and not tasks[one.task].get("multi_label"):
            yield f"{place}: {len(one.chosen)} labels are chosen, task “{one.task}” takes one"


def _unknown(place: str, kind: str, name: str, known: Collection[str]) -> Iterator[str]:
    if name not in known:
        yield f"{place}: unknown {kind} “{name}”; the schema has: {', '.join(known) or 'none'}"
