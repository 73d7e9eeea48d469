from __future__ import annotations

import re
from typing import Any

import pytest

from gliner2_core import AttributeGroup, RegexValidator, Schema
from gliner2_core.errors import InputError, InputTypeError, SchemaError
from gliner2_core.tasks import ClassificationTask, EntityLabel, Field, RelationTask, StructureTask, TaskSet


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ("person", (EntityLabel("person"),)),
        (["person", "city"], (EntityLabel("person"), EntityLabel("city"))),
        (("person",), (EntityLabel("person"),)),
        ({"person": "People", "city": None}, (EntityLabel("person", "People"), EntityLabel("city"))),
        (
            {"person": {"description": "People", "dtype": "str", "threshold": 0.25, "validators": RegexValidator("A.*")}},
            (EntityLabel("person", "People", "str", 0.25, (RegexValidator("A.*"),)),),
        ),
    ],
)
def test_forms_of_entity_labels(given: Any, labels: tuple[EntityLabel, ...]) -> None:
    assert Schema().entities(given).tasks() == TaskSet(entities=labels)


def test_options_of_the_call_hold_for_labels_without_their_own() -> None:
    schema = Schema().entities({"a": {"threshold": 0.0}, "b": "B"}, dtype="str", threshold=0.75)
    assert schema.tasks().entities == (EntityLabel("a", None, "str", 0.0), EntityLabel("b", "B", "str", 0.75))


def test_a_later_call_adds_labels_and_replaces_what_was_said() -> None:
    schema = Schema().entities(["a", "b"]).entities({"a": "first", "c": None})
    assert schema.tasks().entities == (EntityLabel("a", "first"), EntityLabel("b"), EntityLabel("c"))


@pytest.mark.parametrize(
    ("given", "relations"),
    [
        ("knows", (RelationTask("knows"),)),
        (["knows", "likes"], (RelationTask("knows"), RelationTask("likes"))),
        ({"knows": "Acquainted"}, (RelationTask("knows", "Acquainted"),)),
        ({"knows": {"description": "d", "threshold": 0.0}}, (RelationTask("knows", "d", 0.0),)),
    ],
)
def test_forms_of_relations(given: Any, relations: tuple[RelationTask, ...]) -> None:
    assert Schema().relations(given).tasks() == TaskSet(relations=relations)


def test_every_option_of_a_classification_is_kept() -> None:
    schema = Schema().classification(
        "tone", ["calm", "angry"], True, 0.25, 1,
        descriptions={"calm": "Quiet"}, class_act="softmax", prompt="How?", examples=[("Grr", "angry")],
    )  # fmt: skip
    assert schema.tasks().classifications == (
        ClassificationTask(
            "tone", ("calm", "angry"), {"calm": "Quiet"}, True, 0.25, 1, "softmax", "How?", (("Grr", "angry"),)
        ),
    )


def test_labels_of_a_classification_may_carry_descriptions() -> None:
    task = Schema().classification("tone", {"calm": "Quiet", "angry": ""}).tasks().classifications[0]
    assert task == ClassificationTask("tone", ("calm", "angry"), {"calm": "Quiet"})


def test_calls_chain_from_a_structure_back_to_the_schema() -> None:
    schema = (
        Schema()
        .structure("order").field("number", dtype="str").field("kind", choices=["new", "old"], threshold=0.25)
        .structure("buyer").field("name", description="Full name", validators=[RegexValidator("A.*")])
        .entities(["person"]).relations(["knows"]).classification("tone", ["calm", "angry"])
    )  # fmt: skip
    assert schema.tasks() == TaskSet(
        structures=(
            StructureTask("order", (Field("number", "str"), Field("kind", "list", ("new", "old"), None, 0.25))),
            StructureTask("buyer", (Field("name", description="Full name", validators=(RegexValidator("A.*"),)),)),
        ),
        entities=(EntityLabel("person"),),
        relations=(RelationTask("knows"),),
        classifications=(ClassificationTask("tone", ("calm", "angry")),),
    )


def test_a_structure_without_fields_asks_nothing() -> None:
    assert Schema().structure("empty").tasks() == TaskSet()
    assert TaskSet().is_empty


def test_structures_of_field_specs() -> None:
    schema = Schema().add_structures({"order": ["number::str", {"name": "kind", "choices": ["a"]}]})
    assert schema.tasks().structures == (StructureTask("order", (Field("number", "str"), Field("kind", "list", ("a",)))),)


