"""The part of every tab that runs a file: upload, column, progress, cancel, downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from gliner2_core.documents import default_column
from ui import render
from ui.handlers.file_results import FileJob
from ui.handlers.files import FileProgress, columns_of, rows_of, run_file
from ui.messages import logged_words
from ui.services import Services
from ui.state import Cancel
from ui.tabs.events import LOADING, PRIVATE


@dataclass(frozen=True, slots=True)
class FilePart:
    """Its components."""

    file: gr.File
    column: gr.Dropdown
    run: gr.Button
    cancel: gr.Button
    status: gr.HTML
    results: gr.File


def build_file_part(services: Services, prefix: str, action: str, settings: str) -> FilePart:
    """Lay it out, folded; call inside the tab.

    Args:
        services: For the limits.
        prefix: Of the elements' ids.
        action: Words of the run button.
        settings: What of the tab applies to every text: `labels and settings`.
    """
    with gr.Accordion("Many texts from a file", open=False, elem_id=f"{prefix}-file"):
        limits = services.settings
        hint = (
            f"A .txt with a text per line, a .csv or a .jsonl, in UTF-8, of up to {limits.max_file_bytes / 1e6:,.0f} MB and "
            f"{limits.max_rows:,} texts. The {settings} above apply to every text."
        )
        gr.HTML(f'<p class="wb-status">{hint}</p>')
        with gr.Row(equal_height=False):
            with gr.Column(min_width=280):
                file = gr.File(
                    label="File", file_types=[".txt", ".csv", ".jsonl", ".ndjson"], height=140, elem_id=f"{prefix}-file-in"
                )
                column = gr.Dropdown([], label="Column that holds the text", visible=False, elem_id=f"{prefix}-column")
                with gr.Row():
                    run = gr.Button(action, variant="primary", elem_id=f"{prefix}-file-run")
                    cancel = gr.Button("Cancel", elem_id=f"{prefix}-file-cancel", interactive=False)
            with gr.Column(min_width=280):
                status = gr.HTML(render.note("No file yet."), elem_id=f"{prefix}-file-status")
                results = gr.File(
                    label="Results (JSONL and CSV)",
                    interactive=False,
                    file_count="multiple",
                    visible=False,
                    elem_id=f"{prefix}-file-out",
                )
    return FilePart(file, column, run, cancel, status, results)


def wire_file_part(
    services: Services,
    part: FilePart,
    job: Callable[..., FileJob],
    inputs: Sequence[gr.components.Component],
    model: gr.State,
) -> None:
    """Wire its events.

    Args:
        services: Model and limits.
        part: Its components.
        job: Called with the services and the inputs' values; says what is asked of every text.
        inputs: Components of the tab that the job reads.
        model: The visitor's; the job gets it last.
    """
    state, answers = gr.State(Cancel()), _Answers(services, job)
    part.file.change(answers.choose, [state, part.file], [part.column, part.status, part.results], **PRIVATE)
    part.run.click(
        answers.run,
        [state, part.file, part.column, *inputs, model],
        [part.status, part.results, part.cancel, part.run],
        concurrency_id="file", concurrency_limit=2, show_progress="hidden", **PRIVATE,
    )  # fmt: skip
    part.cancel.click(answers.cancel, state, None, queue=False, **PRIVATE)


class _Answers:
    """What the buttons do; see `wire_file_part`."""

    def __init__(self, services: Services, job: Callable[..., FileJob]) -> None:
        self._services = services
        self._job = job

    def choose(self, flag: Cancel, path: str | None) -> tuple[Any, str, Any]:
        """Say what a file holds; returns column, status and results. A run of the file before ends."""
        was_running = flag.replace()
        try:
            columns, n_rows = columns_of(self._services, path), rows_of(self._services, path)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return gr.Dropdown(visible=False), render.problem(logged_words(error)), _no_results()
        known = default_column(columns)
        words = _ready_words(n_rows, self._services.settings.max_rows) if path else "No file yet."
        words += "" if known is not None or not columns else " Choose the column that holds the text."
        words += " The run of the file before was stopped." if was_running else ""
        return gr.Dropdown(columns, value=known, visible=bool(columns)), render.note(words), _no_results()

    def run(self, flag: Cancel, path: str | None, column: str | None, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Run the file; yields status, results and both buttons."""
        words = "Reading the file…" if self._services.models.is_loaded(values[-1]) else LOADING
        # Before the visitor can press Cancel: afterwards it would undo what was pressed at once.
        flag.is_running, flag.is_replaced, flag.is_cancelled = True, False, False
        yield render.note(words), _no_results(), gr.Button(interactive=True), gr.Button(interactive=False)
        idle = gr.Button(interactive=False), gr.Button(interactive=True)
        try:
            # Gone at the end: by then the page has copies of its own.
            with TemporaryDirectory(prefix="workbench-") as folder:
                job = partial(self._job, self._services, *values)
                for progress in run_file(self._services, flag, path, column, job, Path(folder)):
                    if not flag.is_replaced:
                        yield _shown(progress, idle)
                if flag.is_replaced:
                    yield gr.skip(), gr.skip(), *idle
        except Exception as error:  # noqa: BLE001 - see above
            yield render.problem(logged_words(error)), _no_results(), *idle
        finally:
            flag.is_running = False

    def cancel(self, flag: Cancel) -> None:
        """End the run where it stands; what was done is offered."""
        flag.is_cancelled = True


def _shown(progress: FileProgress, idle: tuple[Any, Any]) -> tuple[Any, ...]:
    if not progress.results:
        return file_words(progress), *[gr.skip()] * 3
    # Without a text that was read, the files would be empty.
    has_texts = progress.done > progress.n_faults
    return file_words(progress), gr.File(list(progress.results), visible=True) if has_texts else _no_results(), *idle


def _ready_words(n_rows: int, most: int) -> str:
    if not n_rows:
        return "The file holds no text."
    cut = f" Only the first {most:,} will be read: that is the most allowed here." if n_rows > most else ""
    return f"Ready to run: {render.counted(n_rows, 'text', 'texts')}.{cut}"


def _no_results() -> dict[str, Any]:
    """Return an update that empties and hides the results; made anew each time, because Gradio takes it apart."""
    return gr.update(value=None, visible=False)


def file_words(progress: FileProgress) -> str:
    """Return where a file run stands, as safe HTML."""
    n_texts = progress.done - progress.n_faults
    words = f"{render.counted(n_texts, 'text', 'texts')}, {render.counted(progress.found, *progress.nouns)}, "
    words += f"{progress.seconds:.1f} s"
    if progress.results and not progress.done:
        return render.note("The file holds no text.")
    if not progress.results:
        left = progress.seconds * (1 - progress.share) / progress.share if progress.share else None
        ahead = f" · {100 * progress.share:.0f} % of the file" + ("" if left is None else f", about {left:,.0f} s left")
        return render.progress(words + ahead, progress.share)
    if not n_texts and not progress.is_cancelled:
        none = f"None of the {progress.done:,} lines" if progress.done > 1 else "Nothing of the only line"
        return render.problem(f"{none} could be used. {progress.faults[0].capitalize()}.")
    head = "Stopped; what was done is below." if progress.is_cancelled else "Done."
    parts = [head, progress.notice, words + "."]
    if progress.n_faults:
        more = progress.n_faults - len(progress.faults)
        parts.append(f"{render.counted(progress.n_faults, 'line', 'lines')} could not be used:")
        return render.note(" ".join(filter(None, parts)), [*progress.faults, *([f"and {more} more"] if more else [])])
    return render.note(" ".join(filter(None, parts)))
