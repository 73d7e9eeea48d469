"""Services around the smallest recorded checkpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tiny_model import BERT
from ui.services import Services
from ui.settings import Settings

SMALL = Settings(models=(str(BERT),), max_characters=400, max_labels=5, max_rows=3, max_file_bytes=2_000)


@pytest.fixture(scope="session")
def services() -> Services:
    return Services(SMALL)


@pytest.fixture(scope="session")
def roomy(services: Services) -> Services:
    larger = Services(replace(SMALL, max_rows=1_000, max_file_bytes=1_000_000))
    larger.models = services.models
    return larger
