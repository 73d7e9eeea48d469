"""The Corrections tab: what its events do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui import render
from ui.handlers import annotation
from ui.handlers.accounts import claim_shared
from ui.handlers.annotation import View
from ui.handlers.corrections import PROJECT
from ui.identity import signed_in
from ui.messages import logged_words
from ui.services import Services
from ui.state import Desk
from ui.tabs.corrections import CorrectionsTab
from ui.tabs.events import PRIVATE, STORE_QUEUE
from ui.tabs.every_part import wire_every_part
from ui.tabs.forgetting_part import wire_forgetting_part
from ui.tabs.import_part import wire_import_part
from ui.tabs.labels_part import wire_labels_part
from ui.tabs.model_bar import ModelBar
from ui.tabs.sharing_part import wire_sharing_part
from ui.tabs.tab_inputs import TabInputs
from ui.tabs.training_part import wire_training_part


def wire_corrections_tab(
    services: Services, app: gr.Blocks, parts: CorrectionsTab, tab: gr.Tab, tabs: Sequence[TabInputs], bar: ModelBar
) -> None:
    """Wire the events.

    Args:
        services: The store.
        app: The page.
        parts: The tab's components.
        tab: Its queue is read anew whenever it is opened.
        tabs: Whose schema can be asked of imported texts.
        bar: The visitor's choice of models.
    """
    desk, events = gr.State(Desk()), _Events(services, parts)
    if services.settings.password or services.settings.has_accounts:
        app.load(events.entered, None, [parts.annotator, parts.desk], show_progress="hidden", **PRIVATE)
    shown = [parts.editor, parts.queue, parts.counts, parts.status, parts.versions]
    asked = [parts.project, parts.annotator, parts.show, parts.order, parts.search, parts.label, parts.most, parts.blind]
    opening = {"fn": events.opened, "inputs": [desk, *asked], "outputs": shown, **STORE_QUEUE}
    tab.select(events.projects, None, parts.project, **STORE_QUEUE).then(**opening)
    boxes = (parts.search.submit, parts.label.submit, parts.most.submit)
    for start in (parts.open.click, *boxes):
        start(**opening)
    for start in (parts.show.input, parts.order.input, parts.project.input, parts.blind.release):
        start(**{**opening, "fn": events.changed})
    parts.former.click(events.former, desk, [parts.queue, parts.counts], **STORE_QUEUE)
    parts.further.click(events.further, desk, [parts.queue, parts.counts], **STORE_QUEUE)
    parts.queue.select(events.picked, [desk, parts.queue], shown, **STORE_QUEUE)
    drafted = [parts.status, parts.versions, parts.counts]
    parts.editor.input(events.draft, [desk, parts.editor], drafted, trigger_mode="always_last", **STORE_QUEUE)
    parts.bring_back.click(events.brought_back, [desk, parts.versions], shown, **STORE_QUEUE)
    parts.submit.click(events.submitted, [desk, parts.editor], shown, **STORE_QUEUE)
    parts.discard.click(events.discarded, [desk, parts.editor], shown, **STORE_QUEUE)
    parts.skip.click(events.skipped, desk, shown, **STORE_QUEUE)
    parts.back.click(events.back, desk, shown, **STORE_QUEUE)
    who = [parts.project, parts.annotator]
    wire_import_part(services, parts.importing, tabs, who, bar.choice.model, lambda event: event.then(**opening))
    wire_every_part(services, parts.every, parts.project, desk, lambda event: event.then(**opening))
    wire_labels_part(services, parts.labels, parts.project, lambda event: event.then(**opening))
    # While records are read behind the page, what was found shows in the list; the open record stays as it is.
    parts.importing.timer.tick(events.lines, desk, [parts.queue, parts.counts], **STORE_QUEUE)
    wire_training_part(services, parts.training, parts.project, tab, bar)
    if parts.sharing is not None and parts.forgetting is not None:
        wire_sharing_part(services, parts.sharing, parts.project)
        wire_forgetting_part(services, parts.forgetting, lambda event: event.then(**opening))


class _Events:
    def __init__(self, services: Services, parts: CorrectionsTab) -> None:
        self._services = services
        self._parts = parts

    def entered(self) -> tuple[Any, Any]:
        name = signed_in()
        if name is None:
            return gr.skip(), gr.skip()
        try:
            claim_shared(self._services)
        except Exception as error:  # noqa: BLE001 - opening the queue says why
            logged_words(error)
        return gr.Textbox(name, interactive=False), gr.Column(visible=True)

    def opened(self, desk: Desk, *asked: Any) -> dict[Any, Any]:
        *queue, blind = asked
        return self._shown(lambda: annotation.open_queue(self._services, desk, annotation.asked_queue(*queue), blind))

    def changed(self, desk: Desk, *asked: Any) -> dict[Any, Any]:
        # A box where names can be typed tells of a change once more when it is left: what is being edited then stays.
        try:
            *queue, blind = asked
            is_same = desk.asked == annotation.asked_queue(*queue) and desk.blind == blind
        except Exception:  # noqa: BLE001 - opening the queue says why
            is_same = False
        return {self._parts.status: gr.skip()} if is_same else self.opened(desk, *asked)

    def picked(self, desk: Desk, rows: Any, event: gr.SelectData) -> dict[Any, Any]:
        record = int(rows[event.index[0]][0])
        return self._shown(lambda: annotation.open_record(self._services, desk, record))

    def former(self, desk: Desk) -> tuple[Any, str]:
        return self._turned(desk, is_forward=False)

    def further(self, desk: Desk) -> tuple[Any, str]:
        return self._turned(desk, is_forward=True)

    def _turned(self, desk: Desk, *, is_forward: bool) -> tuple[Any, str]:
        try:
            rows, words = annotation.turn(self._services, desk, is_forward)
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            return gr.skip(), render.problem(logged_words(error))
        return rows, render.note(words)

    def submitted(self, desk: Desk, payload: dict[str, Any]) -> dict[Any, Any]:
        return self._shown(lambda: annotation.finish(self._services, desk, payload, "submitted"))

    def discarded(self, desk: Desk, payload: dict[str, Any]) -> dict[Any, Any]:
        return self._shown(lambda: annotation.finish(self._services, desk, payload, "discarded"))

    def skipped(self, desk: Desk) -> dict[Any, Any]:
        return self._shown(lambda: annotation.skip(self._services, desk))

    def back(self, desk: Desk) -> dict[Any, Any]:
        return self._shown(lambda: annotation.back(self._services, desk))

    def draft(self, desk: Desk, payload: dict[str, Any]) -> tuple[Any, Any, Any]:
        try:
            words = annotation.keep_draft(self._services, desk, payload)
            if words is None:
                return gr.skip(), gr.skip(), gr.skip()
            counts = render.note(annotation.counts_words(self._services, desk))
            return render.note(words), gr.Dropdown(annotation.versions_of(self._services, desk), value=None), counts
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error)), gr.skip(), gr.skip()

    def lines(self, desk: Desk) -> tuple[Any, Any]:
        try:
            rows, counts = annotation.lines_of(self._services, desk)
        except Exception:  # noqa: BLE001 - opening the queue says why
            return gr.skip(), gr.skip()
        return rows, render.note(counts)

    def brought_back(self, desk: Desk, version: str | None) -> dict[Any, Any]:
        return self._shown(lambda: annotation.bring_back(self._services, desk, version))

    def projects(self) -> Any:
        try:
            found = self._services.store().projects()
        except Exception:  # noqa: BLE001 - opening the queue, which comes next, says why
            found = []
        return gr.Dropdown(choices=list(dict.fromkeys([PROJECT, *found])))

    def _shown(self, work: Callable[[], View]) -> dict[Any, Any]:
        parts = self._parts
        try:
            view = work()
        except Exception as error:  # noqa: BLE001 - see above
            return {parts.status: render.problem(logged_words(error))}
        return {
            parts.editor: view.editor,
            parts.queue: view.rows,
            parts.counts: render.note(view.counts),
            parts.status: render.note(view.status),
            parts.versions: gr.Dropdown(view.versions, value=None),
        }
