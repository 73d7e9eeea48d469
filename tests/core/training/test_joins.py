"""Two records with the same structure → one text with several instances, each value still at its place."""

from __future__ import annotations

import gzip
import json
import random
from itertools import islice
from pathlib import Path
from typing import Any

from gliner2_core.training.corpus import Corpus
from gliner2_core.training.joins import JoinIndex, joined
from gliner2_core.training.sampling import PLAIN, Sampling


def sale(
    text: str, item: str, *, colours: tuple[str, ...] = ("red", "blue"), schema: tuple[str, ...] = ()
) -> dict[str, Any]:
    start = text.index(item)
    structure = {
        "name": "sale",
        "fields": {"item": item, "colour": colours[0]},
        "spans": {"item": [[start, start + len(item)]]},
        "choices": {"colour": list(colours)},
        "schema": list(schema or ("item", "colour")),
    }
    return {
        "text": text,
        "entities": [{"label": "x", "start": 0, "end": 1, "text": text[0]}],
        "label_descriptions": {"item": text[:3]},
        "classifications": [{"task": "topic", "labels": ["a", "b"], "true": ["a"]}],
        "structures": [structure],
    }


BIKE, SOFA = sale("Ann sold a red bike.", "bike"), sale("Bob sold a red sofa.", "sofa")


def test_every_value_of_both_stands_at_its_place() -> None:
    for seed in range(8):
        both = joined(BIKE, SOFA, random.Random(seed))
        assert both is not None
        found = [
            both["text"][start:end] for one in both["structures"] for spans in one["spans"].values() for start, end in spans
        ]
        assert found == ["bike", "sofa"]
        assert both["entities"] == both["classifications"] == []
        assert both["label_descriptions"] == {"item": "Ann"}


def test_records_are_not_joined_if_their_fields_or_choices_differ() -> None:
    rng = random.Random(1)
    assert joined(BIKE, sale("Bob sold a sofa.", "sofa", schema=("item",)), rng) is None
    assert joined(BIKE, sale("Bob sold a sofa.", "sofa", colours=("red", "green")), rng) is None
    assert joined(BIKE, {**SOFA, "structures": []}, rng) is None


def test_a_partner_has_the_same_fields_and_another_text() -> None:
    wider = sale("Cleo sold a lamp.", "lamp", schema=("item", "colour", "price"))
    index = JoinIndex({"shop": [json.dumps(one).encode() for one in (BIKE, SOFA, wider)]})
    found = [index.partner("shop", BIKE, random.Random(seed)) for seed in range(20)]
    assert {one["text"] for one in found if one} == {SOFA["text"]}
    assert index.partner("shop", wider, random.Random(1)) is None
    assert index.partner("shop", {**BIKE, "structures": []}, random.Random(1)) is None


def test_the_corpus_joins_as_often_as_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "manifest.json").write_text("{}")
    with gzip.open(tmp_path / "train" / "shop.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in (BIKE, SOFA))

    def counts(rate: float) -> set[int]:
        sampling = Sampling(joined_rate=rate, fields_as_entities_rate=0.0, absent_structure_rate=0.0)
        examples = Corpus(tmp_path / "train", sampling=sampling).examples(3)
        return {len(one.structures) for one in islice((one for one in examples if one.structures), 60)}

    assert counts(0.0) == {1}
    assert {1, 2, 3} <= counts(0.6)
    assert PLAIN.joined_rate == 0.0
