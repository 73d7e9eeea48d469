"""The running app, called by a program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser
TEXT = "Zoë 🎉 flew to Rome"


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[Client]:
    opened = Client(url, verbose=False, analytics_enabled=False)
    yield opened
    opened.close()


def test_only_the_programs_endpoints_are_public(client: Client) -> None:
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert sorted(described["named_endpoints"]) == ["/classify_text", "/extract", "/extract_entities", "/extract_structure"]
    assert described["unnamed_endpoints"] == {}
    names = [one["parameter_name"] for one in described["named_endpoints"]["/extract_entities"]["parameters"]]
    assert names == ["text", "labels", "threshold"]


def test_entities_come_with_offsets(client: Client) -> None:
    found = client.predict(TEXT, ["city", "person"], threshold=0.0, api_name="/extract_entities")["entities"]
    assert list(found) == ["city", "person"]
    assert found["city"]
    assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in found["city"])


def test_the_lines_of_the_readme_run_as_printed(url: str) -> None:
    (block,) = re.findall(r"```py\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(block.replace("http://127.0.0.1:7860", url), names)
    names["client"].close()
    assert list(names["found"]["entities"]) == ["city", "person"]


def test_the_other_endpoints_answer(client: Client) -> None:
    assert client.predict(TEXT, "mood", ["good", "bad"], api_name="/classify_text")["mood"]["label"] in {"good", "bad"}
    many = client.predict(TEXT, "mood", ["good", "bad"], True, api_name="/classify_text")
    assert isinstance(many["mood"], list)
    filled = client.predict(TEXT, "trip", ["city", "by::[air|rail]::str"], 0.0, api_name="/extract_structure")
    assert all(set(one) == {"city", "by"} for one in filled["trip"])
    whole = client.predict(TEXT, {"entities": ["city"], "relations": ["visits"]}, api_name="/extract")
    assert set(whole) == {"entities", "relation_extraction"}
    json.dumps(whole)


@pytest.mark.parametrize(
    ("endpoint", "given", "words"),
    [
        ("/extract_entities", ["", ["city"]], "Type or paste a text first"),
        ("/extract_entities", [7, ["city"]], "must be a string"),
        ("/extract_entities", [TEXT, []], "label"),
        ("/extract_entities", [TEXT, ["a", "a"]], "'a'"),
        ("/extract_entities", [TEXT, ["a"], 2], "between 0 and 1"),
        ("/extract_structure", [TEXT, "a", ["b::[x"]], "lack a bracket"),
        ("/classify_text", [TEXT, "a", "b"], "`labels` must be a list"),
        ("/extract", [TEXT, {"entity": ["a"]}], "entity"),
    ],
)
def test_wrong_calls_get_words(client: Client, endpoint: str, given: list[Any], words: str) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(*given, api_name=endpoint)
    assert words in str(caught.value)
