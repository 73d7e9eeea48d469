"""Structures and relations in the editor: what it shows is what is stored, and what is stored is what it sent."""

from __future__ import annotations

from typing import Any

import pytest

from storage import Output
from storage.output_checks import check_output, read_output
from storage.outputs import FieldValue, Instance, RelationPair, Span
from ui.editor_instances import groups_of, instances_of, written_instances
from ui.messages import PageError

TEXT = "Ann, 54, has a fever. Dr. Lee treats Ann."
SCHEMA = {
    "structures": {
        "patient": {
            "fields": [
                {"name": "name", "dtype": "str"},
                {"name": "signs", "dtype": "list", "choices": ["fever", "cough"]},
                {"name": "doctors", "dtype": "list"},
            ]
        }
    },
    "relations": {"treats": {}},
}
OUTPUT = Output(
    structures=(
        Instance(
            name="patient",
            fields={
                "name": (FieldValue(span=Span(start=0, end=3, score=0.9)),),
                "signs": (FieldValue(choice="fever", score=0.7),),
                "doctors": (FieldValue(span=Span(start=22, end=29, source="human"), source="human"),),
            },
        ),
    ),
    relations=(RelationPair(name="treats", head=Span(start=22, end=29, score=0.8), tail=Span(start=37, end=40, score=0.6)),),
)


def written(instances: list[dict[str, Any]], *, is_draft: bool = False) -> Output:
    return read_output(written_instances(instances, is_draft=is_draft))


def test_what_is_shown_and_sent_back_is_what_was_stored() -> None:
    again = written(instances_of(OUTPUT))
    check_output(again, TEXT, SCHEMA)
    assert again == OUTPUT


def test_groups_say_what_can_be_filled() -> None:
    end = {"several": False, "choices": None}
    assert groups_of(SCHEMA) == [
        {
            "kind": "structure",
            "name": "patient",
            "fields": [
                {"name": "name", "several": False, "choices": None},
                {"name": "signs", "several": True, "choices": ["fever", "cough"]},
                {"name": "doctors", "several": True, "choices": None},
            ],
        },
        {"kind": "relation", "name": "treats", "fields": [{"name": "head", **end}, {"name": "tail", **end}]},
    ]


def test_an_instance_without_values_is_not_stored() -> None:
    empty = [{"kind": "structure", "name": "patient", "values": []}, {"kind": "relation", "name": "treats", "values": []}]
    assert written(empty) == Output()


def test_half_a_pair_waits_in_a_draft_and_is_refused_when_submitted() -> None:
    head = {"field": "head", "start": 0, "end": 3, "score": None, "source": "human"}
    half = [{"kind": "relation", "name": "treats", "values": [head]}]
    assert written(half, is_draft=True) == Output()
    with pytest.raises(PageError, match="A pair of “treats” has no tail"):
        written(half)


@pytest.mark.parametrize(
    "instances",
    [None, {}, "x", [3], [{"kind": "structure", "name": "patient", "values": 3}], [{"kind": "structure", "values": [3]}]],
)
def test_another_shape_is_refused(instances: Any) -> None:
    with pytest.raises(PageError, match="Open the record again; nothing was stored"):
        written_instances(instances, is_draft=False)
