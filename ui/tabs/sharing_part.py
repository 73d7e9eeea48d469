"""The part of the Corrections tab that opens a project to other accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import render
from ui.handlers.accounts import members_of, shared, unshared
from ui.messages import logged_words
from ui.services import Services
from ui.tabs.events import STORE_QUEUE


@dataclass(frozen=True, slots=True)
class SharingPart:
    """Its components."""

    folded: gr.Accordion
    name: gr.Textbox
    share: gr.Button
    members: gr.Dropdown
    unshare: gr.Button
    status: gr.HTML


def build_sharing_part(services: Services) -> SharingPart | None:
    """Lay it out, folded; nothing where nobody signs in with an account."""
    if not services.settings.has_accounts:
        return None
    with gr.Accordion("Who sees this project", open=False, elem_id="corrections-sharing") as folded:
        name = gr.Textbox(
            label="Share with the account", max_lines=1, placeholder="their name on the hub",
            info="They can see, correct and export it; only you can rename labels, share it or delete it.",
            elem_id="corrections-share-name",
        )  # fmt: skip
        share = gr.Button("Share", elem_id="corrections-share")
        members = gr.Dropdown(
            [], label="Shared with", info="Nobody else sees it until you share it.", elem_id="corrections-members"
        )
        unshare = gr.Button("Share no longer", elem_id="corrections-unshare")
        status = gr.HTML("", elem_id="corrections-sharing-status", elem_classes="wb-schema-status")
    return SharingPart(folded, name, share, members, unshare, status)


def wire_sharing_part(services: Services, part: SharingPart, project: gr.Dropdown) -> None:
    """Wire its events.

    Args:
        services: The store.
        part: Its components.
        project: Which one is shared.
    """

    def listed(name: str) -> gr.Dropdown:
        members = members_of(services, name)
        return gr.Dropdown(members, value=members[0] if members else None)

    def done(act: Callable[[Services, str, Any], str]) -> Callable[[str, Any], tuple[Any, str]]:
        def answered(name: str, whom: Any) -> tuple[Any, str]:
            try:
                words = act(services, name, whom)
            except Exception as error:  # noqa: BLE001 - a visitor gets words, whatever happens; the log gets the trace
                return gr.skip(), render.problem(logged_words(error))
            return listed(name), render.note(words)

        return answered

    shown = [part.members, part.status]
    part.share.click(done(shared), [project, part.name], shown, **STORE_QUEUE)
    part.name.submit(done(shared), [project, part.name], shown, **STORE_QUEUE)
    part.unshare.click(done(unshared), [project, part.members], shown, **STORE_QUEUE)
    part.folded.expand(listed, project, part.members, **STORE_QUEUE)
    project.input(listed, project, part.members, **STORE_QUEUE)
