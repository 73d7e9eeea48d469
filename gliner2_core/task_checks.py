"""The parts of a schema as users give them → checked tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gliner2_core.checks import checked_names, checked_positive, checked_threshold, reject_unknown
from gliner2_core.errors import InputError, InputTypeError, SchemaError
from gliner2_core.field_specs import checked_description
from gliner2_core.tasks import AttributeGroup, ClassificationTask, EntityLabel

ACTIVATIONS = ("auto", "softmax", "sigmoid")
SPAN_KEYS = ("text", "confidence", "start", "end")


def named_options(given: Any, kind: str, options: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Read `name`, `[name, …]`, `{name: description}` or `{name: {option: value}}`."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        checked_names(list(given), kind)
        found: list[tuple[str, dict[str, Any]]] = []
        for name, value in given.items():
            if isinstance(value, Mapping):
                reject_unknown(value, options, f"{kind} {name!r}")
                found.append((name, dict(value)))
            elif value is None or isinstance(value, str):
                found.append((name, {"description": value}))
            else:
                raise InputTypeError(f"{kind} {name!r} must map to a description or options, got {type(value).__name__}")
        return found
    if isinstance(given, (list, tuple)):
        return [(name, {}) for name in checked_names(given, kind)]
    raise InputTypeError(f"{kind}s must be a str, a list or a dict, got {type(given).__name__} ({given!r})")


def make_classification(
    task: str,
    labels: Any,
    multi_label: Any,
    cls_threshold: Any,
    top_k: Any,
    descriptions: Mapping[str, str] | None,
    class_act: Any,
    prompt: Any,
    examples: Sequence[Sequence[str]],
) -> ClassificationTask:
    """Check the parts of a classification task and join them.

    Raises:
        InputError: If labels, examples or numbers cannot be used.
        InputTypeError: If something has the wrong type.
    """
    where = f"task {task!r}"
    if isinstance(labels, str) or not isinstance(labels, (Mapping, list, tuple)):
        raise InputTypeError(f"labels must be a list or a dict of descriptions, got {type(labels).__name__} ({where})")
    names = checked_names(list(labels), f"label of {where}")
    described = dict(labels) if isinstance(labels, Mapping) else {}
    if descriptions is not None and not isinstance(descriptions, Mapping):
        raise InputTypeError(f"descriptions must be a dict, got {type(descriptions).__name__} ({where})")
    described.update(descriptions or {})
    reject_unknown(described, names, f"descriptions of {where}")
    if class_act not in ACTIVATIONS:
        raise InputError(f"class_act must be one of {', '.join(ACTIVATIONS)}, got {class_act!r} ({where})")
    if not isinstance(multi_label, bool):
        raise InputTypeError(f"multi_label must be True or False, got {multi_label!r} ({where})")
    base = ClassificationTask(task, names, multi_label=multi_label, activation=class_act)
    return replace(
        base,
        descriptions={
            label: text for label, value in described.items() if (text := checked_description(value, f"{where}, {label!r}"))
        },
        threshold=checked_threshold(cls_threshold, where, name="cls_threshold"),
        top_k=None if top_k is None else checked_positive(top_k, "top_k"),
        prompt=checked_description(prompt, f"prompt of {where}"),
        examples=_checked_examples(examples, names, where),
    )


def _checked_examples(examples: Any, labels: Sequence[str], where: str) -> tuple[tuple[str, str], ...]:
    checked: list[tuple[str, str]] = []
    if examples is not None and (isinstance(examples, str) or not isinstance(examples, Sequence)):
        raise InputTypeError(f"examples must be a list of (text, label) pairs, got {type(examples).__name__} ({where})")
    for index, example in enumerate(examples or ()):
        if isinstance(example, str) or not isinstance(example, Sequence) or len(example) != 2:
            raise InputTypeError(f"examples[{index}] must be a (text, label) pair, got {example!r} ({where})")
        text, label = example
        if label not in labels:
            raise InputError(f"examples[{index}] has label {label!r}, which is none of {list(labels)} ({where})")
        checked.append((str(text), str(label)))
    return tuple(checked)


def checked_group(name: str, group: Any, entities: Mapping[str, EntityLabel]) -> AttributeGroup:
    """Check an attribute group, or the options of one.

    Raises:
        InputError: If its labels or threshold cannot be used.
        InputTypeError: If it is no group, or an option is unknown.
        SchemaError: If it applies to a label that is not among `entities`.
    """
    where = f"attribute group {name!r}"
    if isinstance(group, Mapping):
        reject_unknown(group, ("labels", "multi_label", "threshold", "applies_to", "qualify_labels"), where)
        if "labels" not in group:
            raise InputError(f"{where} has no 'labels'")
        group = AttributeGroup(**group)
    if not isinstance(group, AttributeGroup):
        raise InputTypeError(f"{where} must be an AttributeGroup, got {type(group).__name__}")
    if name in SPAN_KEYS:
        raise InputError(f"{where} cannot be told from the {name!r} of a span; rename it")
    for key, value in (("labels", group.labels), ("applies_to", group.applies_to or ())):
        if not isinstance(value, (list, tuple)):
            raise InputTypeError(f"{key} must be a list of str, got {type(value).__name__} ({where})")
    for key, flag in (("multi_label", group.multi_label), ("qualify_labels", group.qualify_labels)):
        if not isinstance(flag, bool):
            raise InputTypeError(f"{key} must be True or False, got {flag!r} ({where})")
    applies_to = None if group.applies_to is None else tuple(group.applies_to)
    for label in applies_to or ():
        if label not in entities:
            raise SchemaError(f"{where} applies to {label!r}, which is no entity label of the schema")
    return replace(
        group,
        labels=checked_names(list(group.labels), f"label of {where}"),
        threshold=checked_threshold(group.threshold, where),
        applies_to=applies_to,
    )
