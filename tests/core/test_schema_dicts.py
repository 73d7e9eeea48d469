from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core import AttributeGroup, RegexValidator, Schema
from gliner2_core.errors import SchemaError

FULL: dict[str, Any] = {
    "entities": {
        "person": {"description": "People", "dtype": "str", "threshold": 0.0},
        "film": {"validators": [{"pattern": "A.*", "mode": "partial", "exclude": True, "flags": 2}]},
    },
    "structures": {
        "order": {
            "fields": [
                {"name": "number", "dtype": "str", "description": "Its number", "threshold": 0.25},
                {"name": "kind", "dtype": "list", "choices": ["new", "old"]},
                {"name": "code", "dtype": "list", "validators": [
                    {"pattern": r"\d+", "mode": "full", "exclude": False, "flags": 0}]},
            ]
        }
    },
    "classifications": [
        {"task": "tone", "labels": ["calm", "angry"]},
        {
            "task": "topics", "labels": ["a", "b"], "descriptions": {"b": "B"}, "multi_label": True,
            "cls_threshold": 0.0, "top_k": 1, "class_act": "softmax", "prompt": "Which?", "examples": [["x", "a"]],
        },
    ],
    "relations": {"knows": {}, "likes": {"description": "d", "threshold": 0.75}},
    "entity_attributes": {
        "mood": {"labels": ["good", "bad"]},
        "style": {
            "labels": ["x", "y"], "multi_label": True, "threshold": 0.25, "applies_to": ["film"], "qualify_labels": True,
        },
    },
}  # fmt: skip


def full_schema() -> Schema:
    return (
        Schema()
        .entities({"person": {"description": "People", "dtype": "str", "threshold": 0.0},
                   "film": {"validators": RegexValidator("A.*", "partial", exclude=True)}})
        .structure("order")
        .field("number", "str", None, "Its number", 0.25)
        .field("kind", choices=["new", "old"])
        .field("code", validators=[RegexValidator(r"\d+", flags=0)])
        .classification("tone", ["calm", "angry"])
        .classification("topics", ["a", "b"], True, 0.0, 1, descriptions={"b": "B"}, class_act="softmax",
                        prompt="Which?", examples=[("x", "a")])
        .relations({"knows": None, "likes": {"description": "d", "threshold": 0.75}})
        .entity_attributes({"mood": AttributeGroup(["good", "bad"]),
                            "style": AttributeGroup(["x", "y"], True, 0.25, ["film"], True)})
    )  # fmt: skip


def test_a_dict_is_read() -> None:
    assert Schema.from_dict(FULL) == full_schema()


def test_a_dict_is_written() -> None:
    assert full_schema().to_dict() == FULL


def test_json_out_and_in() -> None:
    text = full_schema().to_json()
    assert json.loads(text) == FULL
    assert Schema.from_json(text) == full_schema()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"entities": ["a"]}, {"entities": {"a": {}}}),
        ({"entities": {"a": "A"}}, {"entities": {"a": {"description": "A"}}}),
        ({"relations": ["r"]}, {"relations": {"r": {}}}),
        ({"structures": {"s": ["f::str"]}}, {"structures": {"s": {"fields": [{"name": "f", "dtype": "str"}]}}}),
    ],
)
def test_short_forms_mean_the_same(short: dict[str, Any], long: dict[str, Any]) -> None:
    assert Schema.from_dict(short).to_dict() == long


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "a schema must be a JSON object, got list"),
        ({}, "the schema asks nothing; give at least one of entities, structures, classifications, relations"),
        ({"entities": [], "relations": []}, "the schema asks nothing"),
        ({"entity": ["a"]}, "unknown option 'entity' (schema); known: entities, structures,"),
        ({"entities": [""]}, "entities: entity label must not be empty"),
        ({"entities": {"a": {"dtype": "int"}}}, "entities: dtype must be 'str' or 'list', got 'int' (entity label 'a')"),
        ({"entities": 5}, "entities: entity labels must be a str, a list or a dict, got int"),
        ({"structures": ["s"]}, "structures: must be an object, got list"),
        ({"structures": {"s": 1}}, "structures.s: must be an object with 'fields', got int"),
        ({"structures": {"s": {"fields": []}}}, "structures.s.fields: at least one field is needed"),
        ({"structures": {"s": {"fields": "a"}}}, "structures.s.fields: must be a list, got str"),
        ({"structures": {"s": {"field": []}}}, "unknown option 'field' (structures.s); known: fields"),
        ({"structures": {"s": ["a", "b::x::y"]}}, "structures.s.fields[1], field spec 'b::x::y': two descriptions"),
        ({"structures": {"s": ["a", "a"]}}, "structures.s.fields[1]: field 'a' is given twice (structure 's')"),
        ({"structures": {" ": ["a"]}}, "structures. : structure must not be empty"),
        ({"classifications": {"t": ["a"]}}, "classifications: must be a list, got dict"),
        ({"classifications": ["t"]}, "classifications[0]: must be an object with 'task' and 'labels', got str"),
        ({"classifications": [{"task": "t"}]}, "classifications[0]: the key 'labels' is missing"),
        ({"classifications": [{"task": "t", "labels": ["a"]}]}, "classifications[0].labels: at least 2 labels are needed"),
        ({"classifications": [{"task": "t", "labels": 3}]}, "classifications[0]: labels must be a list or a dict"),
        (
            {"classifications": [{"task": "t", "labels": ["a", "b"]}, {"task": "t", "labels": ["a", "b"]}]},
            "classifications[1]: classification task 't': the schema already has a task of this name",
        ),
        (
            {"classifications": [{"task": "t", "labels": ["a", "b"], "treshold": 1}]},
            "unknown option 'treshold' (classifications[0]); known: task, labels,",
        ),
        ({"relations": {"r": 3}}, "relations: relation 'r' must map to a description or options, got int"),
        ({"entities": ["a"], "entity_attributes": {"g": 3}}, "entity_attributes: attribute group 'g' must be an"),
    ],
)
def test_a_malformed_dict_is_refused_where_it_is_wrong(data: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=f"^{re.escape(message)}"):
        Schema.from_dict(data)


