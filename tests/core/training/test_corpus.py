"""The corpus: records of several sources → varied, seeded examples."""

from __future__ import annotations

import gzip
import json
import random
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from gliner2_core.errors import DataError
from gliner2_core.training.corpus import Corpus
from gliner2_core.training.crops import crop
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.sampling import PLAIN, Sampling

TEXT = "Ann lives in Oslo. She bought a red bike for $9."


def record(**parts: Any) -> dict[str, Any]:
    return {"text": TEXT, "entities": [], "label_descriptions": {}, "classifications": [], "structures": [], **parts}


ENTITIES = record(
    entities=[
        {"label": "person", "start": 0, "end": 3, "text": "Ann"},
        {"label": "city", "start": 13, "end": 17, "text": "Oslo"},
    ],
    entity_labels=["person", "city", "date", "company"],
    label_descriptions={"person": "Names of people"},
)
CLASSES = record(classifications=[{"task": "topic", "labels": ["sport", "trade", "law"], "true": ["trade"]}])
STRUCTURE = record(
    structures=[
        {
            "name": "sale",
            "fields": {"item": "bike", "price": "$9", "colour": "red"},
            "spans": {"item": [[36, 40]], "price": [[45, 47]]},
            "choices": {"colour": ["red", "blue"]},
            "schema": ["item", "price", "colour", "buyer"],
        }
    ]
)


def corpus(folder: Path, *, sampling: Sampling = PLAIN, held_out: tuple[str, ...] = (), **sources: Any) -> Corpus:
    data = folder / "train"
    data.mkdir()
    for name, one in sources.items():
        with gzip.open(data / f"{name}.jsonl.gz", "wt") as file:
            file.write(json.dumps(one) + "\n")
    partial = {"partial": {"exhaustive_entity_labels": False}}
    (folder / "manifest.json").write_text(json.dumps(partial))
    return Corpus(data, sampling=sampling, held_out=held_out)


def drawn(found: Corpus, n: int, seed: int = 1) -> list[TrainingExample]:
    return list(islice(found.examples(seed), n))


def test_same_seed_draws_the_same_examples(tmp_path: Path) -> None:
    found = corpus(tmp_path, a=ENTITIES, b=CLASSES, c=STRUCTURE)
    assert drawn(found, 30) == drawn(found, 30)
    assert drawn(found, 30) != drawn(found, 30, seed=2)


def test_mentions_are_pinned_and_negatives_are_labels_without_mention(tmp_path: Path) -> None:
    for example in drawn(corpus(tmp_path, a=ENTITIES), 20):
        assert {"person", "city"} <= set(example.entities) <= {"person", "city", "date", "company"}
        for label, mentions in example.entities.items():
            assert [TEXT[one.start : one.end] for one in mentions] == {"person": ["Ann"], "city": ["Oslo"]}.get(label, [])


def test_label_order_varies(tmp_path: Path) -> None:
    assert len({tuple(example.entities) for example in drawn(corpus(tmp_path, a=ENTITIES), 30)}) > 3


def test_true_labels_are_always_offered(tmp_path: Path) -> None:
    for example in drawn(corpus(tmp_path, a=CLASSES), 20):
        (task,) = example.classifications
        assert task.true_labels == ("trade",)
        assert "trade" in task.labels
        assert len(task.labels) >= 2


def test_structure_keeps_spans_choices_and_absent_fields(tmp_path: Path) -> None:
    (example,) = drawn(corpus(tmp_path, sampling=Sampling(**{**vars_of(PLAIN), "max_fields": 4}), a=STRUCTURE), 1)
    (instance,) = example.structures
    values = {key: (tuple(one.text for one in gold.mentions), gold.chosen) for key, gold in instance.fields.items()}
    expected = {"item": (("bike",), ()), "price": (("$9",), ()), "colour": ((), ("red",)), "buyer": ((), ())}
    assert values.items() <= expected.items()


def vars_of(sampling: Sampling) -> dict[str, Any]:
    return {name: getattr(sampling, name) for name in sampling.__dataclass_fields__}


def test_partly_annotated_source_gives_no_entities(tmp_path: Path) -> None:
    both = {**ENTITIES, "classifications": CLASSES["classifications"]}
    assert all(not example.entities for example in drawn(corpus(tmp_path, partial=both), 20))


def test_held_out_source_is_never_drawn(tmp_path: Path) -> None:
    found = corpus(tmp_path, held_out=("a",), a=ENTITIES, b=CLASSES)
    assert {example.origin for example in drawn(found, 20)} == {"b:1"}


def test_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no training source"):
        corpus(tmp_path)


@pytest.mark.parametrize("seed", range(8))
def test_crop_moves_offsets_and_keeps_whole_sentences(seed: int) -> None:
    long = {**ENTITIES, "text": "A first sentence here. " + TEXT, "structures": []}
    long["entities"] = [{**one, "start": one["start"] + 23, "end": one["end"] + 23} for one in ENTITIES["entities"]]
    cut = crop(long, 6, random.Random(seed))
    assert cut is not None
    assert len(cut["text"].split()) <= 6
    assert cut["text"].startswith(("A first", "Ann", "She"))
    assert all(cut["text"][one["start"] : one["end"]] == one["text"] for one in cut["entities"])


def test_crop_leaves_short_records_alone_and_drops_those_a_choice_decides() -> None:
    assert crop(ENTITIES, 50, random.Random(0)) == ENTITIES
    assert crop(STRUCTURE, 3, random.Random(0)) is None
