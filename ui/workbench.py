"""The whole page: joins the tabs; theme, style and script go to launch."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from gliner2_core import __version__
from ui.gate import Gate
from ui.health import health_route
from ui.identity import password_check
from ui.programs import build_programs
from ui.services import Services
from ui.settings import Settings
from ui.tabs.classification import build_classification_tab
from ui.tabs.corrections import build_corrections_tab
from ui.tabs.corrections_events import wire_corrections_tab
from ui.tabs.entities import build_entities_tab
from ui.tabs.kept_part import wire_kept
from ui.tabs.links_part import wire_links
from ui.tabs.model_bar import ModelChoice, build_model_bar, wire_model_bar
from ui.tabs.structures import build_structures_tab
from ui.tabs.undo_part import UndoPart

logger = logging.getLogger(__name__)
_HERE = Path(__file__).parent
TITLE = "GLiNER2 Workbench"
HEAD = (
    f'<div class="wb-head"><h1>{TITLE}</h1><p>Type a text and say in plain words what to find. A small model finds it on '
    "this machine; %s.</p></div>"
)
FOOT = f'<p class="wb-foot">{TITLE} {__version__}%s</p>'
SIGN_OUT = ' · <a href="logout">Sign out</a>'
TABS = (
    ("Entities", "entity", build_entities_tab),
    ("Classification", "class", build_classification_tab),
    ("Structures", "structure", build_structures_tab),
)
"""Title, id and builder; a tab is added here."""


def build_app(services: Services) -> gr.Blocks:
    """Build the page; opens and loads nothing.

    Args:
        services: What the handlers work with.

    Returns:
        The app, to be started with `launch`.
    """
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 24 * 3600)) as app:
        gr.HTML(HEAD % ("nothing leaves it" if services.keeper is None else "only corrections are copied, to the backup"))
        bar = build_model_bar(services)
        opened = gr.HTML("", elem_id="wb-opened", elem_classes="wb-schema-status")
        with gr.Tabs() as tabs:
            parts = [_build_tab(services, bar.choice, *tab) for tab in TABS]
            if services.settings.can_store:
                with gr.Tab("Corrections", id="corrections") as corrections:
                    built = build_corrections_tab(services, [title for title, *_ in TABS])
                    wire_corrections_tab(services, app, built, corrections, [part.inputs for part in parts], bar)
        gr.HTML(FOOT % (SIGN_OUT if services.settings.password else ""))
        wire_model_bar(services, app, bar)
        wire_links(services, app, tabs, parts, opened)
        wire_kept(app, tabs, [part.inputs for part in parts], opened)
        build_programs(services)
    app.queue(max_size=services.settings.queue_size, api_open=False)
    return app


def _build_tab(
    services: Services,
    choice: ModelChoice,
    title: str,
    id_: str,
    build: Callable[[Services, ModelChoice], UndoPart],
) -> UndoPart:
    with gr.Tab(title, id=id_):
        return build(services, choice)


def launch(app: gr.Blocks, services: Services) -> None:
    """Serve the page until interrupted; loads the model meanwhile, so that the first visitor need not wait.

    Raises:
        SystemExit: If a model's folder or the host is not there, the port is taken, or a package is missing; says which.
    """
    settings = services.settings
    for model in settings.models:
        if model.startswith(("/", ".", "~")) and not Path(model).expanduser().is_dir():
            raise SystemExit(f"--model {model}: there is no such folder")
    if settings.mcp and find_spec("mcp") is None:
        raise SystemExit('--mcp needs one more package: pip install "gradio[mcp]"')
    _check_host(settings.host)
    if settings.can_store and settings.password is None and not settings.is_alone:
        logger.warning("everybody who reaches this page can read and change its corrections; set WORKBENCH_PASSWORD")
    threading.Thread(target=services.take_up, daemon=True).start()
    threading.Thread(target=_warm_up, args=(services,), daemon=True).start()
    # So hosts end a container: what is running ends as with Ctrl+C, and the last snapshot is made.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app.launch(**_launch_options(services))
    except OSError as error:
        if settings.port is None:
            raise
        raise SystemExit(
            f"Port {settings.port} is taken. Choose another with --port, or leave it out to take the first free one."
        ) from error
    finally:
        services.close()


def _warm_up(services: Services) -> None:
    services.warm_up()
    # What is loaded stays. The collector went through all of it every few requests, which held them up by 0.15 s.
    gc.collect()
    gc.freeze()


def _check_host(host: str | None) -> None:
    try:
        socket.getaddrinfo(host or None, 0)
    except (OSError, UnicodeError) as error:
        raise SystemExit(f"--host {host}: there is no such address on this machine ({error})") from error


def _launch_options(services: Services) -> dict[str, Any]:
    """Return address, limits, theme and style. No font or script comes from outside."""
    settings = services.settings
    system = ["ui-sans-serif", "system-ui", "sans-serif"]
    theme = gr.themes.Soft(
        primary_hue="indigo", neutral_hue="slate", font=system, font_mono=["ui-monospace", "Consolas", "monospace"]
    ).set(
        # The default greys are too pale to read.
        block_info_text_color="*neutral_700",
        block_info_text_color_dark="*neutral_200",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_title_text_color="*primary_800",
        block_title_text_color_dark="*primary_100",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
    )
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "max_file_size": settings.max_file_bytes,
        "theme": theme,
        "css": (_HERE / "workbench.css").read_text(encoding="utf-8"),
        "js": (_HERE / "workbench.js").read_text(encoding="utf-8"),
        "run_history": False,
        "footer_links": [],
        "share": False,
        # A program that sends too few values is told so; the page's own events tell everything themselves.
        "show_error": True,
        "mcp_server": settings.mcp,
        "app_kwargs": {"routes": [health_route(services)], "middleware": [Middleware(Gate, settings)]},
        "ssr_mode": False,
        "i18n": gr.I18n(en={"common.complete": "Done"}),
        **_sign_in(settings),
        # Gradio's own look at the page ends the app where the answer takes 3 seconds, as on a busy machine (Gradio 6.31).
        "_frontend": False,
    }


def _sign_in(settings: Settings) -> dict[str, Any]:
    if settings.password is None:
        return {}
    words = "Your name stands beside your corrections. The password is that of this page."
    return {"auth": password_check(settings.password), "auth_message": words}
