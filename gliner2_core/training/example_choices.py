"""The parts of a record that choose from a list: classifications and fields with choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gliner2_core.checks import json_type, surrogate_at
from gliner2_core.training.example_checks import (
    FaultList,
    is_name,
    listed_names,
    read_descriptions,
    read_list,
    read_mapping,
    read_names,
    reject_unknown_keys,
    repeated,
    shown,
)
from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance

CHOICE_KEYS = ("value", "choices")
CLASSIFICATION_KEYS = ("task", "labels", "true_label", "multi_label", "prompt", "examples", "label_descriptions")


def read_choice(value: Mapping[str, Any], where: str, faults: FaultList) -> GoldField:
    """Read a field whose value is one of a list: `{"value": str | list | null, "choices": [...]}`."""
    reject_unknown_keys(value, CHOICE_KEYS, where, faults)
    missing = [key for key in CHOICE_KEYS if key not in value]
    if missing:
        faults.add(f"{where} lacks {', '.join(map(repr, missing))}; a choice needs value and choices")
        return GoldField()
    choices = read_names(value["choices"], f"{where}.choices", faults)
    chosen = _read_chosen(value["value"], f"{where}.value", faults)
    for name in chosen:
        if choices and name not in choices:
            faults.add(f"{where}: the value {shown(name)} is not among the choices ({listed_names(choices)})")
    return GoldField(choices=choices, chosen=chosen)


def _read_chosen(value: Any, where: str, faults: FaultList) -> tuple[str, ...]:
    listed = list(value) if isinstance(value, (list, tuple)) else [value]
    chosen: list[str] = []
    for name in listed:
        if name is None or name == "":
            continue
        if isinstance(name, str):
            chosen.append(name)
        else:
            faults.add(f"{where} must be a string or a list of strings, got {json_type(name)} ({shown(name)})")
    for name in repeated(chosen):
        faults.add(f"{where} lists {shown(name)} twice")
    return tuple(chosen)


def read_classification(value: Any, where: str, faults: FaultList) -> tuple[GoldClassification, ...]:
    """Read one classification task.

    Args:
        value: `{"task", "labels", "true_label"}` and optionally multi_label, prompt, examples, label_descriptions.
        where: Its place in the record, for messages.
        faults: Receives what is wrong.

    Returns:
        The task in a tuple; an empty tuple if task, labels or true_label is missing.
    """
    task = read_mapping(value, where, faults)
    reject_unknown_keys(task, CLASSIFICATION_KEYS, where, faults)
    missing = [key for key in CLASSIFICATION_KEYS[:3] if key not in task]
    if missing:
        faults.add(f"{where} lacks {', '.join(map(repr, missing))}")
        return ()
    if is_name(task["task"], f"{where}.task", faults):
        where = f"{where} ({task['task']!r})"
    labels = read_names(task["labels"], f"{where}: labels", faults)
    true_labels = _read_chosen(task["true_label"], f"{where}: true_label", faults)
    for label in true_labels:
        if labels and label not in labels:
            faults.add(f"{where}: the true label {shown(label)} is not among the labels ({listed_names(labels)})")
    is_multi_label = _read_multi_label(task.get("multi_label"), true_labels, where, faults)
    return (
        GoldClassification(
            task=task["task"],
            labels=labels,
            true_labels=true_labels,
            multi_label=is_multi_label,
            prompt=_read_prompt(task.get("prompt"), where, faults),
            examples=_read_shots(task.get("examples"), labels, where, faults),
            label_descriptions=read_descriptions(
                task.get("label_descriptions"), f"{where}: label_descriptions", labels, "label", faults
            ),
        ),
    )


def _read_multi_label(value: Any, true_labels: Sequence[str], where: str, faults: FaultList) -> bool:
    if value is not None and not isinstance(value, bool):
        faults.add(f"{where}: multi_label must be true or false, got {json_type(value)} ({shown(value)})")
    # As in the reference: several true labels make a task multi-label, whatever the record says.
    is_multi_label = bool(value) or len(true_labels) > 1
    if not true_labels and not is_multi_label:
        faults.add(f"{where}: true_label is empty; write one label, or set multi_label if none may hold")
    return is_multi_label


def _read_prompt(value: Any, where: str, faults: FaultList) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or surrogate_at(value) is not None:
        faults.add(f"{where}: prompt must be a string, got {json_type(value)} ({shown(value)})")
        return None
    return value


def _read_shots(value: Any, labels: Sequence[str], where: str, faults: FaultList) -> tuple[tuple[str, str], ...]:
    shots: list[tuple[str, str]] = []
    for index, pair in enumerate(read_list(value, f"{where}: examples", faults)):
        place = f"{where}: examples[{index}]"
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            faults.add(f"{place} must be a pair [text, label], got {shown(pair)}")
        elif surrogate_at(pair[0]) is not None:
            faults.add(f"{place} contains a lone surrogate, which is no character")
        elif labels and pair[1] not in labels:
            faults.add(f"{place}: {shown(pair[1])} is not among the labels ({listed_names(labels)})")
        else:
            shots.append((pair[0], pair[1]))
    return tuple(shots)


def check_fields_agree(structures: Sequence[GoldInstance], relations: Sequence[GoldInstance], faults: FaultList) -> None:
    """Check what instances of one name must share: a field's choices, and the field names of a relation.

    Args:
        structures: All structure instances of the record.
        relations: All relation instances of the record.
        faults: Receives what disagrees.
    """
    choices: dict[tuple[str, str], tuple[str, ...]] = {}
    for instance in structures:
        for name, field in instance.fields.items():
            if field.is_empty and not field.choices:
                continue
            first = choices.setdefault((instance.name, name), field.choices)
            if set(first) != set(field.choices):
                faults.add(f"the instances of {instance.name!r} disagree on the choices of field {name!r}")
    fields: dict[str, set[str]] = {}
    for relation in relations:
        expected = fields.setdefault(relation.name, set(relation.fields))
        if expected != set(relation.fields):
            faults.add(
                f"relation {relation.name!r} has the fields {', '.join(sorted(expected))} in one place and "
                f"{', '.join(sorted(relation.fields))} in another"
            )
