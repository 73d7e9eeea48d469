"""In front of the page: how much one visitor may send, and how often."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.identity import account_in
from ui.settings import Settings

logger = logging.getLogger(__name__)
_NEVER_COUNTED = ("/heartbeat/",)
"""What an open page sends by itself."""


class Gate:
    """Answers 413 to what is too large and 429 to who asks too often; writes a line to the log for each request.

    Args:
        app: What lies behind.
        settings: The limits, and whether this is a Space, whose proxy says where a request comes from.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most_bytes = settings.max_file_bytes
        self._is_behind_proxy = settings.is_behind_proxy
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._rate = None if settings.is_alone else RateLimitItemPerMinute(settings.max_requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = _Told(send)
        started = time.perf_counter()
        try:
            await self._answered(scope, receive, told)
        finally:
            logger.info(
                "request",
                extra={
                    "method": scope["method"], "path": shown_path(scope["path"]), "status": told.status,
                    "ms": round(1000 * (time.perf_counter() - started), 1),
                },
            )  # fmt: skip

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or scope["path"].endswith(_NEVER_COUNTED):
            await self._app(scope, receive, send)
            return
        if self._rate is not None and not self._limiter.hit(self._rate, self._visitor(scope)):
            words = f"You asked more than {self._rate.amount} times within a minute. Wait a little, then try again."
            await JSONResponse({"detail": words}, 429, headers={"Retry-After": "20"})(scope, receive, send)
            return
        # Gradio counts the bytes of uploads itself.
        is_upload = scope["path"].rstrip("/").endswith("/upload")
        if not is_upload and _length(scope) > self._most_bytes:
            await JSONResponse({"detail": self._too_much()}, 413)(scope, receive, send)
            return
        await self._app(scope, receive if is_upload else self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """Return what receives a body of unknown length until it is too large."""
        n_bytes = 0

        async def counted() -> Message:
            nonlocal n_bytes
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > self._most_bytes:
                raise HTTPException(413, self._too_much())
            return message

        return counted

    def _too_much(self) -> str:
        return f"The request has more than the {self._most_bytes:,} bytes that are allowed here. Send less at once."

    def _visitor(self, scope: Scope) -> str:
        person = account_in(scope)
        if person is not None:
            return f"account {person.subject}"
        named = _header(scope, b"x-forwarded-for") if self._is_behind_proxy else ""
        client = scope.get("client")
        return named.partition(",")[0].strip() or (client[0] if client else "unknown")


class _Told:
    """Sends on, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def shown_path(path: str) -> str:
    """Return a path as the log has it: without names of files, which may say what somebody works on."""
    head, is_file, _ = path.partition("file=")
    return f"{head}file=…" if is_file else path[:100]


def _length(scope: Scope) -> int:
    told = _header(scope, b"content-length")
    return int(told) if told.isdecimal() else 0


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
