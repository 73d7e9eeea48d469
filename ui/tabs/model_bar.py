"""The part above the tabs that says which model answers, and lets a visitor choose one or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import render
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import PRIVATE

NO_SECOND = "none"
OPEN_HINT = "From the list, or type a folder of this machine or a hub id such as fastino/gliner2-base-v1, then Enter."
SAME_WORDS = "“%s” is the model that answers already. Choose another one to compare it with."
LISTED_HINT = "One of the models that this page offers."


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What a visitor has chosen; every run of the visitor reads it.

    Attributes:
        model: Name of the one that answers.
        second: Name of the one to compare with; empty for none.
    """

    model: gr.State
    second: gr.State


@dataclass(frozen=True, slots=True)
class ModelBar:
    """Its components."""

    choice: ModelChoice
    folded: gr.Accordion
    model: gr.Dropdown
    second: gr.Dropdown
    status: gr.HTML


def build_model_bar(services: Services) -> ModelBar:
    """Lay it out, folded; call inside gr.Blocks.

    Args:
        services: The models.
    """
    models = services.models
    choice = ModelChoice(gr.State(models.default), gr.State(""))
    hint = OPEN_HINT if models.is_open else LISTED_HINT
    with gr.Accordion(folded_words(models.default, ""), open=False, elem_id="model-bar") as folded:
        with gr.Row(equal_height=False):
            model = gr.Dropdown(
                list(models.offered), value=models.default, label="Model", info=hint,
                allow_custom_value=models.is_open, elem_id="model-choice",
            )  # fmt: skip
            second = gr.Dropdown(
                [NO_SECOND, *models.offered], value=NO_SECOND, label="Compare with",
                info="Every run is answered by both, side by side.", allow_custom_value=models.is_open,
                elem_id="model-second",
            )  # fmt: skip
        status = gr.HTML(render.ready("The model is loading…"), elem_id="model-status")
    return ModelBar(choice, folded, model, second, status)


def wire_model_bar(services: Services, app: gr.Blocks, bar: ModelBar) -> None:
    """Wire its events.

    Args:
        services: The models.
        app: The page; when it opens, the bar says what is loaded.
        bar: Its components.
    """
    choice = bar.choice
    outputs: list[Any] = [choice.model, choice.second, bar.folded, bar.model, bar.second, bar.status]

    def choose(wanted: str | None, wanted_second: str | None, model: str, second: str) -> tuple[Any, ...]:
        try:
            wanted = services.models.checked(wanted)
            other = services.models.checked(wanted_second) if wanted_second not in (None, "", NO_SECOND) else ""
            is_same = other == wanted
            other = "" if is_same else other
            words = facts_words(services, wanted, other)
            words += render.note(SAME_WORDS % wanted) if is_same else ""
        except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
            # What was typed stays, so that it can be mended.
            label = gr.Accordion(label=folded_words(model, second))
            kept = f"{logged_words(error).rstrip('.')}. As before: {folded_words(model, second)}."
            return model, second, label, gr.skip(), gr.skip(), render.problem(kept)
        label = gr.Accordion(label=folded_words(wanted, other))
        return wanted, other, label, wanted, other or NO_SECOND, words

    def describe(model: str, second: str) -> str:
        try:
            return facts_words(services, model, second)
        except Exception as error:  # noqa: BLE001 - see above
            return render.problem(logged_words(error))

    def offered() -> tuple[Any, Any]:
        names = list(services.models.offered)
        return gr.Dropdown(choices=names), gr.Dropdown(choices=[NO_SECOND, *names])

    # Loading waits in a line of its own, so that nobody's run waits for it.
    loading: dict[str, Any] = {"concurrency_id": "load", "concurrency_limit": 2, "show_progress_on": bar.status, **PRIVATE}
    inputs = [bar.model, bar.second, choice.model, choice.second]
    for dropdown in (bar.model, bar.second):
        dropdown.input(choose, inputs, outputs, **loading)
    app.load(describe, [choice.model, choice.second], bar.status, show_progress="hidden", **PRIVATE)
    # The page was built before some models were trained.
    app.load(offered, None, [bar.model, bar.second], queue=False, show_progress="hidden", **PRIVATE)


def folded_words(model: str, second: str) -> str:
    """Return the bar's heading."""
    return f"Model: {model}" + (f"  ·  compared with {second}" if second else "")


def facts_words(services: Services, model: str, second: str) -> str:
    """Return what is loaded, as safe HTML; loads what is not."""
    items = []
    for name in filter(None, (model, second)):
        facts = services.models.facts(name)
        parts = [
            facts.name + (f" at revision {facts.revision}" if facts.revision else ""),
            f"{facts.parameters / 1e6:,.1f} million parameters",
            f"{facts.encoder} encoder of {facts.layers} layers, {facts.width} wide",
            f"spans of up to {facts.max_width} words",
        ]
        parts += [f"{facts.window:,} subwords at a time"] if facts.window else []
        items.append(" · ".join(parts))
    return render.note("Loaded:" if len(items) == 1 else "Loaded, side by side:", items)
