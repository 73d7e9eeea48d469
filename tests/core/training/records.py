"""A few records that every training test can learn from."""

from __future__ import annotations

from typing import Any

RECORDS: list[dict[str, Any]] = [
    {
        "input": "John works at Google in California.",
        "output": {"entities": {"person": ["John"], "company": ["Google"], "location": ["California"]}},
    },
    {"input": "Mary likes Rome.", "output": {"entities": {"person": ["Mary"], "city": ["Rome"]}}},
    {
        "input": "This movie is fantastic!",
        "output": {
            "classifications": [{"task": "sentiment", "labels": ["positive", "negative"], "true_label": ["positive"]}]
        },
    },
    {"input": "iPhone costs $9", "output": {"json_structures": [{"product": {"name": "iPhone", "price": "$9"}}]}},
    {"input": "Ann met Bob in Oslo.", "output": {"entities": {"person": ["Ann", "Bob"], "city": ["Oslo"]}}},
]
