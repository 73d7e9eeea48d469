"""Field specs: `name::[a|b]::str::description` → Field and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from gliner2_core.checks import checked_name, checked_names, checked_threshold, reject_unknown
from gliner2_core.errors import InputError, InputTypeError, SchemaError
from gliner2_core.tasks import Dtype, Field
from gliner2_core.validators import RegexValidator

DTYPES = ("str", "list")
FIELD_OPTIONS = ("name", "dtype", "choices", "description", "threshold", "validators")


def parse_field(spec: Any, where: str) -> Field:
    """Read one field.

    Args:
        spec: A string `name[::part…]` or a mapping with name, dtype, choices, description, threshold, validators. The
            parts of a string come in any order: `str` or `list`, `[a|b|c]` (choices, which make it `str` unless the
            string says `list`), anything else is the description.
        where: The structure, for messages.

    Returns:
        The field.

    Raises:
        SchemaError: If the spec names no field, repeats a part, or a value cannot be used.
    """
    try:
        if isinstance(spec, str):
            return _parse_string(spec)
        if isinstance(spec, Mapping):
            return _parse_mapping(spec)
    except (InputError, SchemaError) as error:
        raise SchemaError(f"{where}, field spec {spec!r}: {error}") from error
    raise SchemaError(f"{where}: a field spec must be a str or a dict, got {type(spec).__name__}")


def make_field(
    name: Any,
    dtype: Any = "list",
    choices: Any = None,
    description: Any = None,
    threshold: Any = None,
    validators: Any = None,
) -> Field:
    """Check the parts of a field and join them.

    Raises:
        InputError: If one of them cannot be used.
        InputTypeError: If one has the wrong type.
    """
    checked_name(name, "field name")
    if choices is not None and (isinstance(choices, (str, Mapping)) or not hasattr(choices, "__iter__")):
        raise InputTypeError(f"choices must be a list of str, got {type(choices).__name__} (field {name!r})")
    return Field(
        name,
        checked_dtype(dtype, f"field {name!r}"),
        () if choices is None else _checked_choices(list(choices), name),
        checked_description(description, f"field {name!r}"),
        None if threshold is None else checked_threshold(threshold, f"field {name!r}"),
        checked_validators(validators, f"field {name!r}"),
    )


def _checked_choices(choices: list[Any], field: str) -> tuple[str, ...]:
    try:
        return checked_names(choices, "choice")
    except InputError as error:
        raise type(error)(f"field {field!r}: {error}") from error


def field_spec(field: Field) -> str:
    """Write a field as a spec string; threshold and validators have no place there.

    Raises:
        SchemaError: If its name, a choice or its description would be read as something else.
    """
    parts = [field.name]
    if field.choices:
        parts.append("[" + "|".join(field.choices) + "]")
    parts.append(field.dtype)
    if field.description:
        parts.append(field.description)
    spec = "::".join(parts)
    try:
        parsed: Field | None = _parse_string(spec)
    except (InputError, SchemaError):
        parsed = None
    is_one_line = len(spec.splitlines()) == 1 and spec == spec.strip()
    if not is_one_line or parsed != replace(field, threshold=None, validators=(), description=field.description or None):
        raise SchemaError(f"field {field.name!r} cannot be written as a spec string; use the dict form")
    return spec


def checked_dtype(dtype: Any, where: str) -> Dtype:
    """Return a dtype.

    Raises:
        InputError: If it is neither `str` nor `list`.
    """
    if dtype not in DTYPES:
        raise InputError(f"dtype must be 'str' or 'list', got {dtype!r} ({where})")
    return cast(Dtype, dtype)


def checked_description(description: Any, where: str) -> str | None:
    """Return a description, or None for an empty one.

    Raises:
        InputTypeError: If it is no str.
    """
    if description is None or description == "":
        return None
    if not isinstance(description, str):
        raise InputTypeError(f"description must be a str, got {type(description).__name__} ({where})")
    return description


def checked_validators(validators: Any, where: str) -> tuple[RegexValidator, ...]:
    """Return validators; mappings with `pattern` and options are built.

    Raises:
        InputTypeError: If one is neither a RegexValidator nor a mapping.
        InputError: If a mapping holds no pattern.
    """
    if validators is None:
        return ()
    if isinstance(validators, (RegexValidator, Mapping)):
        validators = [validators]
    if isinstance(validators, str) or not isinstance(validators, Iterable):
        raise InputTypeError(f"validators must be a list of RegexValidator, got {type(validators).__name__} ({where})")
    built: list[RegexValidator] = []
    for validator in validators:
        if isinstance(validator, RegexValidator):
            built.append(validator)
        elif isinstance(validator, Mapping):
            reject_unknown(validator, ("pattern", "mode", "exclude", "flags"), f"validator of {where}")
            if "pattern" not in validator:
                raise InputError(f"a validator has no 'pattern' ({where})")
            built.append(RegexValidator(**validator))
        else:
            raise InputTypeError(f"validators must be RegexValidator, got {type(validator).__name__} ({where})")
    return tuple(built)


def _parse_string(spec: str) -> Field:
    name, *parts = spec.split("::")
    dtype: str | None = None
    choices: list[str] | None = None
    description: str | None = None
    for part in parts:
        part = part.strip()
        if part in DTYPES:
            if dtype is not None:
                raise SchemaError(f"two dtypes, {dtype!r} and {part!r}; give one")
            dtype = part
        elif part.startswith("[") and part.endswith("]"):
            if choices is not None:
                raise SchemaError(f"two lists of choices, the second is {part!r}; give one")
            choices = [choice.strip() for choice in part[1:-1].split("|")]
        elif part.startswith("[") or part.endswith("]"):
            raise SchemaError(f"the choices {part!r} lack a bracket; write [a|b]")
        elif description is None:
            description = part
        else:
            raise SchemaError(f"two descriptions, {description!r} and {part!r}; a description cannot hold '::'")
    return make_field(name, dtype or ("str" if choices is not None else "list"), choices, description)


def _parse_mapping(spec: Mapping[str, Any]) -> Field:
    reject_unknown(spec, FIELD_OPTIONS, "field")
    if "name" not in spec:
        raise SchemaError("the key 'name' is missing")
    return make_field(**spec)
