"""The running app as tools of an MCP client."""

from __future__ import annotations

import ast
import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import serving

pytestmark = pytest.mark.browser
ENDPOINTS = ["classify_text", "extract", "extract_entities", "extract_structure"]


async def _talk(address: str) -> tuple[list[Any], Any, Any]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with (
        streamable_http_client(f"{address}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        tools = (await session.list_tools()).tools
        name = next(tool.name for tool in tools if tool.name.endswith("extract_entities"))
        found = await session.call_tool(name, {"text": "Zoë flew to Rome", "labels": ["city"], "threshold": 0.0})
        wrong = await session.call_tool(name, {"text": "", "labels": ["city"], "threshold": 0.0})
        return tools, found, wrong


def test_a_client_finds_the_tools_and_gets_answers(tmp_path: Path) -> None:
    # In a thread of its own: this one belongs to the browser's event loop.
    with serving(tmp_path, "--mcp") as address, ThreadPoolExecutor(1) as thread:
        tools, found, wrong = thread.submit(lambda: asyncio.run(_talk(address))).result()
    assert sorted(tool.name for tool in tools) == ENDPOINTS
    entities = next(tool for tool in tools if tool.name == "extract_entities")
    assert "Find entities in a text" in entities.description
    assert set(entities.inputSchema["properties"]) == {"text", "labels", "threshold"}
    # Gradio writes an answer as Python does, not as JSON.
    spans = ast.literal_eval(found.content[0].text)["entities"]["city"]
    assert spans
    assert all("Zoë flew to Rome"[one["start"] : one["end"]] == one["text"] for one in spans)
    assert wrong.isError
    assert "Type or paste a text first" in wrong.content[0].text
