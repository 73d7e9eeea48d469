"""Too much at once is refused with its number, wherever it comes from; nothing is cut off in silence."""

from __future__ import annotations

from typing import Any

import pytest

from gliner2_core import Schema
from ui.card_list.cards import checked_cards
from ui.forms.builder import read_structures
from ui.forms.limits import within_limits
from ui.forms.structures import structure_card
from ui.forms.tasks import task_card
from ui.forms.whole import read_classifications
from ui.messages import PageError
from ui.settings import Settings

SMALL = Settings(max_labels=3, max_tasks=2, max_structures=2, max_fields=2)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"entities": list("abcd")}, "4 labels are more than the 3 allowed at once"),
        ({"relations": list("abcd")}, "4 relations are more than the 3"),
        ({"structures": {name: {"fields": [{"name": "x"}]} for name in "abc"}}, "3 structures are more than the 2"),
        ({"structures": {"a": {"fields": [{"name": "x", "choices": ["only"]}]}}}, "field “x”: “only” is its only choice"),
        ({"structures": {"a": {"fields": [{"name": name} for name in "xyz"]}}}, "3 fields of “a” are more than the 2"),
        ({"classifications": [{"task": name, "labels": ["x", "y"]} for name in "abc"]}, "3 tasks are more than the 2"),
        ({"classifications": [{"task": "a", "labels": list("wxyz")}]}, "4 labels of “a” are more than the 3"),
    ],
)
def test_too_much_is_refused_with_its_number(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(PageError) as raised:
        within_limits(SMALL, Schema.from_dict(schema))
    assert words in str(raised.value)


def test_what_fits_comes_through() -> None:
    schema = Schema().entities(list("abc")).classification("t", ["x", "y"])
    assert within_limits(SMALL, schema) is schema


def test_cards_beyond_the_limit_are_refused_not_cut_off() -> None:
    structure, task = structure_card(2, 2), task_card(2)
    fields = [{"name": name} for name in "xyz"]
    many = checked_cards(structure, [{"name": name, "fields": fields[:1]} for name in "abc"])
    with pytest.raises(PageError, match="3 structures are more than the 2 allowed"):
        read_structures(SMALL, many, "", "", [])
    wide = checked_cards(structure, [{"name": "a", "fields": fields}])
    with pytest.raises(PageError, match="3 fields of “a” are more than the 2 allowed"):
        read_structures(SMALL, wide, "", "", [])
    tasks = checked_cards(task, [{"name": name, "labels": "x, y"} for name in "abc"])
    with pytest.raises(PageError, match="3 tasks are more than the 2 allowed"):
        read_classifications(SMALL, tasks)
