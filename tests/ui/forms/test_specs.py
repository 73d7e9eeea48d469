"""Structures as field-spec strings, read and written."""

from __future__ import annotations

from typing import Any

import pytest

from gliner2_core import RegexValidator, Schema
from gliner2_core.errors import SchemaError
from gliner2_core.field_specs import make_field
from ui.forms.specs import parse_specs, write_specs
from ui.messages import PageError

TEXT = "product\n  name::str::Full name\n  kind::[food|drink]::str\n  features::list\nshop\n  city::list"


def test_specs_are_written_and_read_back() -> None:
    structures = parse_specs(TEXT)
    assert [(one.name, [field.name for field in one.fields]) for one in structures] == [
        ("product", ["name", "kind", "features"]), ("shop", ["city"]),
    ]  # fmt: skip
    assert structures[0].fields[1].choices == ("food", "drink")
    assert write_specs(structures) == TEXT


def test_a_colon_after_a_structure_s_name_is_none_of_it() -> None:
    assert [one.name for one in parse_specs("order:\n  number\nbill :\n  sum")] == ["order", "bill"]


def test_json_as_extract_json_takes_it_is_read_too() -> None:
    assert parse_specs('{"product": ["name::str::Full name", "kind::[food|drink]::str", "features"], "shop": ["city"]}') == (
        parse_specs(TEXT)
    )


def test_what_a_spec_has_no_place_for_is_kept() -> None:
    schema = Schema()
    schema.structure("product").field("name", "list", None, "Its name", 0.2, [RegexValidator("a+")]).field("price")
    found = parse_specs("product\n  name::str::Its full name\n  weight\nshop\n  name", schema.tasks().structures)
    name, weight = found[0].fields
    assert (name.dtype, name.description, name.threshold) == ("str", "Its full name", 0.2)
    assert name.validators == (RegexValidator("a+"),)
    assert (weight.threshold, found[1].fields[0].threshold) == (None, None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("product\n  title\n  price", ["title", "price"]),
        ("item\n  name\n  cost", ["name", "cost"]),
    ],
)
def test_a_field_that_is_renamed_keeps_its_rules_and_threshold(text: str, names: list[str]) -> None:
    schema = Schema()
    schema.structure("product").field("name", "list", None, None, 0.2, [RegexValidator("a+")]).field("price", threshold=0.3)
    fields = parse_specs(text, schema.tasks().structures)[0].fields
    assert [field.name for field in fields] == names
    assert [field.threshold for field in fields] == [0.2, 0.3]
    assert fields[0].validators == (RegexValidator("a+"),)


def test_a_field_put_before_another_takes_nothing_from_it() -> None:
    schema = Schema()
    schema.structure("product").field("name", threshold=0.2)
    new, name = parse_specs("product\n  brand\n  name", schema.tasks().structures)[0].fields
    assert (new.threshold, name.threshold) == (None, 0.2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  name", "Line 1 is a field without a structure"),
        ("a\n  b\n:\n  c", "Line 3 has no name before its colon"),
        ("a\n  b\n\na\n  c", "Line 4: two structures are called “a”"),
        ("a\n  b\n  b", "Line 3: structure “a” has two fields called “b”"),
        ("a\n  b\nc", "Structure “c” has no field"),
        ("a\n  b::[x|y", "line 2"),
        ("a\n  ::str", "line 2"),
        ('{"a": ["b"', "begins like JSON but is none"),
        ('{"a": ["b"], "a": ["c"]}', "the key 'a' comes twice"),
        ('{"a": "b"}', "must be a list of field specs"),
    ],
)
def test_lines_that_cannot_be_read_are_named(text: str, words: str) -> None:
    with pytest.raises(PageError) as caught:
        parse_specs(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("structure", "field"),
    [
        ("a", {"name": "b", "description": "x::y"}),
        ("a", {"name": "b", "description": "x\ny"}),
        ("a", {"name": "b::c"}),
        ("a", {"name": " b"}),
        ("a", {"name": "b", "choices": ["x|y", "z"]}),
        ("{a", {"name": "b"}),
        ("a:", {"name": "b"}),
    ],
)
def test_what_a_spec_cannot_hold_is_refused(structure: str, field: dict[str, Any]) -> None:
    schema = Schema()
    schema.structure(structure)
    schema.add_field(structure, make_field(**field))
    with pytest.raises(SchemaError, match=r"cannot be written as a spec string|read as something else"):
        write_specs(schema.tasks().structures)
