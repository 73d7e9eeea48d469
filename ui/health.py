"""`/health`: whether this server can do its work, for hosts and people who look after it."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from gliner2_core import __version__
from ui.messages import PageError, is_expected
from ui.services import Services

PATH = "/health"


def health_route(services: Services) -> APIRoute:
    """Return the route; it answers 200 where all is well or still loading, 503 where something does not work."""

    def health() -> Response:
        found = health_of(services)
        return JSONResponse(found, 200 if found["status"] != "failing" else 503, headers={"Cache-Control": "no-store"})

    return APIRoute(PATH, health, methods=["GET", "HEAD"], include_in_schema=False)


def health_of(services: Services) -> dict[str, Any]:
    """Return what works; it holds no text of a user, no path and no secret.

    Returns:
        `status` (`ok`, `starting` or `failing`), `version`, `model` (`loaded`, `error`), `database` (`used`,
        `writable`, `error`) and `backup` (`used`, `age_seconds`, `has_unsaved`, `error`, `refused`).
    """
    model = _model(services)
    database = _database(services)
    backup = _backup(services)
    is_failing = bool(model["error"] or database["error"] or backup["error"])
    is_starting = not model["loaded"] or (backup["used"] and not backup["ready"])
    status = "failing" if is_failing else "starting" if is_starting else "ok"
    return {"status": status, "version": __version__, "model": model, "database": database, "backup": backup}


def _model(services: Services) -> dict[str, Any]:
    error = services.models.failure
    return {"loaded": services.models.is_loaded(), "error": None if error is None else _kind(error)}


def _database(services: Services) -> dict[str, Any]:
    is_used = services.settings.can_store
    found: dict[str, Any] = {"used": is_used, "writable": None, "error": None}
    # A store that nobody has used yet is not made by looking.
    if not is_used or not (services.is_store_open or services.settings.has_store()):
        return found
    try:
        services.whole_store().check_writable()
    except PageError:
        # The backup is being read; it says so itself.
        return found
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that it does not work
        return {**found, "writable": False, "error": _kind(error)}
    return {**found, "writable": True}


def _backup(services: Services) -> dict[str, Any]:
    if services.keeper is None:
        return {"used": False, "error": None}
    state = services.keeper.state
    age = state.age_s()
    return {
        "used": True,
        "ready": state.is_ready,
        "age_seconds": None if age is None else round(age),
        "has_unsaved": state.has_unsaved,
        "error": "failed" if state.error else None,
        "refused": len(state.refused),
    }


def _kind(error: Exception) -> str:
    """Return an error's kind: its words may name paths."""
    return type(error).__name__ if is_expected(error) else "unexpected"
