"""What a visitor fills in on a tab, as one thing: read by runs, replaced by examples, files, links and their undoing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from ui.forms.whole import Form

Updates = dict[gr.components.Component, Any]


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the page says of the inputs.

    Attributes:
        parts: The components that say it.
        words_of: Called with the schema's values; returns the updates of `parts` that go with them.
    """

    parts: Sequence[gr.components.Component]
    words_of: Callable[[Sequence[Any]], Updates]


@dataclass(frozen=True, slots=True)
class TabInputs:
    """What a visitor fills in on a tab.

    Attributes:
        id: The tab's, also the prefix of its elements' ids.
        text: Its text.
        schema: Components that say what is asked.
        form: How their values become a schema.
        options: Further inputs of a run, such as a threshold.
        remarks: What is said of the schema's components, if anything.
    """

    id: str
    text: gr.Textbox
    schema: Sequence[gr.components.Component]
    form: Form
    options: Sequence[gr.components.Component] = field(default_factory=list)
    remarks: Remarks | None = None

    def all(self) -> list[Any]:
        """Return every input, the text first."""
        return [self.text, *self.schema, *self.options]

    def outputs(self) -> list[Any]:
        """Return what an event updates that replaces inputs: all of them, and what is said of them."""
        return [*self.all(), *(self.remarks.parts if self.remarks else ())]

    def replaced(self, values: Mapping[gr.components.Component, Any]) -> Updates:
        """Return the updates of an event that replaces inputs.

        Args:
            values: Input → its new value; of the schema all or none.
        """
        schema = [values[one] for one in self.schema if one in values]
        return {**values, **(self.remarks.words_of(schema) if self.remarks and schema else {})}
