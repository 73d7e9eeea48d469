"""Who is at the page: an account of the hub, a name with the page's password, or whatever name is typed."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gradio.context import LocalContext

from storage.people import Person

LONGEST_NAME = 100
"""Characters."""
PAUSE_S = 1.0
"""After a wrong password: guessing takes long."""


def signed_in() -> str | None:
    """Return the name that the request's visitor signed in with; None where nobody has to, or did."""
    request = LocalContext.request.get(None)
    name = getattr(request, "username", None)
    if isinstance(name, str) and name:
        return name
    person = account()
    return person.name if person else None


def account() -> Person | None:
    """Return the account that the request's visitor signed in with; None without one.

    What counts is the cookie that this server signed, nothing that a page or a program sends beside it.
    """
    request = getattr(LocalContext.request.get(None), "request", None)
    return account_in(getattr(request, "scope", {}))


def account_in(scope: Mapping[str, Any]) -> Person | None:
    """Return the account of an ASGI request, as Gradio's sign-in with the hub left it there; None without one."""
    info = (scope.get("session") or {}).get("oauth_info") or {}
    user = info.get("userinfo") or {}
    subject, name = user.get("sub"), user.get("preferred_username")
    if not subject or not name or "/" in name or info.get("expires_at", 0) < time.time():
        return None
    return Person(str(subject), str(name))


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
