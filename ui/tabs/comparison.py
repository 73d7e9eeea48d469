"""The part of every tab that shows two models' answers side by side; hidden until a second model is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import render
from ui.comparison_table import comparison_table
from ui.findings import compare
from ui.read_only_view import ReadOnlyView
from ui.tabs.model_bar import ModelChoice

CODE_WORDS = "Table, JSON, Python and Command above are those of the first model."
WAITING = "Run to see both models' answers here, side by side."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Its components.

    Attributes:
        choice: Says which models.
        group: All of it, hidden while there is no second model.
        status: What both found, and what only one.
        titles, views: Of the two models.
        answer_part: Name of the answer's attribute that the views show.
    """

    choice: ModelChoice
    group: gr.Column
    status: gr.HTML
    titles: tuple[gr.HTML, gr.HTML]
    views: tuple[ReadOnlyView, ReadOnlyView]
    answer_part: str

    def outputs(self) -> list[Any]:
        """Return the components that a run fills."""
        return [self.status, *self.titles, *self.views]

    def blank(self, words: str) -> dict[Any, Any]:
        """Return the values without a result."""
        return {
            self.status: words,
            **dict.fromkeys(self.titles, ""),
            **{view: view.nothing for view in self.views},
        }

    def filled(self, *answers: Any) -> dict[Any, Any]:
        """Return the values for the answers of both models."""
        predictions = [answer.prediction for answer in answers]
        names = [prediction.checkpoint.name for prediction in predictions]
        table = comparison_table(compare(*predictions), *names) + render.hint(CODE_WORDS)
        values: dict[Any, Any] = {self.status: table}
        for title, view, name, answer in zip(self.titles, self.views, names, answers, strict=True):
            values |= {title: render.heading(name) + answer.status, view: getattr(answer, self.answer_part)}
        return values


def build_comparison(prefix: str, choice: ModelChoice, view: Callable[..., ReadOnlyView], answer_part: str) -> Comparison:
    """Lay it out; call inside the tab.

    Args:
        prefix: Of the elements' ids.
        choice: The visitor's models.
        view: Makes a view; called with `elem_id` and `of`.
        answer_part: Name of the answer's attribute that the view shows.
    """
    with gr.Column(visible=False, elem_id=f"{prefix}-comparison", elem_classes="wb-comparison") as group:
        gr.HTML('<h2 class="wb-part">Two models side by side</h2>')
        with gr.Row(equal_height=False):
            sides = [_build_side(prefix, side, view) for side in ("first", "second")]
        status = gr.HTML(render.ready(WAITING), elem_id=f"{prefix}-compared")
    choice.second.change(
        lambda second: (gr.Column(visible=bool(second)), render.ready(WAITING)), choice.second, [group, status],
        queue=False, api_visibility="private",
    )  # fmt: skip
    titles, views = zip(*sides, strict=True)
    return Comparison(choice, group, status, titles, views, answer_part)


def _build_side(prefix: str, side: str, view: Callable[..., ReadOnlyView]) -> tuple[gr.HTML, ReadOnlyView]:
    with gr.Column(min_width=320):
        return gr.HTML("", elem_id=f"{prefix}-{side}-title"), view(elem_id=f"{prefix}-{side}-view", of=f"{side} model")
