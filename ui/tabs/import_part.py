"""The part of the Corrections tab that takes files in and lets the model read what it has not read yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from gliner2_core import Schema
from ui import render
from ui.handlers.imports import FILE_FORMATS, TEXTS, import_into, reading_words
from ui.messages import PageError, logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE
from ui.tabs.tab_inputs import TabInputs

FROM_FILE = "what the file itself says"
EVERY_S = 1.0
"""Seconds between two looks at a reading that goes on."""


@dataclass(frozen=True, slots=True)
class ImportPart:
    """Its components."""

    file: gr.File
    kind: gr.Dropdown
    asked: gr.Dropdown
    run: gr.Button
    status: gr.HTML
    read: gr.Button
    again: gr.Button
    stop: gr.Button
    progress: gr.HTML
    timer: gr.Timer


def build_import_part(tabs: Sequence[str]) -> ImportPart:
    """Lay it out, folded; call inside the Corrections tab.

    Args:
        tabs: Titles of the tabs whose schema can be asked.
    """
    choices = [*(f"what the {tab} tab asks" for tab in tabs), FROM_FILE]
    with gr.Accordion("Import texts and corrections", open=False, elem_id="corrections-import"):
        file = gr.File(
            label="File", file_types=[".txt", ".csv", ".jsonl", ".ndjson", ".json", ".conll"], height=120,
            elem_id="corrections-import-file",
        )  # fmt: skip
        kind = gr.Dropdown(list(FILE_FORMATS), value=TEXTS, label="What it holds", elem_id="corrections-import-kind")
        asked = gr.Dropdown(
            choices, value=choices[0], label="What is asked of each text", elem_id="corrections-import-asked",
            info="Texts alone need a tab's labels. A file of corrections can say its own.",
        )  # fmt: skip
        run = gr.Button("Import", elem_id="corrections-import-run")
        status = gr.HTML("", elem_id="corrections-import-status", elem_classes="wb-schema-status")
        with gr.Row():
            read = gr.Button("Let the model read what is new", elem_id="corrections-read", scale=3)
            again = gr.Button("Read the open ones again", elem_id="corrections-read-again", scale=2)
            stop = gr.Button("Stop", elem_id="corrections-read-stop", scale=1, min_width=80, visible=False)
        progress = gr.HTML("", elem_id="corrections-read-status", elem_classes="wb-schema-status")
        timer = gr.Timer(EVERY_S, active=False)
    return ImportPart(file, kind, asked, run, status, read, again, stop, progress, timer)


def wire_import_part(
    services: Services,
    part: ImportPart,
    tabs: Sequence[TabInputs],
    who: Sequence[gr.components.Component],
    model: gr.State,
    refresh: Callable[[Any], Any],
) -> None:
    """Wire its events.

    Args:
        services: The store, the models and what reads the queue.
        part: Its components.
        tabs: Whose schema can be asked, in the order of the choices.
        who: The project and the annotator's name.
        model: The visitor's.
        refresh: Called with an event; lets the queue be shown anew behind it.
    """

    def taken_in(path: str | None, kind: str, asked: str, project: str, annotator: str, *values: Any) -> Any:
        try:
            schema = _asked_schema(services, part, tabs, asked, values)
            words, faults = import_into(services, project, annotator, path, kind, schema)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return render.problem(logged_words(error))
        return render.note(words, faults)

    def looked() -> tuple[Any, ...]:
        words, is_on = reading_words(services)
        return words, gr.Button(visible=is_on), gr.Timer(active=is_on)

    def begun(project: str, chosen: str, *, is_again: bool = False) -> tuple[Any, ...]:
        try:
            services.reader.start(project, chosen, is_again=is_again)
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error)), gr.skip(), gr.skip()
        return looked()

    shown = [part.progress, part.stop, part.timer]
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", **PRIVATE}
    inputs = [part.file, part.kind, part.asked, *who, *(component for tab in tabs for component in tab.schema)]
    refresh(part.run.click(taken_in, inputs, part.status, concurrency_id="import", concurrency_limit=1, **PRIVATE))
    refresh(part.read.click(begun, [who[0], model], shown, **quick))
    again = partial(begun, is_again=True)
    refresh(part.again.click(again, [who[0], model], shown, **quick))
    refresh(part.stop.click(services.reader.stop, None, None, **quick))
    part.timer.tick(looked, None, shown, **quick)


def _asked_schema(
    services: Services, part: ImportPart, tabs: Sequence[TabInputs], asked: str, values: Sequence[Any]
) -> Schema | None:
    choices = [value for _, value in part.asked.choices]
    if asked not in choices:
        raise PageError(f"Unknown choice “{asked}”. Choose one of: {'; '.join(map(str, choices))}.")
    place = choices.index(asked)
    if place == len(tabs):
        return None
    begin = sum(len(tab.schema) for tab in tabs[:place])
    return tabs[place].form.read(services.settings, *values[begin : begin + len(tabs[place].schema)])
