"""Services on the tiny recorded checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.services import Services
from ui.settings import Settings

MODEL = Path(__file__).parents[1] / "data" / "parity" / "checkpoints" / "bert_lstm"


@pytest.fixture(scope="session")
def services() -> Services:
    return Services(Settings(str(MODEL), max_characters=1000, max_labels=5, max_rows=40, max_file_bytes=5000))
