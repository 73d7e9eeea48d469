"""A running Space with accounts, and ways to be somebody there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import serving
from tests.ui.fake_provider import Provider, fake_provider


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="package")
def provider() -> Iterator[Provider]:
    with fake_provider() as serving_it:
        yield serving_it


@pytest.fixture(scope="package")
def space(folder: Path, provider: Provider) -> Iterator[str]:
    backups = ("--backup", str(folder / "shelf"))
    with serving(folder, *backups, more={**provider.environment(), "WORKBENCH_MAX_FILE_BYTES": "200000"}) as url:
        yield url


@pytest.fixture
def visitor(chromium: Browser, space: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(space)
    yield page
    context.close()


def cookie_of(space: str, provider: Provider, account: tuple[str, str]) -> str:
    """Sign in without a browser; returns the cookie's header."""
    provider.account = account
    with httpx.Client() as client:
        first = client.get(f"{space}/login/huggingface")
        mine = first.headers["set-cookie"].partition(";")[0]
        back = httpx.get(first.headers["location"]).headers["location"]
        assert urlsplit(back).path == "/login/callback"
        done = client.get(back, headers={"Cookie": mine})
        return str(done.headers["set-cookie"].partition(";")[0])
