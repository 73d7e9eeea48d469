"""The training corpus: many sources in one record format → an endless, seeded stream of varied examples."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gliner2_core.errors import DataError
from gliner2_core.training.crops import crop
from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, Mention, TrainingExample


@dataclass(frozen=True, slots=True)
class Sampling:
    """How records become examples.

    Attributes:
        max_words: Longer texts are cut to a window of whole sentences.
        source_power: A source of n records is drawn with weight n to this power …
        entity_boost: … times 1 + this × the share of its records that have entities.
        source_boosts: … times this, for single sources.
        max_negatives: Most labels asked that the text has none of.
        max_options: Most options of a classification.
        max_fields: Most fields of a structure.
        description_rate: Share of examples whose labels carry their descriptions.
        fields_as_entities_rate: Share of structure records asked as entity labels instead.
        relation_rate: Share of subject–object structures asked as relations.
        absent_structure_rate: Share of structure examples that also ask for a structure which is not there.
    """

    max_words: int = 60
    source_power: float = 0.5
    entity_boost: float = 1.5
    source_boosts: Mapping[str, float] = field(default_factory=dict)
    max_negatives: int = 8
    max_options: int = 10
    max_fields: int = 8
    description_rate: float = 0.25
    fields_as_entities_rate: float = 0.3
    relation_rate: float = 0.5
    absent_structure_rate: float = 0.1


class Corpus:
    """Records of all sources of a folder, drawn at random.

    Args:
        folder: Holds `<source>.jsonl.gz` files; beside it lies `manifest.json`.
        held_out: Sources never drawn.
        sampling: How records become examples.
        only: Draw these sources alone (for measuring on held-out ones).

    Raises:
        DataError: If the folder holds no such file.
    """

    def __init__(
        self, folder: Path, *, held_out: Sequence[str] = (), sampling: Sampling = Sampling(), only: Sequence[str] = ()
    ) -> None:
        self.sampling = sampling
        self._lines: dict[str, list[bytes]] = {}
        self._partial = _partly_annotated(folder.parent / "manifest.json")
        for path in sorted(folder.glob("*.jsonl.gz")):
            source = path.name.removesuffix(".jsonl.gz")
            if source in held_out or (only and source not in only):
                continue
            with gzip.open(path) as file:
                self._lines[source] = list(file)
        if not self._lines:
            raise DataError(f"{folder} holds no training source (*.jsonl.gz)")
        self._sources = list(self._lines)
        self._weights = [
            _weight(lines, sampling) * sampling.source_boosts.get(source, 1.0) for source, lines in self._lines.items()
        ]
        self._absent = self._structure_pool()

    def examples(self, seed: int) -> Iterator[TrainingExample]:
        """Yield examples without end; the same seed yields the same ones."""
        rng = random.Random(seed)
        while True:
            source = rng.choices(self._sources, self._weights)[0]
            index = rng.randrange(len(self._lines[source]))
            record = crop(json.loads(self._lines[source][index]), self.sampling.max_words, rng)
            if record is not None:
                example = self._example(record, source, f"{source}:{index + 1}", rng)
                if example is not None:
                    yield example

    def _example(self, record: Mapping[str, Any], source: str, origin: str, rng: random.Random) -> TrainingExample | None:
        described = record["label_descriptions"] if rng.random() < self.sampling.description_rate else {}
        entities = {} if source in self._partial else _entities(record, self.sampling, rng)
        structures, relations = _structures(record, self.sampling, rng)
        if structures and rng.random() < self.sampling.fields_as_entities_rate and not entities:
            entities = _fields_as_entities(structures)
            structures = ()
        if structures and rng.random() < self.sampling.absent_structure_rate:
            other = rng.choice(self._absent)
            if all(one.name != other.name for one in structures):
                structures = (*structures, other)
        classifications = _classifications(record, self.sampling, rng, described)
        if entities and classifications and rng.random() < 0.5:
            # Half of them alone: one task takes nothing from the other.
            entities, classifications = ({}, classifications) if rng.random() < 0.5 else (entities, ())
        if not (entities or structures or relations or classifications):
            return None
        return TrainingExample(
            record["text"],
            entities,
            {label: described[label] for label in entities if label in described},
            structures,
            {one.name: {key: described[key] for key in one.fields if key in described} for one in structures if described},
            relations,
            classifications=classifications,
            origin=origin,
        )

    def _structure_pool(self) -> list[GoldInstance]:
        pool: dict[str, GoldInstance] = {}
        for lines in self._lines.values():
            for line in lines[:300]:
                for structure in json.loads(line)["structures"]:
                    names = list(structure.get("schema") or structure["fields"])[: self.sampling.max_fields]
                    pool.setdefault(structure["name"], GoldInstance(structure["name"], {key: GoldField() for key in names}))
        return list(pool.values()) or [GoldInstance("record", {"name": GoldField()})]


def _weight(lines: Sequence[bytes], sampling: Sampling) -> float:
    with_entities = sum(b'"entities": []' not in line for line in lines) / len(lines)
    return float(len(lines) ** sampling.source_power * (1 + sampling.entity_boost * with_entities))


def _partly_annotated(manifest: Path) -> frozenset[str]:
    if not manifest.is_file():
        raise DataError(f"{manifest} is missing; it says which sources annotate their labels exhaustively")
    data = json.loads(manifest.read_text(encoding="utf-8"))
    return frozenset(source for source, facts in data.items() if facts.get("exhaustive_entity_labels") is False)


def _entities(record: Mapping[str, Any], sampling: Sampling, rng: random.Random) -> dict[str, tuple[Mention, ...]]:
    mentions: dict[str, list[Mention]] = {}
    for entity in record["entities"]:
        mentions.setdefault(entity["label"], []).append(Mention(entity["text"], entity["start"], entity["end"]))
    negatives = [label for label in record.get("entity_labels", ()) if label not in mentions]
    n_negatives = rng.randint(0 if mentions else 1, sampling.max_negatives)
    labels = list(mentions) + rng.sample(negatives, min(n_negatives, len(negatives)))
    rng.shuffle(labels)
    return {label: tuple(mentions.get(label, ())) for label in labels}


def _classifications(
    record: Mapping[str, Any], sampling: Sampling, rng: random.Random, described: Mapping[str, str]
) -> tuple[GoldClassification, ...]:
    tasks: list[GoldClassification] = []
    for task in record["classifications"]:
        true = list(task["true"])
        others = [label for label in task["labels"] if label not in true]
        room = min(rng.randint(1, sampling.max_options - 1), len(others))
        if not others:
            continue
        labels = true + rng.sample(others, room)
        rng.shuffle(labels)
        texts = {label: described[label] for label in labels if label in described}
        is_multi = bool(task.get("multi_label")) or len(true) != 1
        tasks.append(GoldClassification(task["task"], tuple(labels), tuple(true), is_multi, label_descriptions=texts))
    return tuple(tasks if rng.random() < 0.5 else tasks[:1] if rng.random() < 0.5 else tasks[-1:])


def _structures(
    record: Mapping[str, Any], sampling: Sampling, rng: random.Random
) -> tuple[tuple[GoldInstance, ...], tuple[GoldInstance, ...]]:
    names = list(dict.fromkeys(structure["name"] for structure in record["structures"]))
    if len(names) > 2:
        names = rng.sample(names, 2)
    kept: dict[str, list[str]] = {}
    for name in names:
        of_name = [structure for structure in record["structures"] if structure["name"] == name]
        fields = list(dict.fromkeys(key for one in of_name for key in (one.get("schema") or one["fields"])))
        filled = {key for one in of_name for key in one["fields"]}
        fields.sort(key=lambda key: (key not in filled, rng.random()))
        fields = fields[: rng.randint(2, sampling.max_fields)]
        rng.shuffle(fields)
        kept[name] = fields
    structures: list[GoldInstance] = []
    relations: list[GoldInstance] = []
    as_relation = rng.random() < sampling.relation_rate
    for structure in record["structures"]:
        asked = kept.get(structure["name"])
        if not asked:
            continue
        instance = GoldInstance(structure["name"], {key: _field(structure, key, record["text"]) for key in asked})
        if set(asked) == {"subject", "object"} and as_relation:
            ends = {"head": instance.fields["subject"], "tail": instance.fields["object"]}
            relations.append(GoldInstance(structure["name"], ends))
        else:
            structures.append(instance)
    return tuple(structures), tuple(relations)


def _field(structure: Mapping[str, Any], key: str, text: str) -> GoldField:
    choices = structure.get("choices", {}).get(key)
    value = structure["fields"].get(key)
    if choices:
        values = () if value is None else tuple(value) if isinstance(value, list) else (value,)
        return GoldField((), tuple(choices), tuple(one for one in values if one in choices))
    spans = structure.get("spans", {}).get(key, ())
    return GoldField(tuple(Mention(text[start:end], start, end) for start, end in spans))


def _fields_as_entities(structures: Sequence[GoldInstance]) -> dict[str, tuple[Mention, ...]]:
    entities: dict[str, dict[Mention, None]] = {}
    for instance in structures:
        for key, gold in instance.fields.items():
            if not gold.choices:
                entities.setdefault(key, {}).update(dict.fromkeys(gold.mentions))
    return {label: tuple(mentions) for label, mentions in entities.items()}
