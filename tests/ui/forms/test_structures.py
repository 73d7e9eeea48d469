"""Structure cards to a schema and back."""

from __future__ import annotations

from typing import Any

import pytest

from gliner2_core import RegexValidator, Schema
from ui.forms.structures import add_structures, structure_card, write_structures
from ui.messages import PageError

BLANK = structure_card(3, 5).blank()
FIELD = BLANK["fields"][0]
PRICE = {**FIELD, "name": "price"}
BROKEN = {"pattern": "(", "mode": "full", "exclude": False, "case": False}


def with_fields(*fields: dict[str, Any], name: str = "product") -> list[dict[str, Any]]:
    return [{"name": name, "fields": list(fields)}]


def test_every_input_of_a_card_reaches_the_schema() -> None:
    rule = {"pattern": r"\d+", "mode": "partial", "exclude": True, "case": True}
    card = {
        **PRICE,
        "dtype": "str",
        "threshold": "0,4",
        "description": " What it costs ",
        "rules": [rule],
    }
    kind = {**FIELD, "name": "kind", "choices": "food\n drink, hot \n\nother"}
    (task,) = add_structures(Schema(), with_fields(card, kind)).tasks().structures
    price, chosen = task.fields
    assert (price.dtype, price.threshold, price.description) == ("str", 0.4, "What it costs")
    assert price.validators == (RegexValidator(r"\d+", "partial", True, 0),)
    assert chosen.choices == ("food", "drink, hot", "other")
    assert chosen.dtype == "list"


def test_one_line_of_choices_is_parted_at_commas() -> None:
    (task,) = add_structures(Schema(), with_fields({**PRICE, "choices": "low, high,"})).tasks().structures
    assert task.fields[0].choices == ("low", "high")


def test_cards_of_a_schema_are_read_back_to_it() -> None:
    schema = Schema()
    rules = [RegexValidator("[a-z]+"), RegexValidator("x", "partial", True, 0)]
    schema.structure("order").field("number", "str", None, "Its number", 0.25, rules).field("kind", "list", ["a, b", "c"])
    schema.structure("person").field("name").field("size", "str", ["S", "M"])
    assert add_structures(Schema(), write_structures(schema.tasks().structures)) == schema


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        ([{"name": " ", "fields": [PRICE]}], "Structure 1 has no name"),
        (with_fields(PRICE) * 2, "Two structures are called “product”"),
        (with_fields(), "Structure “product” has no field"),
        (with_fields(PRICE, FIELD), "field 2 has no name"),
        (with_fields(PRICE, {**PRICE, "name": "price "}), "two fields called “price”"),
        (with_fields({**PRICE, "choices": "a, a"}), "field “price”"),
        (with_fields({**PRICE, "threshold": "2"}), "field “price”: “2” is no threshold"),
        (with_fields({**PRICE, "rules": [BROKEN]}), "regular expression"),
        (with_fields({**PRICE, "name": "a [C] b"}), "[C]"),
    ],
)  # fmt: skip
def test_cards_that_cannot_be_used_are_refused_with_words(cards: Any, words: str) -> None:
    with pytest.raises(PageError) as caught:
        add_structures(Schema(), cards)
    assert words in str(caught.value)