def test_broken_json_is_refused_with_its_place() -> None:
    with pytest.raises(SchemaError, match=r"the schema is not JSON: .*line 2 column 1"):
        Schema.from_json('{"entities":\n]')


def test_a_schema_nested_without_end_is_refused() -> None:
    with pytest.raises(SchemaError, match="nested too deeply"):
        Schema.from_json("[" * 100_000)


RAW: dict[str, Any] = {
    "json_structures": [{"order": {"number": "", "kind": {"value": "", "choices": ["new", "old"]}}}],
    "classifications": [
        {"task": "tone", "labels": ["calm", "angry"], "multi_label": False, "cls_threshold": 0.5,
         "label_descriptions": {"calm": "Quiet"}}
    ],
    "entities": {"person": "", "city": ""},
    "relations": [{"knows": {"head": "", "tail": ""}}],
    "json_descriptions": {"order": {"number": "Its number"}},
    "entity_descriptions": {"person": "People"},
    "relation_descriptions": {"knows": "Acquainted"},
}  # fmt: skip


def raw_schema() -> Schema:
    return (
        Schema()
        .structure("order").field("number", description="Its number").field("kind", choices=["new", "old"])
        .entities({"person": "People", "city": None})
        .relations({"knows": "Acquainted"})
        .classification("tone", ["calm", "angry"], descriptions={"calm": "Quiet"})
    )  # fmt: skip


def test_the_raw_form_is_written() -> None:
    assert raw_schema().build() == RAW


def test_the_raw_form_is_read() -> None:
    assert Schema.coerce(RAW) == raw_schema()


@pytest.mark.parametrize(
    ("data", "schema"),
    [
        ({"entities": {"person": ""}}, Schema().entities(["person"])),
        ({"entities": {"person": "People"}}, Schema().entities({"person": "People"})),
        ({"relations": [{"knows": {"head": "", "tail": ""}}]}, Schema().relations(["knows"])),
        ({"relations": ["knows"]}, Schema().relations(["knows"])),
    ],
)
def test_both_forms_are_told_apart(data: dict[str, Any], schema: Schema) -> None:
    assert Schema.coerce(data) == schema


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"json_structures": {"s": {}}}, "json_structures: must be a list, got dict"),
        ({"json_structures": [{"s": ["a"]}]}, "json_structures[0].s: must be an object, got list"),
        ({"json_structures": [{"s": {"": ""}}]}, "json_structures[0].s., field spec"),
        ({"json_structures": [], "json_descriptions": ["x"]}, "json_descriptions: must be an object, got list"),
        ({"json_structures": [], "json_descriptions": {"s": 1}}, "json_descriptions.s: must be an object, got int"),
        ({"entities": {"a": ""}, "entity_descriptions": ["x"]}, "entity_descriptions: must be an object, got list"),
        ({"entities": 5, "entity_descriptions": {}}, "entities: must be an object or a list, got int"),
        ({"relations": [{"r": {"a": "", "b": ""}}]}, "relations[0].r: the fields must be head and tail, got ['a', 'b']"),
        ({"relations": [{"r": "x"}]}, "relations[0].r: must be an object, got str"),
        ({"json_structures": [], "extra": 1}, "unknown option 'extra' (raw schema); known: json_structures,"),
    ],
)
def test_a_malformed_raw_form_is_refused_where_it_is_wrong(data: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=f"^{re.escape(message)}"):
        Schema.coerce(data)


def test_a_builder_counts_as_its_schema() -> None:
    schema = Schema()
    assert Schema.coerce(schema.structure("s").field("f")) is schema


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: bool(name.strip()) and "[" not in name and name != "entities"
)
thresholds = st.none() | st.floats(0, 1)


@given(
    st.dictionaries(names, st.fixed_dictionaries({"description": st.none() | names, "threshold": thresholds}), min_size=1),
    st.dictionaries(names, st.lists(names, min_size=1, max_size=4, unique=True), max_size=3),
)
def test_any_schema_survives_json(entities: dict[str, Any], structures: dict[str, list[str]]) -> None:
    schema = Schema().entities(entities)
    for structure, fields in structures.items():
        builder = schema.structure(structure)
        for field in fields:
            builder.field(field, choices=fields, description=structure, threshold=0.125)
    assert Schema.from_json(schema.to_json()) == schema
