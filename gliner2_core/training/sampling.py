"""How often, how long and how much: the settings by which records of the corpus become examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sampling:
    """How records become examples.

    Attributes:
        max_words: Longer texts are cut to a window of whole sentences.
        source_words: … other lengths for single sources.
        source_power: A source of n records is drawn with weight n to this power …
        entity_boost: … times 1 + this × the share of its records that have entities.
        source_boosts: … times this, for single sources.
        max_negatives: Most labels asked that the text has none of.
        subset_rate: Share of examples that ask only some of the labels that the text has.
        max_options: Most options of a classification.
        long_options_rate: Share of classifications whose options are drawn from the task's whole inventory, up to
            `max_options`; the others have up to ten.
        max_fields: Most fields of a structure.
        description_rate: Share of examples whose labels carry their descriptions.
        restyled_rate: Share of examples whose labels are written in another style: Title Case, snake_case …
        fields_as_entities_rate: Share of structure records asked as entity labels instead.
        relation_rate: Share of subject–object structures asked as relations.
        joined_rate: Share of records with structures to which another with the same structure is joined; to so many
            of these a third, and so on.
        absent_structure_rate: Share of structure examples that also ask for a structure which is not there.
    """

    max_words: int = 60
    source_words: Mapping[str, int] = field(default_factory=dict)
    source_power: float = 0.5
    entity_boost: float = 1.5
    source_boosts: Mapping[str, float] = field(default_factory=dict)
    max_negatives: int = 8
    subset_rate: float = 0.3
    max_options: int = 80
    long_options_rate: float = 0.5
    max_fields: int = 8
    description_rate: float = 0.25
    restyled_rate: float = 0.12
    fields_as_entities_rate: float = 0.25
    relation_rate: float = 0.6
    absent_structure_rate: float = 0.15
    joined_rate: float = 0.35


USUAL = Sampling()
PLAIN = Sampling(
    subset_rate=0.0,
    long_options_rate=0.0,
    description_rate=0.0,
    restyled_rate=0.0,
    fields_as_entities_rate=0.0,
    relation_rate=0.0,
    absent_structure_rate=0.0,
    joined_rate=0.0,
)
"""Records as they are: every label by its name, up to eight that the text has none of."""
