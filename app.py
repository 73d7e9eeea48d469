"""Starts the workbench in the browser: `python app.py [--host H] [--port N] [--model M]`."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from ui.command_line import read_settings
from ui.logs import write_json_lines
from ui.services import Services
from ui.workbench import build_app, launch

settings = read_settings(sys.argv[1:], os.environ)
if settings.has_json_log:
    write_json_lines()
services = Services(settings)
app = build_app(services)

if __name__ == "__main__":
    launch(app, services)
