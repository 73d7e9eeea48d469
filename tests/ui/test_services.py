"""The model behind the page: loaded once, ahead of the first visitor; and a port that is taken."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_model import BERT
from ui.services import Services
from ui.settings import Settings

ROOT = Path(__file__).parents[2]


def test_warming_up_loads_the_model_once(services: Services) -> None:
    fresh = Services(services.settings)
    assert not fresh.is_loaded
    fresh.warm_up()
    assert fresh.is_loaded
    assert fresh.extractor() is fresh.extractor()


def test_a_model_that_cannot_be_loaded_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing = Services(Settings(model=str(tmp_path / "nothing")))
    with caplog.at_level(logging.WARNING):
        missing.warm_up()
    assert not missing.is_loaded
    assert "nothing cannot be loaded" in caplog.text


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port), "--model", str(BERT)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
