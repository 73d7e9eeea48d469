from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core import RegexValidator
from gliner2_core.errors import InputError, InputTypeError, SchemaError
from gliner2_core.field_specs import field_spec, make_field, parse_field
from gliner2_core.tasks import Field


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("name", Field("name")),
        ("name::str", Field("name", "str")),
        ("name::list", Field("name", "list")),
        ("name::str::Full name", Field("name", "str", description="Full name")),
        ("name::Full name::str", Field("name", "str", description="Full name")),
        ("name::Full name", Field("name", description="Full name")),
        ("kind::[a|b]", Field("kind", "str", ("a", "b"))),
        ("kind::[ a | b c ]::list", Field("kind", "list", ("a", "b c"))),
        ("kind::[a|b]::str::What it is", Field("kind", "str", ("a", "b"), "What it is")),
        ("kind::[only]", Field("kind", "str", ("only",))),
        ({"name": "n"}, Field("n")),
        (
            {"name": "n", "dtype": "str", "choices": ["a"], "description": "d", "threshold": 0.25},
            Field("n", "str", ("a",), "d", 0.25),
        ),
        ({"name": "n", "description": ""}, Field("n")),
        ({"name": "n", "validators": [{"pattern": "a+"}]}, Field("n", validators=(RegexValidator("a+"),))),
        ({"name": "n", "validators": RegexValidator("a+")}, Field("n", validators=(RegexValidator("a+"),))),
    ],
)
def test_what_a_spec_says(spec: Any, field: Field) -> None:
    assert parse_field(spec, "structure 'x'") == field


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "field name must not be empty, got ''"),
        ("::str", "field name must not be empty, got ''"),
        ("[C]::str", r"field name '\[C\]' contains \[C\], which the model uses as a marker"),
        ("a::one::two", "two descriptions, 'one' and 'two'; a description cannot hold '::'"),
        ("a::[x|x]", "field 'a': choice 'x' is given twice; each must be different"),
        ("a::[]", "field 'a': choice must not be empty, got ''"),
        ("a::[x|]", "field 'a': choice must not be empty, got ''"),
        ({"dtype": "str"}, "the key 'name' is missing"),
        ({"name": "a", "type": "str"}, r"unknown option 'type' \(field\); known: name, dtype, choices"),
        ({"name": "a", "dtype": "int"}, r"dtype must be 'str' or 'list', got 'int' \(field 'a'\)"),
        ({"name": "a", "choices": "xy"}, r"choices must be a list of str, got str \(field 'a'\)"),
        ({"name": "a", "choices": []}, "field 'a': at least one choice is needed, got none"),
        ({"name": "a", "threshold": 1.5}, r"threshold must be between 0 and 1, got 1.5 \(field 'a'\)"),
        ({"name": "a", "threshold": "0.5"}, "threshold must be a number between 0 and 1, got str"),
        ({"name": "a", "description": 3}, r"description must be a str, got int \(field 'a'\)"),
        ({"name": "a", "validators": 3}, r"validators must be a list of RegexValidator, got int \(field 'a'\)"),
        ({"name": "a", "validators": ["a+"]}, r"validators must be RegexValidator, got str \(field 'a'\)"),
        ({"name": "a", "validators": [{"mode": "full"}]}, r"a validator has no 'pattern' \(field 'a'\)"),
        ({"name": "a", "validators": [{"pattern": "("}]}, r"invalid regular expression '\('"),
        ({"name": "a", "validators": [{"pattern": "a", "flag": 2}]}, r"unknown option 'flag' \(validator of field 'a'\)"),
    ],
)
def test_a_malformed_spec_is_refused_where_it_stands(spec: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        parse_field(spec, "structure 'x', field 2")
    assert str(caught.value).startswith("structure 'x', field 2, field spec ")


@pytest.mark.parametrize("spec", [3, None, ["name"], b"name"])
def test_a_spec_of_another_type_is_refused(spec: Any) -> None:
    message = f"structure 'x': a field spec must be a str or a dict, got {type(spec).__name__}"
    with pytest.raises(SchemaError, match=message):
        parse_field(spec, "structure 'x'")


def test_make_field_names_the_wrong_type() -> None:
    with pytest.raises(InputTypeError, match=r"field name must be a str, got int \(3\)"):
        make_field(3)


def test_make_field_names_the_wrong_value() -> None:
    with pytest.raises(InputError, match=r"threshold must be between 0 and 1, got -1 \(field 'a'\)"):
        make_field("a", threshold=-1)


@pytest.mark.parametrize(
    ("field", "spec"),
    [
        (Field("name"), "name::list"),
        (Field("kind", "str", ("a", "b")), "kind::[a|b]::str"),
        (Field("kind", "list", ("a",), "What it is"), "kind::[a]::list::What it is"),
    ],
)
def test_a_field_as_spec_string(field: Field, spec: str) -> None:
    assert field_spec(field) == spec


@pytest.mark.parametrize(
    "field",
    [
        Field("a", description="str"),
        Field("a", description="[x]"),
        Field("a", description="one::two"),
        Field("a", description=" padded"),
        Field("a::b"),
        Field("a", "str", ("x|y",)),
    ],
)
def test_a_field_that_would_be_read_otherwise_has_no_spec_string(field: Field) -> None:
    with pytest.raises(SchemaError):
        field_spec(field)


plain = st.text("abc XY_é-", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    plain,
    st.sampled_from(["str", "list"]),
    st.lists(plain, max_size=3, unique=True),
    st.none() | plain.filter(lambda text: text not in ("str", "list")),
)
def test_spec_strings_read_back(name: str, dtype: str, choices: list[str], description: str | None) -> None:
    field = make_field(name, dtype, choices or None, description)
    assert parse_field(field_spec(field), "structure 'x'") == field
