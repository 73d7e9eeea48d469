"""The Entities tab: layout and wiring."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from gradio.events import Dependency

from gliner2_core.documents import default_column
from ui import render
from ui.code_view import CodeView
from ui.examples import ENTITY_EXAMPLES
from ui.handlers.entities import POLICIES, extract_entities
from ui.handlers.files import FileProgress, columns_of, extract_file
from ui.messages import is_expected, words_for
from ui.services import Services
from ui.span_view import EMPTY, SpanView
from ui.state import FileRun

logger = logging.getLogger(__name__)
MODEL_QUEUE = "model"
EMPTY_WORDS = "The result appears here: every entity marked in your text, with its label and confidence."
LOADING = "Loading the model…"
LABEL_HINT = (
    "One per line, or several with commas. Add “: what it means” to help the model, “@ 0.3” for a threshold of its own."
)
FILE_HINT = "A .txt with a text per line, a .csv or a .jsonl. The labels and settings above apply to every text."
# Every event is the page's own: programs get endpoints with typed parameters instead.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class EntitiesTab:
    """The components that others may wire to."""

    text: gr.Textbox
    labels: gr.Textbox
    spans: SpanView
    run: gr.Button


@dataclass(frozen=True, slots=True)
class _Inputs:
    text: gr.Textbox
    labels: gr.Textbox
    threshold: gr.Slider
    policy: gr.Dropdown
    run: gr.Button


@dataclass(frozen=True, slots=True)
class _Outputs:
    status: gr.HTML
    spans: SpanView
    table: gr.Dataframe
    json: CodeView
    python: CodeView

    def all(self) -> list[Any]:
        return [self.status, self.spans, self.table, self.json, self.python]


@dataclass(frozen=True, slots=True)
class _FilePart:
    file: gr.File
    column: gr.Dropdown
    run: gr.Button
    cancel: gr.Button
    status: gr.HTML
    results: gr.File


def build_entities_tab(services: Services) -> EntitiesTab:
    """Lay out the tab and wire its events; call inside a gr.Tab.

    Args:
        services: Model and limits.

    Returns:
        Its components.
    """
    with gr.Row(equal_height=False, elem_classes="wb-columns"):
        with gr.Column(scale=5, min_width=320):
            inputs = _build_inputs()
        with gr.Column(scale=6, min_width=320):
            outputs = _build_outputs()
    examples = gr.Examples(
        [[example.text, example.labels] for example in ENTITY_EXAMPLES],
        [inputs.text, inputs.labels],
        example_labels=[example.name for example in ENTITY_EXAMPLES],
        label="Examples",
        examples_per_page=len(ENTITY_EXAMPLES),
        elem_id="entity-examples",
        api_visibility="private",
    )
    with gr.Accordion("Many texts from a file", open=False, elem_id="entity-file"):
        file_part = _build_file_part()
    _wire_text(services, inputs, outputs, examples.load_input_event)
    _wire_file(services, inputs, file_part)
    return EntitiesTab(inputs.text, inputs.labels, outputs.spans, inputs.run)


def _build_inputs() -> _Inputs:
    first = ENTITY_EXAMPLES[0]
    text = gr.Textbox(
        first.text, label="Text", lines=7, max_lines=24, elem_id="entity-text", placeholder="Type or paste a text"
    )
    labels = gr.Textbox(
        first.labels, label="Labels to find", info=LABEL_HINT, lines=5, max_lines=14, elem_id="entity-labels",
        placeholder="person\ncompany: Businesses and organisations\ndate @ 0.4",
    )  # fmt: skip
    threshold = gr.Slider(
        0,
        1,
        0.5,
        step=0.01,
        label="Threshold",
        info="Show what the model holds at least this likely.",
        elem_id="entity-threshold",
    )
    policy = gr.Dropdown(list(POLICIES), value=next(iter(POLICIES)), label="Overlapping spans", elem_id="entity-policy")
    run = gr.Button("Find entities  (Ctrl+Enter)", variant="primary", elem_id="entity-run", elem_classes="wb-run")
    return _Inputs(text, labels, threshold, policy, run)


def _build_outputs() -> _Outputs:
    status = gr.HTML(
        render.note("Ready. The first run loads the model, which takes a few seconds."), elem_id="entity-status"
    )
    with gr.Tabs():
        with gr.Tab("In the text"):
            spans = SpanView(empty=EMPTY_WORDS, elem_id="entity-spans")
        with gr.Tab("Table"):
            table = gr.Dataframe(
                headers=render.TABLE_HEADERS, datatype=["str", "str", "number", "number", "str"], interactive=False,
                wrap=True, label="Entities in text order", elem_id="entity-table",
            )  # fmt: skip
        with gr.Tab("JSON"):
            json = CodeView(name="Everything the model said", elem_id="entity-json")
        with gr.Tab("Python"):
            python = CodeView(name="The same from Python", elem_id="entity-python")
    return _Outputs(status, spans, table, json, python)


def _build_file_part() -> _FilePart:
    gr.HTML(f'<p class="wb-status">{FILE_HINT}</p>')
    with gr.Row(equal_height=False):
        with gr.Column(min_width=280):
            file = gr.File(
                label="File", file_types=[".txt", ".csv", ".jsonl", ".ndjson"], height=140, elem_id="entity-file-in"
            )
            column = gr.Dropdown([], label="Column that holds the text", visible=False, elem_id="entity-column")
            with gr.Row():
                run = gr.Button("Find entities in the file", variant="primary", elem_id="entity-file-run")
                cancel = gr.Button("Cancel", elem_id="entity-file-cancel", interactive=False)
        with gr.Column(min_width=280):
            status = gr.HTML(render.note("No file yet."), elem_id="entity-file-status")
            results = gr.File(
                label="Results (JSONL and CSV)",
                interactive=False,
                file_count="multiple",
                visible=False,
                elem_id="entity-file-out",
            )
    return _FilePart(file, column, run, cancel, status, results)


def _wire_text(services: Services, inputs: _Inputs, outputs: _Outputs, loaded: Dependency) -> None:
    def run(text: str, labels: str, threshold: float, policy: str) -> Iterator[tuple[Any, ...]]:
        if not services.is_loaded:
            yield render.note(LOADING), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        try:
            answer = extract_entities(services, text, labels, threshold, policy)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            yield render.problem(_logged(error)), EMPTY, [], "", ""
        else:
            yield answer.status, answer.spans, answer.rows, answer.json, answer.python

    given = [inputs.text, inputs.labels, inputs.threshold, inputs.policy]
    options: dict[str, Any] = {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1, "show_progress_on": outputs.status}
    inputs.run.click(run, given, outputs.all(), trigger_mode="always_last", **options, **PRIVATE)
    loaded.then(run, given, outputs.all(), **options, **PRIVATE)


def _wire_file(services: Services, inputs: _Inputs, part: _FilePart) -> None:
    state = gr.State(FileRun())

    def choose(path: str | None) -> tuple[Any, str, Any]:
        try:
            columns = columns_of(services, path)
        except Exception as error:  # noqa: BLE001 - see above
            return gr.Dropdown(visible=False), render.problem(_logged(error)), _no_results()
        known = default_column(columns)
        words = "Ready to run." if known is not None or not columns else "Choose the column that holds the text."
        words = words if path else "No file yet."
        return gr.Dropdown(columns, value=known, visible=bool(columns)), render.note(words), _no_results()

    def run(
        flag: FileRun, path: str | None, column: str | None, labels: str, threshold: float, policy: str
    ) -> Iterator[tuple[Any, ...]]:
        yield render.note("Reading the file…" if services.is_loaded else LOADING), _no_results(), gr.Button(interactive=True)
        try:
            # Gone at the end: by then the page has copies of its own.
            with TemporaryDirectory(prefix="workbench-") as folder:
                for progress in extract_file(services, flag, path, column, labels, threshold, policy, Path(folder)):
                    if progress.results:
                        done = gr.File(list(progress.results), visible=True), gr.Button(interactive=False)
                        yield file_words(progress), *done
                    else:
                        yield file_words(progress), gr.skip(), gr.skip()
        except Exception as error:  # noqa: BLE001 - see above
            yield render.problem(_logged(error)), _no_results(), gr.Button(interactive=False)

    def cancel(flag: FileRun) -> None:
        flag.is_cancelled = True

    part.file.change(choose, part.file, [part.column, part.status, part.results], **PRIVATE)
    part.run.click(
        run,
        [state, part.file, part.column, inputs.labels, inputs.threshold, inputs.policy],
        [part.status, part.results, part.cancel],
        concurrency_id="file", concurrency_limit=2, show_progress="hidden", **PRIVATE,
    )  # fmt: skip
    part.cancel.click(cancel, state, None, queue=False, **PRIVATE)


def _no_results() -> dict[str, Any]:
    """Return an update that empties and hides the results; made anew each time, because Gradio takes it apart."""
    return gr.update(value=None, visible=False)


def file_words(progress: FileProgress) -> str:
    """Return where a file run stands, as safe HTML."""
    n_texts = progress.done - progress.n_faults
    words = f"{render.counted(n_texts, 'text', 'texts')}, {render.counted(progress.spans, 'entity', 'entities')}, "
    words += f"{progress.seconds:.1f} s"
    if progress.results and not progress.done:
        return render.note("The file holds no text.")
    if not progress.results:
        return render.progress(words)
    head = "Stopped; what was done is below." if progress.is_cancelled else "Done."
    parts = [head, progress.notice, words + "."]
    if progress.n_faults:
        more = progress.n_faults - len(progress.faults)
        faults = "; ".join(progress.faults) + (f"; and {more} more" if more else "")
        parts.append(f"{render.counted(progress.n_faults, 'line', 'lines')} could not be used: {faults}")
    return render.note(" ".join(part for part in parts if part))


def _logged(error: Exception) -> str:
    if not is_expected(error):
        logger.exception("unexpected error")
    return words_for(error)
