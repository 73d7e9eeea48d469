"""Cards: what a browser sends is held to their inputs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ui.card_list import CardInput, CardList, CardSpec
from ui.card_list.cards import MOST_CARDS

FIELD = CardSpec(
    "field", "name", (CardInput("name", "Name"), CardInput("kind", "Kind", "choice", options=(("a", "A"), ("b", "B")))), 2
)
SPEC = CardSpec(
    "task",
    "name",
    (
        CardInput("name", "Name"),
        CardInput("several", "Several", "check"),
        CardInput("fields", "Fields", "cards", card=FIELD),
    ),
    3,
    start={"name": "new"},
)
EMPTY = {"name": "", "several": False, "fields": []}


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        (None, []),
        ("nonsense", []),
        ({"name": "x"}, []),
        ([1, None, {"name": "x"}], [{**EMPTY, "name": "x"}]),
        ([{"name": 3, "several": "yes", "fields": "x", "other": 1}], [EMPTY]),
        ([{"several": True, "fields": [{"name": "a", "kind": "c"}]}],
         [{**EMPTY, "several": True, "fields": [{"name": "a", "kind": "a"}]}]),
        ([{"fields": [{}, {}, {}]}], [{**EMPTY, "fields": [{"name": "", "kind": "a"}] * 3}]),
        ([{}] * 9, [EMPTY] * 9),
        ([{}] * (MOST_CARDS + 1), [EMPTY] * MOST_CARDS),
    ],
)  # fmt: skip
def test_what_a_browser_sends_is_held_to_the_inputs(payload: Any, kept: list[dict[str, Any]]) -> None:
    assert CardList(SPEC).preprocess(payload) == kept


def test_json_text_is_read_and_broken_json_is_empty() -> None:
    cards = CardList(SPEC)
    assert cards.preprocess(json.dumps([{"name": "x"}])) == [{**EMPTY, "name": "x"}]
    assert cards.preprocess("[{") == []


def test_a_new_card_starts_with_its_values() -> None:
    assert SPEC.blank() == {**EMPTY, "name": "new"}
    told = SPEC.to_dict()
    assert told["add"] == "Add a task"
    assert told["inputs"][2]["card"]["most"] == 2
