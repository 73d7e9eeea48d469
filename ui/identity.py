"""Who is at the page: with a password, the name that a visitor signed in with; without one, whatever name is typed."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from gradio.context import LocalContext

LONGEST_NAME = 100
"""Characters."""
PAUSE_S = 1.0
"""After a wrong password: guessing takes long."""


def signed_in() -> str | None:
    """Return the name that the request's visitor signed in with; None where nobody has to."""
    request = LocalContext.request.get(None)
    name = getattr(request, "username", None)
    return name if isinstance(name, str) and name else None


def annotator_of(typed: str | None) -> str:
    """Return whose a correction is: who signed in, whatever a request says; else the typed name."""
    return signed_in() or (typed or "").strip()


def password_check(password: str) -> Callable[[str, str], Awaitable[bool]]:
    """Return what decides whether a visitor may enter: anybody with a name who knows the password."""

    async def may_enter(name: str, given: str) -> bool:
        is_right = hmac.compare_digest(given.encode(), password.encode())
        if is_right and 0 < len(name.strip()) <= LONGEST_NAME:
            return True
        await asyncio.sleep(PAUSE_S)
        return False

    return may_enter