def test_attribute_groups_become_tuples() -> None:
    schema = (
        Schema()
        .entities(["film"])
        .entity_attributes(
            {
                "tone": {"labels": ["good", "bad"], "applies_to": ["film"]},
                "mood": AttributeGroup(["x", "y"], multi_label=True),
            }
        )
    )
    assert schema.tasks().attributes == {
        "tone": AttributeGroup(("good", "bad"), applies_to=("film",)),
        "mood": AttributeGroup(("x", "y"), multi_label=True),
    }


def test_attribute_labels_are_sorted_and_qualified_where_asked() -> None:
    groups = {"tone": AttributeGroup(["good", "bad"], qualify_labels=True), "mood": AttributeGroup(["zest", "bad"])}
    tasks = Schema().entities(["film"]).entity_attributes(groups).tasks()
    assert tasks.attribute_labels() == ("bad", "tone: bad", "tone: good", "zest")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Schema().entities([]), InputError, "at least one entity label is needed, got none"),
        (lambda: Schema().entities({}), InputError, "at least one entity label is needed, got none"),
        (lambda: Schema().entities(["a", "a"]), InputError, "entity label 'a' is given twice"),
        (lambda: Schema().entities(["a", " "]), InputError, "entity label must not be empty, got ' '"),
        (lambda: Schema().entities(["[E]"]), InputError, r"entity label '\[E\]' contains \[E\]"),
        (lambda: Schema().entities([3]), InputTypeError, r"entity label must be a str, got int \(3\)"),
        (lambda: Schema().entities(3), InputTypeError, r"entity labels must be a str, a list or a dict, got int \(3\)"),
        (lambda: Schema().entities({"a": 3}), InputTypeError, "entity label 'a' must map to a description or options"),
        (lambda: Schema().entities({"a": {"color": 1}}), InputTypeError, r"unknown option 'color' \(entity label 'a'\)"),
        (lambda: Schema().entities("a", dtype="set"), InputError, "dtype must be 'str' or 'list', got 'set'"),
        (lambda: Schema().entities("a", threshold=2), InputError, r"got 2 \(entity label 'a'\)"),
        (lambda: Schema().relations([]), InputError, "at least one relation is needed"),
        (lambda: Schema().relations({"r": {"dtype": "str"}}), InputTypeError, "unknown option 'dtype'"),
        (lambda: Schema().classification("", ["a"]), InputError, "classification task must not be empty"),
        (lambda: Schema().classification("t", []), InputError, "at least one label of task 't' is needed"),
        (lambda: Schema().classification("t", ["a", "a"]), InputError, "label of task 't' 'a' is given twice"),
        (lambda: Schema().classification("t", "ab"), InputTypeError, "labels must be a list or a dict of descriptions"),
        (lambda: Schema().classification("t", ["a"], cls_threshold=-1), InputError, "cls_threshold must be between"),
        (lambda: Schema().classification("t", ["a"], top_k=0), InputError, "top_k must be at least 1, got 0"),
        (lambda: Schema().classification("t", ["a"], 1), InputTypeError, "multi_label must be True or False, got 1"),  # type: ignore[arg-type]
        (lambda: Schema().classification("t", ["a"], class_act="relu"), InputError, "class_act must be one of auto"),
        (lambda: Schema().classification("t", ["a"], descriptions={"b": "x"}), InputTypeError, "unknown option 'b'"),
        (lambda: Schema().classification("t", ["a"], descriptions=["x"]), InputTypeError, "must be a dict, got list"),  # type: ignore[arg-type]
        (lambda: Schema().classification("t", ["a"], examples=[("x", "b")]), InputError, "label 'b', which is none of"),
        (lambda: Schema().classification("t", ["a"], examples=["xy"]), InputTypeError, r"examples\[0\] must be a"),
        (lambda: Schema().classification("t", ["a"], examples=3), InputTypeError, "examples must be a list of"),  # type: ignore[arg-type]
        (lambda: Schema().structure(" "), InputError, "structure must not be empty"),
        (lambda: Schema().structure("s").field("a").field("a"), SchemaError, "field 'a' is given twice"),
        (lambda: Schema().add_structures(["s"]), InputTypeError, "structures must be a dict of field lists, got list"),  # type: ignore[arg-type]
        (lambda: Schema().add_structures({"s": "a::str"}), InputTypeError, "'s' must be a list of field specs, got str"),
        (lambda: Schema().add_structures({"s": ["a", ""]}), SchemaError, "structure 's', field 2, field spec ''"),
        (lambda: Schema().coerce("person"), InputTypeError, "schema must be a Schema or a dict, got str"),
    ],
)  # fmt: skip
def test_what_no_schema_can_ask(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("group", "error", "message"),
    [
        ({"labels": "ab"}, InputTypeError, r"labels must be a list of str, got str \(attribute group 'tone'\)"),
        ({}, InputError, "attribute group 'tone' has no 'labels'"),
        ({"labels": []}, InputError, "at least one label of attribute group 'tone' is needed"),
        ({"labels": ["a"], "applies_to": "film"}, InputTypeError, "applies_to must be a list of str, got str"),
        ({"labels": ["a"], "applies_to": ["book"]}, SchemaError, "applies to 'book', which is no entity label"),
        ({"labels": ["a"], "threshold": 3}, InputError, r"got 3 \(attribute group 'tone'\)"),
        ({"labels": ["a"], "multi_label": 1}, InputTypeError, "multi_label must be True or False, got 1"),
        ({"labels": ["a"], "cut": 1}, InputTypeError, r"unknown option 'cut' \(attribute group 'tone'\)"),
        (["a"], InputTypeError, "attribute group 'tone' must be an AttributeGroup, got list"),
    ],
)
def test_what_no_attribute_group_can_be(group: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Schema().entities(["film"]).entity_attributes({"tone": group})


@pytest.mark.parametrize("name", ["text", "start", "end", "confidence"])
def test_an_attribute_group_cannot_be_named_like_a_part_of_a_span(name: str) -> None:
    with pytest.raises(InputError, match=f"cannot be told from the '{name}' of a span; rename it"):
        Schema().entities(["film"]).entity_attributes({name: AttributeGroup(["a"])})


def test_attributes_need_entities() -> None:
    with pytest.raises(SchemaError, match=re.escape("needs entities; call .entities(...) first")):
        Schema().entity_attributes({"tone": AttributeGroup(["a"])})


@pytest.mark.parametrize(
    "add",
    [
        lambda schema: schema.structure("x"),
        lambda schema: schema.relations(["x"]),
        lambda schema: schema.classification("x", ["a"]),
    ],
)
def test_two_tasks_of_one_name_are_refused(add: Any) -> None:
    with pytest.raises(SchemaError, match="'x': the schema already has a task of this name; rename one of them"):
        add(Schema().classification("x", ["a", "b"]))


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (Schema().entities("a").structure("entities").field("f"), "entities"),
        (Schema().entities("a").classification("entities", ["b"]), "entities"),
        (Schema().relations("a").classification("relation_extraction", ["b"]), "relation_extraction"),
    ],
)
def test_a_name_that_an_answer_needs_is_refused(schema: Any, name: str) -> None:
    with pytest.raises(SchemaError, match=f"a task named '{name}' collides with"):
        schema.tasks()


