"""Settings: the command line and the environment, read once."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What the app is started with.

    Attributes:
        model: Checkpoint folder or hub id; None for the embedded one.
        host, port: Where the page is served; None leaves the choice to Gradio (and its environment variables).
        max_characters: Longest text.
        max_labels: Most labels at once, of the entities or of one task.
        max_tasks: Most classification tasks at once.
        max_structures: Most structures at once.
        max_fields: Most fields of a structure.
        max_rows: Most texts of a file.
        max_file_bytes: Largest upload.
        queue_size: Most requests that wait.
    """

    model: str | None = None
    host: str | None = None
    port: int | None = None
    max_characters: int = 100_000
    max_labels: int = 100
    max_tasks: int = 12
    max_structures: int = 12
    max_fields: int = 40
    max_rows: int = 10_000
    max_file_bytes: int = 20_000_000
    queue_size: int = 50


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the command line; where it is silent, `WORKBENCH_MODEL`.

    Args:
        arguments: Without the program's name.
        environment: The process's; Gradio reads GRADIO_SERVER_NAME and GRADIO_SERVER_PORT itself.

    Returns:
        The settings.
    """
    parser = argparse.ArgumentParser(prog="app.py", description="Serves the GLiNER2 Workbench in the browser.")
    parser.add_argument("--host", help="address to listen on (127.0.0.1; 0.0.0.0 for all)")
    parser.add_argument("--port", type=_port, metavar="N", help="port (the first free one from 7860 on)")
    parser.add_argument("--model", help="checkpoint folder or hub id (the embedded checkpoint)")
    args = parser.parse_args(arguments)
    return Settings(args.model or environment.get("WORKBENCH_MODEL") or None, args.host, args.port)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")
    return int(text)
