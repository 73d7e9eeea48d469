"""How a run of one or two models fills a tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from gliner2_core.predictions import OnWindow
from gliner2_core.words import split_words
from ui import render
from ui.handlers.requests import Reader
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.state import Cancel, LastRun
from ui.tabs.comparison import Comparison
from ui.tabs.events import LOADING, PRIVATE, model_queue

LONG_TEXT = 3_000
"""Characters from which a text takes long enough to say that it is being read."""

_NO_PROGRESS = gr.Progress()
EARLIER = " The result below is that of an earlier run."
Outputs = Mapping[str, gr.components.Component]
"""The result's components by the names that the answer has for their values; `status` is among them."""


def wire_run(
    services: Services,
    answer: Callable[..., Any],
    starts: Sequence[Callable[..., Any]],
    inputs: Sequence[gr.components.Component],
    outputs: Outputs,
    cancel: gr.Button,
    last: gr.State,
    comparison: Comparison,
) -> None:
    """Wire the events that run the model, or two of them.

    Args:
        services: Models and limits.
        answer: Called with the services, the inputs' values and a `reader`; its answer has an attribute for each output.
        starts: Listeners, such as a button's `click`.
        inputs: The text first.
        outputs: See `Outputs`.
        cancel: Shown while a long text is read.
        last: Keeps what was shown, a `LastRun`.
        comparison: Says which models, and shows both answers.
    """
    status, choice = outputs["status"], comparison.choice
    state = gr.State(Cancel())

    def run(
        flag: Cancel, last_run: LastRun, text: str, *values: Any, progress: gr.Progress = _NO_PROGRESS
    ) -> Iterator[dict[gr.components.Component, Any]]:
        *asked, model, second = values
        flag.is_cancelled = False
        if words := waiting_words(services, text, (model, second)):
            yield {status: render.ready(words), cancel: gr.Button(visible=len(text or "") > LONG_TEXT)}
        report = _reporting(flag, progress)
        try:
            first = answer(services, text, *asked, reader=Reader(model, report))
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            # What was found before stays on the page, and so does what “Send to corrections” would send.
            words = logged_words(error) + (EARLIER if last_run.prediction is not None else "")
            yield {status: render.problem(words), cancel: gr.Button(visible=False)}
            return
        shown = {part: getattr(first, name) for name, part in outputs.items()}
        yield {**shown, cancel: gr.Button(visible=False), last: LastRun(first.prediction, first.schema)}
        if not second:
            return
        try:
            yield comparison.filled(first, answer(services, text, *asked, reader=Reader(second, report)))
        except Exception as error:  # noqa: BLE001 - see above
            yield comparison.blank(render.problem(f"{second}: {logged_words(error)}"))

    def stop(flag: Cancel) -> None:
        flag.is_cancelled = True

    for start in starts:
        start(
            run,
            [state, last, *inputs, choice.model, choice.second],
            [*outputs.values(), cancel, last, *comparison.outputs()],
            trigger_mode="always_last",
            **model_queue(status),
        ).then(None, None, None, js=f"() => workbench.reveal('{status.elem_id}', '{comparison.group.elem_id}')", **PRIVATE)
    cancel.click(stop, state, None, queue=False, **PRIVATE)


def _reporting(flag: Cancel, progress: gr.Progress) -> OnWindow:
    def report(done: int, planned: int) -> None:
        if flag.is_cancelled:
            raise PageError(f"Stopped after {done} of {planned} parts of the text. Nothing of it is shown.")
        if planned > 1:
            progress((done, planned), desc="Reading", unit="parts")

    return report


def waiting_words(services: Services, text: str | None, models: Sequence[str]) -> str | None:
    """Return what to say while a run goes on; None if it is over at once."""
    if not all(services.models.is_loaded(model) for model in models if model):
        return LOADING
    n_words = split_words(text or "").n_real
    return f"Reading {n_words:,} words…" if len(text or "") > LONG_TEXT else None
