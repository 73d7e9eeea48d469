"""What holds for every test: no request leaves the machine."""

from __future__ import annotations

import os

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
