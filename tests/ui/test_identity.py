"""Whose a correction is, and who may enter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from gradio.context import LocalContext

from ui import identity
from ui.handlers.annotation import ORDERS, SHOWN, asked_queue


@pytest.fixture
def ann() -> Iterator[None]:
    token = LocalContext.request.set(SimpleNamespace(username="ann"))  # type: ignore[arg-type]
    yield
    LocalContext.request.reset(token)


@pytest.mark.usefixtures("ann")
def test_who_signed_in_counts_whatever_is_typed() -> None:
    assert identity.annotator_of("mallory") == identity.annotator_of(None) == "ann"
    assert asked_queue("default", "mallory", next(iter(SHOWN)), next(iter(ORDERS)), "").annotator == "ann"


def test_without_a_sign_in_the_typed_name_counts() -> None:
    assert identity.signed_in() is None
    assert identity.annotator_of(" bob ") == "bob"


@pytest.mark.parametrize(
    ("name", "password", "may"),
    [
        ("ann", "right password", True),
        ("ann", "wrong", False),
        ("ann", "", False),
        ("ann", "right passwörd", False),
        ("", "right password", False),
        ("a" * 101, "right password", False),
    ],
)
def test_a_name_and_the_password_are_needed(name: str, password: str, may: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "PAUSE_S", 0)
    check = identity.password_check("right password")
    # In a thread of its own: the browser tests leave an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(check(name, password))).result(10) is may  # type: ignore[arg-type]
