"""What a tab holds to a schema and back, and what a tab has no place for."""

from __future__ import annotations

from typing import Any

import pytest

from gliner2_core import RegexValidator, Schema
from ui.forms.builder import STRUCTURE_FORM, untold_words
from ui.forms.labels import parse_labels, write_labels
from ui.forms.whole import CLASSIFICATION_FORM, ENTITY_FORM, filled
from ui.messages import PageError
from ui.settings import Settings

SETTINGS = Settings()


def everything() -> Schema:
    schema = Schema().entities(
        {"person": "Names", "date": {"threshold": 0.3}, "city": {"description": "Where", "threshold": 0.7}}
    )
    schema.relations({"works for": "Employment", "located in": {"threshold": 0.2}})
    schema.classification("mood", {"good": "", "bad": "Not good"}, multi_label=True, cls_threshold=0.3, prompt="How?")
    schema.classification("topic", ["a", "b", "c"], examples=[("x => y", "a")])
    schema.structure("order").field("number", "str").field("state", "str", ["open", "shut"])
    return schema


def test_the_builder_shows_every_part_of_a_schema() -> None:
    values, left = filled(STRUCTURE_FORM, SETTINGS, everything())
    assert left == []
    assert STRUCTURE_FORM.read(SETTINGS, *values) == everything()


@pytest.mark.parametrize(
    ("form", "left"),
    [
        (ENTITY_FORM, ["structures", "classifications", "relations"]),
        (CLASSIFICATION_FORM, ["entities", "structures", "relations"]),
    ],
)
def test_other_tabs_name_what_they_leave_out(form: Any, left: list[str]) -> None:
    assert filled(form, SETTINGS, everything())[1] == left


def test_single_options_without_an_input_are_named() -> None:
    schema = Schema().entities({"email": {"validators": [RegexValidator(".+@.+")], "dtype": "str"}, "date": {}})
    schema.classification("topic", ["a", "b"], top_k=1, multi_label=True)
    _, left = filled(STRUCTURE_FORM, SETTINGS, schema)
    assert left == ["entities.email.dtype", "entities.email.validators", "classifications[0].top_k"]


def test_a_tab_without_a_place_for_any_of_it_says_so() -> None:
    with pytest.raises(PageError, match="at least one label"):
        filled(ENTITY_FORM, SETTINGS, Schema().classification("topic", ["a", "b"]))


def test_more_than_the_limits_is_refused() -> None:
    with pytest.raises(PageError, match="more than the 100 allowed"):
        filled(ENTITY_FORM, SETTINGS, Schema().entities([f"label {n}" for n in range(101)]))


def test_written_labels_are_read_back() -> None:
    labels = {
        "person": {},
        "date": {"threshold": 0.25},
        "city": {"description": "at the sea, or so: a port", "threshold": 0.5},
    }
    assert parse_labels(write_labels(labels), most=5) == labels


def test_what_specs_do_not_show_is_said() -> None:
    schema = Schema()
    schema.structure("order").field("number", "str", validators=[RegexValidator("a+")]).field("sum", threshold=0.3)
    assert untold_words(schema) == "Field specs have no place for thresholds and rules of fields; the form keeps them."
    schema = Schema()
    schema.structure("order").field("number")
    assert untold_words(schema) == ""
    schema.structure("a:").field("b")
    assert "cannot show all of it" in untold_words(schema)
