"""How a run of one or two models fills a tab."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from gliner2_core.predictions import OnWindow
from ui import render
from ui.handlers.requests import Reader
from ui.messages import PageError, logged_words, sentence
from ui.services import Services
from ui.state import NOT_STARTED, Cancel, LastRun
from ui.tabs.comparison import Comparison
from ui.tabs.events import LOADING, PRIVATE, model_queue
from ui.tabs.send_part import SendPart

LONG_TEXT = 3_000
"""Characters from which a text takes long enough to say that it is being read."""

_NO_PROGRESS = gr.Progress()
SHOWN_SCRIPT = "() => { workbench.reveal('%s', '%s'); return ['']; }"
# A run that never began, mostly because the line was full: the server is not asked, it may be what does not answer.
REFUSED = render.problem(
    "The line of those who wait is full, or the server does not answer. Nothing is lost; try again in a moment."
)
REFUSED_SCRIPT = f"() => [{json.dumps(REFUSED)}, {{ __type__: 'update', interactive: false }}]"
CAN_STOP_SCRIPT = "() => [{ __type__: 'update', interactive: true }]"
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
    send: SendPart,
    comparison: Comparison,
) -> None:
    """Wire the events that run the model, or two of them.

    Args:
        services: Models and limits.
        answer: Called with the services, the inputs' values and a `reader`; its answer has an attribute for each output.
        starts: Listeners, such as a button's `click`.
        inputs: The text first.
        outputs: See `Outputs`.
        cancel: Stops a run, or leaves the line of those that wait for the model.
        send: Sends what was shown to the corrections.
        comparison: Says which models, and shows both answers.
    """
    status, choice, last = outputs["status"], comparison.choice, send.last
    state = gr.State(Cancel())

    def run(
        flag: Cancel, last_run: LastRun, text: str, *values: Any, progress: gr.Progress = _NO_PROGRESS
    ) -> Iterator[dict[gr.components.Component, Any]]:
        *asked, model, second = values
        flag.is_cancelled, flag.words = False, "Stopped."
        if words := waiting_words(services, text, (model, second)):
            yield {status: render.ready(words)}
        report = _reporting(flag, progress)
        try:
            first = answer(services, text, *asked, reader=Reader(model, report))
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            flag.words = NOT_STARTED
            # What was found before stays on the page, and so does what “Send to corrections” would send.
            words = logged_words(error)
            if last_run.prediction is not None:
                words = sentence(words) + EARLIER
            yield {status: render.problem(words), cancel: gr.Button(interactive=False)}
            return
        flag.words = NOT_STARTED
        shown = {part: getattr(first, name) for name, part in outputs.items()}
        yield {**shown, cancel: gr.Button(interactive=False), last: LastRun(first.prediction, first.schema)}
        if not second:
            return
        try:
            yield comparison.filled(first, answer(services, text, *asked, reader=Reader(second, report)))
        except Exception as error:  # noqa: BLE001 - see above
            yield comparison.blank(render.problem(f"{second}: {logged_words(error)}"))

    def stop(flag: Cancel) -> dict[gr.components.Component, Any]:
        words, flag.is_cancelled, flag.words = flag.words, True, NOT_STARTED
        return {status: render.problem(words), cancel: gr.Button(interactive=False)}

    runs = []
    for start in starts:
        start(None, None, cancel, js=CAN_STOP_SCRIPT, queue=False, show_progress="hidden", **PRIVATE)
        event = start(
            run,
            [state, last, *inputs, choice.model, choice.second],
            [*outputs.values(), cancel, last, *comparison.outputs()],
            trigger_mode="always_last",
            **model_queue(status),
        )
        runs.append(event)
        event.failure(None, None, [status, cancel], js=REFUSED_SCRIPT, **PRIVATE)
        event.then(None, None, send.status, js=SHOWN_SCRIPT % (status.elem_id, comparison.group.elem_id), **PRIVATE)
    cancel.click(stop, state, [status, cancel], queue=False, cancels=runs, show_progress="hidden", **PRIVATE)


def _reporting(flag: Cancel, progress: gr.Progress) -> OnWindow:
    def report(done: int, planned: int) -> None:
        if flag.is_cancelled:
            raise PageError(flag.words)
        flag.words = f"Stopped after {done} of {planned} parts of the text. Nothing of it is shown."
        if planned > 1:
            progress((done, planned), desc="Reading", unit="parts")

    return report


def waiting_words(services: Services, text: str | None, models: Sequence[str]) -> str | None:
    """Return what to say while a run goes on; None if it is over at once."""
    if not all(services.models.is_loaded(model) for model in models if model):
        return LOADING
    return f"Reading {render.count_words(text):,} words…" if text and len(text) > LONG_TEXT else None
