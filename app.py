"""Starts the workbench in the browser: `python app.py [--host H] [--port N] [--model M]`."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from ui.services import Services
from ui.settings import read_settings
from ui.workbench import build_app, launch

services = Services(read_settings(sys.argv[1:], os.environ))
app = build_app(services)

if __name__ == "__main__":
    launch(app, services)
