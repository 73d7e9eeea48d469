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
    assert not fresh.models.is_loaded()
    fresh.warm_up()
    assert fresh.models.is_loaded()
    assert fresh.models.extractor() is fresh.models.extractor()


def test_a_model_that_cannot_be_loaded_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing = Services(Settings(models=(str(tmp_path / "nothing"),)))
    with caplog.at_level(logging.WARNING):
        missing.warm_up()
    assert not missing.models.is_loaded()
    assert "nothing cannot be loaded" in caplog.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "99999"], "'99999' is no port: give a number from 1 to 65535"),
        (["--port", "x"], "'x' is no port"),
        (["--host", "999.1.1.1"], "--host 999.1.1.1: there is no such address"),
        (["--model", "/no/such/folder"], "--model /no/such/folder: there is no such folder"),
    ],
)
def test_options_that_cannot_work_end_the_start_with_one_line(options: list[str], words: str) -> None:
    command = [sys.executable, "app.py", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port), "--model", str(BERT)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"Port {port} is taken. Choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr
