"""A record of the corpus → a training example: which of its labels, options and fields are asked, and in which order."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, Mention, TrainingExample
from gliner2_core.training.label_styles import restyled
from gliner2_core.training.sampling import Sampling

SHORT_OPTIONS = 10
"""Most options of an ordinary classification; `Sampling.long_options_rate` says how often more are asked."""

MOST_STRUCTURES = 3
"""Most structures and relations asked of one text."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a record's own line does not say.

    Attributes:
        has_all_entities: False where a source marks some mentions only; its entities are not asked then.
        inventories: Per task all its options, for tasks whose options exclude each other.
        pooled: Per task the options of all records together, which were not written to exclude each other: those that
            share a word with a true option are not asked beside it.
        other_structures: Structures of other records, to ask for one that is absent.
    """

    has_all_entities: bool
    inventories: Mapping[str, Sequence[str]]
    pooled: Mapping[str, Sequence[str]]
    other_structures: Sequence[GoldInstance]


def example_of(
    record: Mapping[str, Any], around: Surroundings, sampling: Sampling, rng: random.Random, origin: str
) -> TrainingExample | None:
    """Return an example that asks some of what the record answers; None if nothing is left to ask."""
    record = _with_options(record, around, sampling, rng)
    if rng.random() < sampling.restyled_rate:
        record = restyled(record, rng)
    described = record["label_descriptions"] if rng.random() < sampling.description_rate else {}
    entities = _entities(record, sampling, rng) if around.has_all_entities else {}
    structures, relations = _structures(record, sampling, rng)
    if structures and not entities and rng.random() < sampling.fields_as_entities_rate:
        entities = _fields_as_entities(structures)
        structures = ()
    if structures and rng.random() < sampling.absent_structure_rate:
        other = rng.choice(around.other_structures)
        if all(one.name != other.name for one in structures):
            structures = (*structures, other)
    classifications = _classifications(record, rng, described)
    parts = {"entities": entities, "structures": structures + relations, "classifications": classifications}
    kinds = [kind for kind, part in parts.items() if part]
    if len(kinds) > 1 and rng.random() < 0.5:
        # Half of them alone: one task takes nothing from the other.
        kept = rng.choice(kinds)
        if kept != "entities":
            entities = {}
        if kept != "structures":
            structures, relations = (), ()
        if kept != "classifications":
            classifications = ()
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


def _with_options(
    record: Mapping[str, Any], around: Surroundings, sampling: Sampling, rng: random.Random
) -> Mapping[str, Any]:
    """Give each classification the options to be asked, the true ones among them."""
    tasks = []
    for task in record["classifications"]:
        true = list(task["true"])
        is_long = rng.random() < sampling.long_options_rate
        others = [label for label in (is_long and _inventory(task, around)) or task["labels"] if label not in true]
        if not others:
            continue
        least, most = (SHORT_OPTIONS, sampling.max_options) if is_long else (1, SHORT_OPTIONS)
        most = max(1, min(most, sampling.max_options) - len(true))
        room = min(rng.randint(min(least, most), most), len(others))
        labels = true + rng.sample(others, room)
        rng.shuffle(labels)
        tasks.append({**task, "labels": labels})
    return {**record, "classifications": tasks}


def _inventory(task: Mapping[str, Any], around: Surroundings) -> Sequence[str]:
    """Return the options that a long list of this task is drawn from; empty if there are none but its own."""
    if task["task"] in around.inventories:
        return around.inventories[task["task"]]
    true_words = {word for label in task["true"] for word in _words(label)}
    return [label for label in around.pooled.get(task["task"], ()) if true_words.isdisjoint(_words(label))]


def _words(label: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", label.lower()) if len(word) > 2}


def _entities(record: Mapping[str, Any], sampling: Sampling, rng: random.Random) -> dict[str, tuple[Mention, ...]]:
    mentions: dict[str, list[Mention]] = {}
    for entity in record["entities"]:
        mentions.setdefault(entity["label"], []).append(Mention(entity["text"], entity["start"], entity["end"]))
    negatives = [label for label in record.get("entity_labels", ()) if label not in mentions]
    n_negatives = rng.randint(0 if mentions else 1, sampling.max_negatives)
    present = list(mentions)
    if len(present) > 1 and rng.random() < sampling.subset_rate:
        present = rng.sample(present, rng.randint(1, len(present) - 1))
    labels = present + rng.sample(negatives, min(n_negatives, len(negatives)))
    rng.shuffle(labels)
    return {label: tuple(mentions.get(label, ())) for label in labels}


def _classifications(
    record: Mapping[str, Any], rng: random.Random, described: Mapping[str, str]
) -> tuple[GoldClassification, ...]:
    tasks = [
        GoldClassification(
            task["task"],
            tuple(task["labels"]),
            tuple(task["true"]),
            bool(task.get("multi_label")) or len(task["true"]) != 1,
            label_descriptions={label: described[label] for label in task["labels"] if label in described},
        )
        for task in record["classifications"]
    ]
    if len(tasks) > 1 and rng.random() < 0.5:
        tasks = [rng.choice(tasks)]
    return tuple(tasks)


def _structures(
    record: Mapping[str, Any], sampling: Sampling, rng: random.Random
) -> tuple[tuple[GoldInstance, ...], tuple[GoldInstance, ...]]:
    names = list(dict.fromkeys(structure["name"] for structure in record["structures"]))
    if len(names) > MOST_STRUCTURES:
        names = rng.sample(names, MOST_STRUCTURES)
    kept: dict[str, list[str]] = {}
    for name in names:
        of_name = [structure for structure in record["structures"] if structure["name"] == name]
        fields = list(dict.fromkeys(key for one in of_name for key in (one.get("schema") or one["fields"])))
        filled = {key for one in of_name for key in one["fields"]}
        # Fields with a value first, mostly: some of those without one are asked, too.
        fields.sort(key=lambda key: (key not in filled and rng.random() < 0.7, rng.random()))
        fields = fields[: rng.randint(2, sampling.max_fields)]
        rng.shuffle(fields)
        kept[name] = fields
    # One order of options for all instances.
    options = {option for one in record["structures"] for found in one.get("choices", {}).values() for option in found}
    ranks = {option: rng.random() for option in sorted(options)}
    structures: list[GoldInstance] = []
    relations: list[GoldInstance] = []
    as_relation = rng.random() < sampling.relation_rate
    for structure in record["structures"]:
        asked = kept.get(structure["name"])
        if not asked:
            continue
        instance = GoldInstance(structure["name"], {key: _field(structure, key, record["text"], ranks) for key in asked})
        if set(asked) == {"subject", "object"} and as_relation:
            ends = {"head": instance.fields["subject"], "tail": instance.fields["object"]}
            relations.append(GoldInstance(structure["name"], ends))
        else:
            structures.append(instance)
    return tuple(structures), tuple(relations)


def _field(structure: Mapping[str, Any], key: str, text: str, ranks: Mapping[str, float]) -> GoldField:
    choices = sorted(structure.get("choices", {}).get(key, ()), key=ranks.__getitem__)
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
