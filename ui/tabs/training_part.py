"""The part of the Corrections tab that trains on what is submitted, shows what it gained, and puts it to use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from ui import render
from ui.handlers import training
from ui.messages import PageError, logged_words
from ui.run_files import Standing
from ui.services import Services
from ui.tabs.events import PRIVATE
from ui.tabs.model_bar import NO_SECOND, ModelBar, facts_words, folded_words
from ui.tabs.push_part import build_push_part

EVERY_S = 1.0
"""Seconds between two looks at a run that goes on."""
ABOUT = (
    "Learns from the submitted records of the project, starting from the model chosen at the top of the page. A tenth of "
    "the records says when to stop; another tenth is held out and measures what was gained."
)


@dataclass(frozen=True, slots=True)
class TrainingPart:
    """Its components."""

    folded: gr.Accordion
    name: gr.Textbox
    start: gr.Button
    curve: gr.Checkbox
    advanced: tuple[gr.components.Component, ...]
    said: gr.HTML
    runs: gr.Dataframe
    run: gr.Dropdown
    progress: gr.HTML
    curves: gr.Row
    losses: gr.LinePlot
    scores: gr.LinePlot
    table: gr.HTML
    use: gr.Button
    compare: gr.Button
    cancel: gr.Button
    resume: gr.Button
    download: gr.Button
    delete: gr.Button
    sure: gr.Button
    new_name: gr.Textbox
    rename: gr.Button
    archive: gr.File
    timer: gr.Timer


def build_training_part(services: Services) -> TrainingPart:
    """Lay it out, folded; call inside the Corrections tab.

    Args:
        services: The store.
    """
    with gr.Accordion("Fine-tune a model on what is submitted", open=False, elem_id="training") as folded:
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=300):
                gr.HTML(f'<p class="wb-status">{ABOUT}</p>')
                name = gr.Textbox(
                    label="Name of the new model", max_lines=1, placeholder="default model", elem_id="training-name"
                )
                start = gr.Button("Fine-tune", variant="primary", elem_id="training-start")
                with gr.Accordion("Advanced settings", open=False, elem_id="training-advanced"):
                    method = gr.Dropdown(
                        list(training.METHODS), value=training.CHOSEN, label="What is trained", elem_id="training-method"
                    )
                    with gr.Row():
                        epochs = gr.Textbox(label="Most passes", max_lines=1, placeholder=training.CHOSEN)
                        replay = gr.Number(
                            None, label="General examples per record", minimum=0, placeholder="chosen for you"
                        )
                    with gr.Row():
                        encoder_lr = gr.Textbox(label="Learning rate, encoder", max_lines=1, placeholder=training.CHOSEN)
                        head_lr = gr.Textbox(label="Learning rate, heads", max_lines=1, placeholder=training.CHOSEN)
                    curve = gr.Checkbox(
                        False, label="Learning curve: is more labelling worth it?", elem_id="training-curve",
                        info="Trains on 25, 50 and 75 % of the records, too; takes about two and a half times as long.",
                    )  # fmt: skip
                said = gr.HTML("", elem_id="training-said", elem_classes="wb-schema-status")
            with gr.Column(scale=6, min_width=320):
                runs = gr.Dataframe(
                    headers=list(training.HEADERS), datatype=["number", "str", "str", "str", "str", "str"], type="array",
                    interactive=False, wrap=True, label="Runs", elem_id="training-runs", max_height=260,
                    column_widths=["48px", "22%", "14%", "12%", "22%", "22%"],
                )  # fmt: skip
                run = gr.Dropdown([], label="Run", elem_id="training-run")
        progress = gr.HTML(render.note("No run yet."), elem_id="training-progress")
        with gr.Row(visible=False) as curves:
            losses = gr.LinePlot(x="step", y="loss", title="Loss while learning", height=220, elem_id="training-loss")
            scores = gr.LinePlot(
                x="step",
                y="score",
                title="Score by which it stops, %",
                height=220,
                elem_id="training-score",
            )
        table = gr.HTML("", elem_id="training-table")
        with gr.Row(elem_classes="wb-schema"):
            use = gr.Button("Use it", size="sm", elem_id="training-use", interactive=False)
            compare = gr.Button("Compare with it", size="sm", elem_id="training-compare", interactive=False)
            download = gr.Button("Download", size="sm", elem_id="training-download", interactive=False)
            cancel = gr.Button("Cancel", size="sm", elem_id="training-cancel", interactive=False)
            resume = gr.Button("Resume", size="sm", elem_id="training-resume", interactive=False)
            delete = gr.Button("Delete", size="sm", elem_id="training-delete", interactive=False)
            sure = gr.Button("Delete for good", size="sm", variant="stop", elem_id="training-sure", visible=False)
        with gr.Row(equal_height=False, elem_classes="wb-bar"):
            new_name = gr.Textbox(label="New name", max_lines=1, elem_id="training-new-name", scale=4)
            rename = gr.Button("Rename", size="sm", elem_id="training-rename", interactive=False, scale=1, min_width=90)
        build_push_part(services, run)
        archive = gr.File(label="The model", interactive=False, visible=False, elem_id="training-archive")
        timer = gr.Timer(EVERY_S, active=False)
    return TrainingPart(
        folded, name, start, curve, (method, epochs, encoder_lr, head_lr, replay), said, runs, run, progress, curves, losses,
        scores, table, use, compare, cancel, resume, download, delete, sure, new_name, rename, archive, timer,
    )  # fmt: skip


def wire_training_part(services: Services, part: TrainingPart, project: gr.Dropdown, tab: gr.Tab, bar: ModelBar) -> None:
    """Wire its events.

    Args:
        services: The store, the models and what trains.
        part: Its components.
        project: Whose submitted records are learned from.
        tab: What stands is read anew whenever it is opened.
        bar: Where the new models are offered and chosen.
    """
    events = _Events(services, part, bar)
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", **PRIVATE}
    shown = [*events.shown, bar.model, bar.second]
    chosen = [bar.choice.model, bar.choice.second, bar.folded, bar.model, bar.second, bar.status, part.said]
    for look in (tab.select, part.folded.expand, part.timer.tick):
        look(events.looked, part.run, shown, **quick)
    part.run.input(events.looked, part.run, shown, **quick)
    part.start.click(
        events.started, [project, bar.choice.model, part.name, part.curve, *part.advanced], [part.said, *shown], **quick
    )
    for button, act in ((part.cancel, events.cancelled), (part.resume, events.resumed), (part.sure, events.deleted)):
        button.click(act, part.run, [part.said, *shown], **quick)
    part.delete.click(lambda: gr.Button(visible=True), None, part.sure, **quick)
    part.rename.click(events.renamed, [part.run, part.new_name], [part.said, *shown], **quick)
    loading: dict[str, Any] = {"concurrency_id": "load", "concurrency_limit": 2, "show_progress": "hidden", **PRIVATE}
    part.use.click(events.used, [part.run, bar.choice.second], chosen, **loading)
    part.compare.click(events.compared, [part.run, bar.choice.model], chosen, **loading)
    part.download.click(events.downloaded, part.run, [part.archive, part.said], concurrency_id="store", **PRIVATE)


class _Events:
    def __init__(self, services: Services, part: TrainingPart, bar: ModelBar) -> None:
        self._services = services
        self._part = part
        self._bar = bar
        self._buttons = (part.use, part.compare, part.cancel, part.resume, part.download, part.delete, part.rename)
        self.shown = [
            part.runs, part.run, part.progress, part.curves, part.losses, part.scores, part.table, part.use, part.compare,
            part.cancel, part.resume, part.download, part.delete, part.sure, part.rename, part.timer,
        ]  # fmt: skip

    def looked(self, run_id: int | None) -> dict[Any, Any]:
        part = self._part
        try:
            runs = self._services.store().runs.all()
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return {part.progress: render.problem(logged_words(error)), part.timer: gr.Timer(active=False)}
        chosen = next((run for run in runs if run.id == run_id), runs[0] if runs else None)
        offered = list(self._services.models.offered)
        values: dict[Any, Any] = {
            part.runs: training.rows(runs),
            part.run: gr.Dropdown([(f"{run.id} · {run.name}", run.id) for run in runs], value=chosen.id if chosen else None),
            part.timer: gr.Timer(active=any(run.status in ("waiting", "running") for run in runs)),
            part.sure: gr.Button(visible=False),
            self._bar.model: gr.Dropdown(choices=offered),
            self._bar.second: gr.Dropdown(choices=[NO_SECOND, *offered]),
        }
        if chosen is None:
            idle = {button: gr.Button(interactive=False) for button in self._buttons}
            return {**values, **idle, part.progress: render.note("No run yet."), part.table: "", **self._plotted(Standing())}
        standing = training.standing_of(chosen)
        is_ongoing, is_done = chosen.status in ("waiting", "running"), chosen.status == "done"
        return {
            **values,
            part.progress: training.progress_words(chosen, standing),
            **self._plotted(standing),
            part.table: training.score_table(chosen),
            part.use: gr.Button(interactive=is_done),
            part.compare: gr.Button(interactive=is_done),
            part.download: gr.Button(interactive=is_done),
            part.cancel: gr.Button(interactive=is_ongoing),
            part.resume: gr.Button(interactive=chosen.status in ("cancelled", "failed")),
            part.delete: gr.Button(interactive=not is_ongoing),
            part.rename: gr.Button(interactive=True),
        }

    def _plotted(self, standing: Standing) -> dict[Any, Any]:
        losses, scores = training.curves(standing)
        plots = {self._part.losses: losses, self._part.scores: scores}
        # Never hidden again: a plot that is taken away while it is drawn stumbles (Gradio 6.31).
        return {**plots, self._part.curves: gr.Row(visible=True)} if len(losses) + len(scores) > 1 else plots

    def started(self, project: str, model: str, name: str, with_curve: bool, *advanced: Any) -> dict[Any, Any]:
        try:
            settings = training.settings_of(*advanced)
            run_id, words = training.start_run(self._services, project, model, name, settings, with_curve=bool(with_curve))
        except Exception as error:  # noqa: BLE001 - see above
            return {self._part.said: render.problem(logged_words(error))}
        return {self._part.said: render.note(words), **self.looked(run_id)}

    def cancelled(self, run_id: int | None) -> dict[Any, Any]:
        return self._done(run_id, self._services.trainer.cancel)

    def resumed(self, run_id: int | None) -> dict[Any, Any]:
        return self._done(run_id, self._services.trainer.resume)

    def deleted(self, run_id: int | None) -> dict[Any, Any]:
        return self._done(run_id, self._services.trainer.delete, "Deleted, with its files.")

    def renamed(self, run_id: int | None, name: str) -> dict[Any, Any]:
        return self._done(run_id, lambda chosen: self._services.trainer.rename(chosen, name), "Renamed.")

    def used(self, run_id: int | None, second: str) -> dict[Any, Any]:
        return self._chosen(run_id, lambda name: (name, "" if second == name else second))

    def compared(self, run_id: int | None, model: str) -> dict[Any, Any]:
        return self._chosen(run_id, lambda name: (model, "" if model == name else name))

    def downloaded(self, run_id: int | None) -> Iterator[tuple[Any, Any]]:
        try:
            # Gone at the end: by then the page has a copy of its own.
            with TemporaryDirectory(prefix="workbench-") as folder:
                archive = training.archive_of(self._services.store().runs.get(_known(run_id)), Path(folder))
                yield (
                    gr.File(str(archive), visible=True),
                    render.note("Unpack it; GLiNER2.from_pretrained takes the folder."),
                )
        except Exception as error:  # noqa: BLE001 - see above
            yield gr.File(visible=False), render.problem(logged_words(error))

    def _done(self, run_id: int | None, act: Callable[[int], object], words: str = "") -> dict[Any, Any]:
        try:
            act(_known(run_id))
        except Exception as error:  # noqa: BLE001 - see above
            return {self._part.said: render.problem(logged_words(error)), **self.looked(run_id)}
        return {self._part.said: render.note(words) if words else "", **self.looked(run_id)}

    def _chosen(self, run_id: int | None, choose: Callable[[str], tuple[str, str]]) -> dict[Any, Any]:
        bar, services = self._bar, self._services
        try:
            model, second = choose(services.store().runs.get(_known(run_id)).name)
            words = facts_words(services, model, second)
        except Exception as error:  # noqa: BLE001 - see above
            return {self._part.said: render.problem(logged_words(error))}
        offered = list(services.models.offered)
        return {
            bar.choice.model: model,
            bar.choice.second: second,
            bar.folded: gr.Accordion(label=folded_words(model, second)),
            bar.model: gr.Dropdown(choices=offered, value=model),
            bar.second: gr.Dropdown(choices=[NO_SECOND, *offered], value=second or NO_SECOND),
            bar.status: words,
            self._part.said: render.note(f"Every tab now asks {folded_words(model, second).removeprefix('Model: ')}."),
        }


def _known(run_id: int | None) -> int:
    if not isinstance(run_id, int):
        raise PageError("Choose a run first.")
    return run_id
