"""Predictions → what the page's components show."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

from gliner2_core import Schema
from gliner2_core.predictions import Prediction, SpanPrediction, Value
from gliner2_core.words import split_words


def span_value(prediction: Prediction, labels: list[str]) -> dict[str, Any]:
    """Return the span view's value: text, label order (it decides colours) and spans with code point offsets."""
    return {
        "text": prediction.text,
        "labels": labels,
        "spans": [
            {"start": span.start, "end": span.end, "label": entity.label, "score": span.confidence}
            for entity in prediction.entities
            for span in entity.spans
        ],
    }


def table_rows(prediction: Prediction) -> list[list[Any]]:
    """Return a row per span, in text order: label, text, start, end, confidence in percent."""
    rows = [
        (span.start, span.end, entity.label, span.text, span.confidence)
        for entity in prediction.entities
        for span in entity.spans
    ]
    return [
        [label, text, start, end, percent(confidence)]
        for start, end, label, text, confidence in sorted(rows, key=lambda row: (row[0], -row[1], row[2]))
    ]


def record_value(prediction: Prediction, schema: Schema) -> dict[str, Any]:
    """Return the record view's value: the text, and every part of the answer with code point offsets.

    Args:
        prediction: The answer.
        schema: What was asked; a field with rules may hold nothing because of them.
    """
    ruled = {(one.name, field.name) for one in schema.tasks().structures for field in one.fields if field.validators}
    return {
        "text": prediction.text,
        "structures": [
            {
                "name": structure.name,
                "instances": [
                    [
                        {
                            "name": field.name,
                            "values": [_value(value) for value in field.values],
                            "ruled": (structure.name, field.name) in ruled,
                        }
                        for field in fields
                    ]
                    for fields in structure.instances
                ],
            }
            for structure in prediction.structures
        ],
        "entities": [
            {"label": entity.label, "values": [_value(span) for span in entity.spans]} for entity in prediction.entities
        ],
        "relations": [
            {"name": relation.name, "pairs": [[_value(pair.head), _value(pair.tail)] for pair in relation.pairs]}
            for relation in prediction.relations
        ],
        "classifications": [
            {"task": task.task, "chosen": [{"text": one.label, "score": one.probability} for one in task.chosen]}
            for task in prediction.classifications
        ],
    }


def _value(value: Value) -> dict[str, Any]:
    place = {"start": value.start, "end": value.end} if isinstance(value, SpanPrediction) else {}
    return {"text": value.text, "score": value.confidence, **place}


def percent(share: float) -> str:
    """Write a probability as a percentage with one digit; what rounds to nothing is “< 0.1 %”."""
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"


def status_line(prediction: Prediction, found: str | None = None) -> str:
    """Return the line above a result: what was found, in which time, by which model, as safe HTML.

    Args:
        prediction: The answer.
        found: What it holds; None counts the entities.
    """
    n_spans = sum(len(entity.spans) for entity in prediction.entities)
    n_words = count_words(prediction.text)
    parts = [
        counted(n_spans, "entity", "entities") if found is None else found,
        counted(n_words, "word", "words"),
        f"{1000 * prediction.duration_s:,.0f} ms",
    ]
    if prediction.duration_s > 0 and n_words:
        parts.append(f"{n_words / prediction.duration_s:,.0f} words per second")
    if prediction.windows > 1:
        parts.append(f"read in {prediction.windows} overlapping parts, because it is longer than the model's window")
    parts.append(f"model {prediction.checkpoint.name}")
    return note(" · ".join(parts))


def count_words(text: str) -> int:
    """Return the number of words as people count them; the model takes punctuation marks for words, too."""
    return sum(any(character.isalnum() for character in word.form) for word in split_words(text).items)


def note(text: str, items: Sequence[str] = ()) -> str:
    """Return a neutral status message as safe HTML, with a list below it where there are items."""
    listed = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    return f'<div class="wb-status" role="status">{html.escape(text)}{f"<ul>{listed}</ul>" if listed else ""}</div>'


def ready(text: str) -> str:
    """Return the message of a page that has no result yet, as safe HTML."""
    return f'<div class="wb-status wb-fresh" role="status">{html.escape(text)}</div>'


def problem(text: str) -> str:
    """Return an error message as safe HTML; screen readers say it at once."""
    return f'<p class="wb-status wb-fresh wb-problem" role="alert"><strong>Not done.</strong> {html.escape(text)}</p>'


def progress(text: str, share: float) -> str:
    """Return a bar filled to a share of 0–1, with its words, as safe HTML."""
    bar = f'<progress aria-label="Progress" value="{share:.3f}" max="1"></progress>'
    return f'<p class="wb-status wb-fresh" role="status">{bar} {html.escape(text)}</p>'


def hint(text: str) -> str:
    """Return a remark as safe HTML."""
    return f'<p class="wb-hint">{html.escape(text)}</p>'


def heading(text: str) -> str:
    """Return a small heading as safe HTML."""
    return f'<h3 class="wb-part">{html.escape(text)}</h3>'


def as_json(prediction: Prediction) -> str:
    """Return everything the model said, as JSON text."""
    return json.dumps(prediction.to_dict(), ensure_ascii=False, indent=2)


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
