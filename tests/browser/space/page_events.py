"""The page's events without a page: what a forger would send, with or without somebody's cookie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx


class PageEvents:
    """One visitor's calls.

    Args:
        url: Of the server.
        cookie: As it stands in the header; empty for a visitor without one.
        session: What Gradio tells visitors apart by.
    """

    def __init__(self, url: str, cookie: str = "", session: str = "forged") -> None:
        self._client = httpx.Client(base_url=url, timeout=60, headers={"Cookie": cookie} if cookie else {})
        self._session = session
        config = self._client.get("/config").json()
        self._events: list[dict[str, Any]] = config["dependencies"]
        self._ids: dict[int, str] = {one["id"]: one["props"].get("elem_id") or "" for one in config["components"]}

    def call(self, part: str, trigger: str, values: Mapping[str, Any], **more: Any) -> list[Any]:
        """Send an event of a part; its inputs are named by their ids, the others get null. Returns its outputs."""
        event = next(one for one in self._events if any(self._is(target, part, trigger) for target in one["targets"]))
        data = [values.get(self._ids[one]) for one in event["inputs"]]
        asked = {"data": data, "fn_index": event["id"], "session_hash": self._session, "trigger_id": None, **more}
        answer = self._client.post("/gradio_api/queue/join", json=asked)
        answer.raise_for_status()
        return self._awaited(answer.json()["event_id"])

    def _is(self, target: list[Any], part: str, trigger: str) -> bool:
        return target[0] is not None and self._ids.get(target[0]) == part and target[1] == trigger

    def _awaited(self, event: str) -> list[Any]:
        with self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as stream:
            for line in stream.iter_lines():
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if told.get("msg") == "process_completed" and told.get("event_id") == event:
                    output: list[Any] = told["output"].get("data") or [told["output"].get("error")]
                    return output
        raise AssertionError(f"event {event} was not answered")
