"""Command line and environment."""

from __future__ import annotations

import pytest

from ui.settings import Settings, read_settings


def test_defaults_leave_address_and_model_open() -> None:
    assert read_settings([], {}) == Settings(None, None, None)


def test_command_line_wins_over_the_environment() -> None:
    found = read_settings(["--host", "0.0.0.0", "--port", "80", "--model", "m"], {"WORKBENCH_MODEL": "other"})
    assert (found.host, found.port, found.model) == ("0.0.0.0", 80, "m")


def test_environment_names_the_model() -> None:
    assert read_settings([], {"WORKBENCH_MODEL": "folder"}).model == "folder"


def test_wrong_port_ends_with_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--port", "x"], {})
    assert "argument --port: 'x' is no port: give a number from 1 to 65535" in capsys.readouterr().err
