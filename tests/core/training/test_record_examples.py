"""A record of the corpus → what one example asks of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.record_examples import SHORT_OPTIONS, Surroundings, example_of
from gliner2_core.training.sampling import PLAIN, Sampling

TEXT = "Ann Oslo 1999 Volta"
LABELS = ("person", "city", "year", "company")
RECORD: dict[str, Any] = {
    "text": TEXT,
    "entities": [
        {"label": label, "start": start, "end": end, "text": TEXT[start:end]}
        for label, (start, end) in zip(LABELS, [(0, 3), (4, 8), (9, 13), (14, 19)], strict=True)
    ],
    "entity_labels": [*LABELS, "price"],
    "label_descriptions": {},
    "classifications": [],
    "structures": [],
}
OPTIONS = tuple(f"option {number}" for number in range(80))
CLASSES = {**RECORD, "entities": [], "entity_labels": []} | {
    "classifications": [{"task": "intent", "labels": ["option 1", "option 2"], "true": ["option 1"]}]
}
CHOICES = {**RECORD, "entities": [], "entity_labels": []} | {
    "structures": [
        {
            "name": "ride",
            "fields": {"who": who, "how": "bus"},
            "spans": {"who": [[start, end]]},
            "choices": {"how": ["bus", "car", "bike"]},
            "schema": ["who", "how"],
        }
        for who, start, end in (("Ann", 0, 3), ("Volta", 14, 19))
    ]
}
ALONE = Surroundings(True, {"intent": OPTIONS}, {}, ())


def drawn(record: dict[str, Any], sampling: Sampling, n: int = 40) -> Sequence[TrainingExample]:
    found = [example_of(record, ALONE, sampling, random.Random(seed), "a:1") for seed in range(n)]
    return [one for one in found if one is not None]


def test_some_examples_ask_only_some_of_the_labels() -> None:
    asked = [set(one.entities) & set(LABELS) for one in drawn(RECORD, replace(PLAIN, subset_rate=0.5))]
    assert sum(one == set(LABELS) for one in asked) in range(8, 33)
    assert min(map(len, asked)) == 1
    assert all(set(one.entities) >= set(LABELS) for one in drawn(RECORD, PLAIN))


def test_long_option_lists_come_from_the_inventory() -> None:
    long = [one.classifications[0] for one in drawn(CLASSES, replace(PLAIN, long_options_rate=1.0))]
    assert max(len(one.labels) for one in long) > 40
    for one in long:
        assert "option 1" in one.labels
        assert len(set(one.labels)) == len(one.labels) <= PLAIN.max_options
        assert one.true_labels == ("option 1",)
    short = [one.classifications[0].labels for one in drawn(CLASSES, PLAIN)]
    assert {frozenset(labels) for labels in short} == {frozenset({"option 1", "option 2"})}
    assert len(short[0]) <= SHORT_OPTIONS


def test_pooled_options_that_share_a_word_with_the_true_one_are_not_asked() -> None:
    around = Surroundings(True, {}, {"intent": ["option 1", "an Option", "book_flight", "cancel flight", "2"]}, ())
    sampling = replace(PLAIN, long_options_rate=1.0)
    asked = [example_of(CLASSES, around, sampling, random.Random(seed), "a:1") for seed in range(20)]
    assert {label for one in asked if one for label in one.classifications[0].labels} == {
        "option 1", "book_flight", "cancel flight", "2",
    }  # fmt: skip


def test_all_instances_offer_the_choices_in_one_order_which_varies() -> None:
    orders = set()
    for example in drawn(CHOICES, PLAIN):
        offered = {one.fields["how"].choices for one in example.structures}
        assert len(offered) == 1
        assert all(one.fields["how"].chosen == ("bus",) for one in example.structures)
        orders |= offered
    assert len(orders) == 6


def test_labels_are_restyled_now_and_then() -> None:
    labels = {label for one in drawn(RECORD, replace(PLAIN, restyled_rate=0.5)) for label in one.entities}
    assert {"person", "Person", "PERSON"} <= labels


def test_several_tasks_are_asked_together_and_alone() -> None:
    both = {**RECORD, "classifications": CLASSES["classifications"], "structures": CHOICES["structures"]}
    kinds = {(bool(one.entities), bool(one.structures), bool(one.classifications)) for one in drawn(both, PLAIN, n=80)}
    assert kinds == {(True, True, True), (True, False, False), (False, True, False), (False, False, True)}
