"""Runs the commands that the page shows, as a user in the checkout would, but with files in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_in_shell(command: str, folder: Path) -> str:
    """Return what a command of the page prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = command.replace("python ", f"{sys.executable} ", 1)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