def test_schemas_are_equal_by_tasks_and_order() -> None:
    assert Schema().entities(["a", "b"]) == Schema().entities("a").entities("b")
    assert Schema().entities(["a", "b"]) != Schema().entities(["b", "a"])
    assert Schema() != "schema"


def test_a_schema_shows_its_tasks() -> None:
    schema = Schema().entities("a").classification("t", ["x"])
    assert repr(schema) == "Schema(entities=['a'], structures=[], relations=[], classifications=['t'])"


@pytest.mark.parametrize(
    "groups",
    [
        {"tone": AttributeGroup(["good", "film"])},
        {"tone": AttributeGroup(["good"]), "mood": AttributeGroup(["good"])},
    ],
)
def test_attribute_label_that_is_taken_is_refused(groups: dict[str, AttributeGroup]) -> None:
    with pytest.raises(SchemaError, match="is already an entity label or a label of another group"):
        Schema().entities(["film"]).entity_attributes(groups)


def test_second_call_of_entity_attributes_replaces_the_first() -> None:
    schema = Schema().entities(["film"]).entity_attributes({"tone": AttributeGroup(["warm"])})
    schema.entity_attributes({"mood": AttributeGroup(["good"])})
    assert list(schema.tasks().attributes) == ["mood"]


def test_repeated_entities_keep_a_description_that_is_not_given_again() -> None:
    schema = Schema().entities({"film": "Titles"}).entities(["film", "book"])
    assert [(label.name, label.description) for label in schema.tasks().entities] == [("film", "Titles"), ("book", None)]
