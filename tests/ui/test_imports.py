"""What importing the page costs: no torch, no model, and a tab's own modules in a moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = """
import sys
import {module}
heavy = ("torch", "transformers", "peft", "accelerate", "sqlalchemy", "alembic")
print(",".join(one for one in heavy if one in sys.modules))
"""


@pytest.mark.parametrize("module", ["ui.tabs.entities", "ui.tabs.classification", "ui.tabs.structures", "ui.workbench"])
def test_a_tab_is_imported_without_the_heavy_libraries(module: str) -> None:
    command = [sys.executable, "-c", LINES.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == ""
