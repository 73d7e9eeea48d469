"""Schemas as files, links and texts that can be edited."""

from __future__ import annotations

import base64
import json
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gliner2_core import RegexValidator, Schema
from gliner2_core.errors import Gliner2Error, SchemaError
from ui.code_edit import Edited
from ui.forms.builder import STRUCTURE_FORM, read_structures, texts_of, write_whole
from ui.forms.structures import write_structures
from ui.forms.whole import CLASSIFICATION_FORM, ENTITY_FORM
from ui.handlers.links import LONGEST, MOST_BYTES, PREFIX, Shared, read_link, write_link
from ui.handlers.schema_files import open_schema
from ui.handlers.schema_texts import form_from_json, form_from_specs, says_the_same
from ui.messages import PageError
from ui.services import Services

SCHEMA = Schema().add_structures({"order": ["number::str::Its number", "kind::[a|b]::str"]}).entities(["person"])


def fragment_of(data: Any) -> str:
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode())).decode().rstrip("=")


def test_a_link_opens_what_was_shared() -> None:
    shared = Shared("structure", "🎉 A “text”\nwith <b>markup</b>", SCHEMA, (0.4, "allow"))
    fragment = write_link(shared)
    assert read_link(fragment) == shared
    assert fragment.isascii()
    assert "text" not in fragment


def test_a_text_too_long_for_a_link_is_refused() -> None:
    text = " ".join(str(number * 7919 % 100_003) for number in range(5_000))
    with pytest.raises(PageError, match="save the schema as a file"):
        write_link(Shared("entity", text, SCHEMA))
    assert len(write_link(Shared("entity", "word " * 5_000, SCHEMA))) < LONGEST


@pytest.mark.parametrize("fragment", ["section-2", "wide.abc"])
def test_other_fragments_open_nothing(fragment: str) -> None:
    with pytest.raises(PageError, match=f"“#{fragment}”, which opens nothing here"):
        read_link(fragment)


def test_a_link_of_another_version_is_named_as_such() -> None:
    with pytest.raises(PageError, match="made by another version"):
        read_link("w2.abc")


GOOD = {"tab": "entity", "text": "x", "schema": {"entities": ["a"]}, "options": [0.5]}


@pytest.mark.parametrize(
    "fragment",
    [
        PREFIX,
        PREFIX + "ÄÖÜ",
        PREFIX + "AAAA",
        fragment_of(GOOD)[:-9],
        fragment_of([]),
        fragment_of({**GOOD, "text": 7}),
        fragment_of({**GOOD, "options": [{"value": 1}]}),
        fragment_of({**GOOD, "text": "x" * MOST_BYTES}),
        PREFIX + base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(),
    ],
)
def test_a_damaged_link_is_refused_with_words(fragment: str) -> None:
    with pytest.raises(PageError, match="This link is damaged"):
        read_link(fragment)


def test_a_link_with_a_broken_schema_names_the_place() -> None:
    with pytest.raises(SchemaError, match="entities"):
        read_link(fragment_of({**GOOD, "schema": {"entities": ["a", "a"]}}))


def test_a_schema_file_fills_the_tab_and_says_what_it_left_out(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_text(SCHEMA.to_json(), encoding="utf-8-sig")
    values, words = open_schema(services, STRUCTURE_FORM, str(path))
    assert STRUCTURE_FORM.read(services.settings, *values) == SCHEMA
    assert words == "“order.json” is loaded."
    values, words = open_schema(services, ENTITY_FORM, str(path))
    assert values == ("person",)
    assert "no place for: structures" in words
    with pytest.raises(PageError, match="no place for entities and structures"):
        open_schema(services, CLASSIFICATION_FORM, str(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "“s.json”: the schema is not JSON"),
        (b'"person"', "a schema must be a JSON object"),
        (b'{"structures": {"a": {"fields": ["b", "b::[x"]}}}', "structures.a.fields[1]"),
        (b'{"entities": {"a": {"validators": [{"pattern": "("}]}}}', "regular expression"),
        ("{'ü'}".encode("latin-1"), "is not UTF-8 (byte 2)"),
        (b" " * 1_000_001, "1,000,001 bytes"),
    ],
)
def test_a_file_that_is_no_schema_is_refused_with_words(
    services: Services, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content)
    with pytest.raises((PageError, Gliner2Error)) as caught:
        open_schema(services, STRUCTURE_FORM, str(path))
    assert words in str(caught.value)


def test_texts_follow_the_form_and_the_form_the_texts(services: Services) -> None:
    form = write_whole(SCHEMA)
    json, specs = form[4:]
    assert Schema.from_json(json.text) == SCHEMA
    assert specs == Edited("order\n  number::str::Its number\n  kind::[a|b]::str")
    assert form_from_json(services, json.text)[0] == form
    cards, *_, json, specs = form_from_specs(services, specs.text + "\n  date", *form[:4])
    assert [field["name"] for field in cards[0]["fields"]] == ["number", "kind", "date"]
    assert Schema.from_json(json.text).to_dict()["entities"] == {"person": {}}
    assert specs.text.endswith("\n  date")


def test_a_text_that_is_newer_than_the_form_counts(services: Services) -> None:
    form, read = write_whole(SCHEMA), partial(read_structures, services.settings)
    typed = Edited('{"entities": {"city": {}}}', is_typed=True)
    assert read(*form[:4], typed, form[5]).to_dict() == {"entities": {"city": {}}}
    both = read(*form[:4], form[4], Edited("trip\n  city", is_typed=True)).to_dict()
    assert list(both["structures"]) == ["trip"]
    assert both["entities"] == {"person": {}}
    for wrong in ((Edited("{", is_typed=True), form[5]), (form[4], Edited("  city", is_typed=True))):
        with pytest.raises(PageError, match=r"newer than the form, but cannot be read\. .*discard it and keep the form"):
            read(*form[:4], *wrong)


def test_editing_specs_keeps_what_they_cannot_show(services: Services) -> None:
    schema = Schema()
    schema.structure("order").field("number", "str", threshold=0.2, validators=[RegexValidator("a")])
    cards = form_from_specs(services, "order\n  number::list", *write_whole(schema)[:4])[0]
    assert cards[0]["fields"][0]["threshold"] == "0.2"
    assert [rule["pattern"] for rule in cards[0]["fields"][0]["rules"]] == ["a"]


def test_what_the_form_has_no_place_for_is_said(services: Services) -> None:
    text = '{"entities": {"email": {"dtype": "str"}}}'
    values, left = form_from_json(services, text)
    assert left == "This tab has no place for: entities.email.dtype. It is left out."
    # The text stays as it was typed, although the form means less.
    assert values[4] == Edited(text)
    assert says_the_same(services, STRUCTURE_FORM.read(services.settings, *values), text, "")


def test_a_description_that_specs_cannot_hold_leaves_the_box_empty(services: Services) -> None:
    schema = Schema()
    schema.structure("a").field("b", description="x::y")
    _, specs, words = texts_of(schema)
    assert specs == Edited()
    assert "cannot be written as a spec string" in words
    assert write_structures(schema.tasks().structures)[0]["fields"][0]["description"] == "x::y"


@pytest.mark.parametrize("json_text", ["{", '{"entities": ["person"]}', '{"entities": []}'])
def test_texts_that_mean_something_else_are_rewritten(services: Services, json_text: str) -> None:
    json, specs, _ = texts_of(SCHEMA)
    assert not says_the_same(services, SCHEMA, json_text, specs.text)
    assert not says_the_same(services, SCHEMA, json.text, "other\n  field")
    assert says_the_same(services, SCHEMA, json.text, specs.text + "\n")
