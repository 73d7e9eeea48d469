"""The interface for programs: typed endpoints that `gradio_client`, HTTP and MCP clients call by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import api

from gliner2_core import Schema
from gliner2_core.checks import json_type
from gliner2_core.views import View
from ui.forms.limits import within_limits
from ui.handlers.requests import DEFAULT_READER, checked_text, checked_threshold
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.tabs.events import AT_MODEL


def build_programs(services: Services) -> None:
    """Register the endpoints; call inside gr.Blocks.

    Args:
        services: Model and limits.
    """
    programs = Programs(services)
    for endpoint in (programs.extract_entities, programs.classify_text, programs.extract_structure, programs.extract):
        api(endpoint, api_name=endpoint.__name__, **AT_MODEL)


class Programs:
    """The endpoints; their docstrings are what callers read.

    Args:
        services: Model and limits.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def extract_entities(self, text: str, labels: list[str], threshold: float = 0.5) -> dict[str, Any]:
        """Find entities in a text.

        Args:
            text: The text.
            labels: What to find, in plain words, for example ["person", "order number"].
            threshold: Least confidence, 0 to 1.

        Returns:
            {"entities": {label: [{"text", "confidence", "start", "end"}]}}; offsets count code points.
        """
        return self._answer(text, lambda: Schema().entities(_listed(labels, "labels", 1)), threshold)

    def classify_text(self, text: str, task: str, labels: list[str], multi_label: bool = False) -> dict[str, Any]:
        """Decide which label of a task a text has.

        Args:
            text: The text.
            task: Name of the task, for example "sentiment".
            labels: At least two.
            multi_label: Any number of labels instead of exactly one.

        Returns:
            {task: {"label", "confidence"}}, a list of them with `multi_label`.
        """
        return self._answer(text, lambda: Schema().classification(task, _listed(labels, "labels", 2), multi_label), 0.5)

    def extract_structure(self, text: str, name: str, fields: list[str], threshold: float = 0.5) -> dict[str, Any]:
        """Fill a structure from a text, once per instance.

        Args:
            text: The text.
            name: What one instance is, for example "product".
            fields: Field specs, for example ["name::str", "price", "kind::[new|used]::str::Its condition"].
            threshold: Least confidence, 0 to 1.

        Returns:
            {name: [{field: value or list of values}]}, each value with text, confidence and offsets.
        """
        return self._answer(
            text, lambda: Schema().add_structures({_text(name, "name"): _listed(fields, "fields", 1)}), threshold
        )

    def extract(self, text: str, schema: dict[str, Any], threshold: float = 0.5) -> dict[str, Any]:
        """Answer a whole schema in one forward pass.

        Args:
            text: The text.
            schema: As the page saves it: entities, structures, classifications, relations.
            threshold: Least confidence, 0 to 1, where the schema does not say its own.

        Returns:
            The answers of all parts of the schema.
        """
        return self._answer(text, lambda: Schema.from_dict(schema), threshold)

    def _answer(self, text: str, schema: Callable[[], Schema], threshold: float) -> dict[str, Any]:
        try:
            asked = within_limits(self._services.settings, schema())
            text, threshold = checked_text(self._services, text), checked_threshold(threshold)
            prediction = DEFAULT_READER.read(self._services, text, asked, threshold=threshold)
        except Exception as error:
            # A caller gets words, whatever happens; the log gets the trace.
            raise gr.Error(logged_words(error), print_exception=False) from error
        return View(include_confidence=True, include_spans=True).formatted(prediction)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise PageError(f"`{name}` must be a string, got {_told(value)}.")
    return value


def _told(value: object) -> str:
    return "null" if value is None else f"{json_type(value)}: {value!r:.80}"


def _listed(values: object, name: str, least: int) -> Any:
    """Return a list of at least so many strings; one string would be read letter by letter, or as one label."""
    if isinstance(values, str) or not isinstance(values, (list, dict)):
        raise PageError(f"`{name}` must be a list of strings, got {_told(values)}.")
    if len(values) < least:
        raise PageError(f"`{name}` needs at least {least} {'string' if least == 1 else 'strings'}, got {len(values)}.")
    return values
