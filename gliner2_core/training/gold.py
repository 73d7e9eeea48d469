"""True answers for one text: what training and evaluation compare the model with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mention:
    """A surface string of the text; pinned to [start, end) code points, or meaning every occurrence when unpinned."""

    text: str
    start: int | None = None
    end: int | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether the mention names one place in the text."""
        return self.start is not None


@dataclass(frozen=True, slots=True)
class GoldField:
    """True values of one field: mentions, or the chosen among `choices`; both empty when the text has none."""

    mentions: tuple[Mention, ...] = ()
    choices: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether this field has no value in the text."""
        return not self.mentions and not self.chosen


@dataclass(frozen=True, slots=True)
class GoldInstance:
    """One true instance of a structure or relation: its name and its fields in schema order."""

    name: str
    fields: Mapping[str, GoldField]

    @property
    def is_empty(self) -> bool:
        """Whether no field has a value."""
        return all(value.is_empty for value in self.fields.values())


@dataclass(frozen=True, slots=True)
class GoldClassification:
    """One classification task with its options and its true labels."""

    task: str
    labels: tuple[str, ...]
    true_labels: tuple[str, ...]
    multi_label: bool = False
    prompt: str | None = None
    examples: tuple[tuple[str, str], ...] = ()
    label_descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One text with everything that is true of it.

    Attributes:
        text: The document.
        entities: Per label its mentions; an empty tuple says that the text has none (a true negative).
        structures: Instances in file order. A structure known to have no instance is one instance with empty fields.
        structure_descriptions: Per structure its field descriptions.
        relations: Like structures; fields are normally `head` and `tail`.
        origin: Where it came from, as `path:line`; named in every error.
    """

    text: str
    entities: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict)
    entity_descriptions: Mapping[str, str] = field(default_factory=dict)
    structures: tuple[GoldInstance, ...] = ()
    structure_descriptions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    relations: tuple[GoldInstance, ...] = ()
    relation_descriptions: Mapping[str, str] = field(default_factory=dict)
    classifications: tuple[GoldClassification, ...] = ()
    origin: str = ""
