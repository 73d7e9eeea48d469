"""The tasks a schema is made of: plain, frozen, already checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gliner2_core.validators import RegexValidator

Dtype = Literal["str", "list"]
Activation = Literal["auto", "softmax", "sigmoid"]


@dataclass(frozen=True, slots=True)
class EntityLabel:
    """One entity label: what to find, in words, and how to report it."""

    name: str
    description: str | None = None
    dtype: Dtype = "list"
    threshold: float | None = None
    validators: tuple[RegexValidator, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One slot of a structure; with `choices` its value is one of them instead of a span."""

    name: str
    dtype: Dtype = "list"
    choices: tuple[str, ...] = ()
    description: str | None = None
    threshold: float | None = None
    validators: tuple[RegexValidator, ...] = ()


@dataclass(frozen=True, slots=True)
class StructureTask:
    """A template whose filled copies are instances."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RelationTask:
    """A relation between spans of the text; training data may name other fields than head and tail."""

    name: str
    description: str | None = None
    threshold: float | None = None
    fields: tuple[str, ...] = ("head", "tail")


@dataclass(frozen=True, slots=True)
class ClassificationTask:
    """One decision about the whole text.

    Attributes:
        threshold: Labels of a multi-label task are chosen from this probability on.
        top_k: Keep only so many chosen labels, most probable first.
        activation: `auto` is sigmoid for multi-label tasks and softmax otherwise.
        examples: Few-shot (text, label) pairs shown to the model.
    """

    task: str
    labels: tuple[str, ...]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    multi_label: bool = False
    threshold: float = 0.5
    top_k: int | None = None
    activation: Activation = "auto"
    prompt: str | None = None
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """Labels that are decided for each found entity span (for example its sentiment).

    Args:
        labels: The options.
        multi_label: Any number of labels from `threshold` on, instead of exactly one.
        threshold: For multi-label groups.
        applies_to: Entity labels that carry this group; None means all.
        qualify_labels: Show the model `group: label` instead of the bare label.

    Source: reference package 2.1, AttributeGroup.
    """

    labels: tuple[str, ...] | list[str]
    multi_label: bool = False
    threshold: float = 0.5
    applies_to: tuple[str, ...] | list[str] | None = None
    qualify_labels: bool = False

    def prompt_label(self, group: str, label: str) -> str:
        """Return the label as the model reads it."""
        return f"{group}: {label}" if self.qualify_labels else label


@dataclass(frozen=True, slots=True)
class TaskSet:
    """A whole schema, ready for the prompt: tasks in processing order, names unique."""

    structures: tuple[StructureTask, ...] = ()
    entities: tuple[EntityLabel, ...] = ()
    attributes: Mapping[str, AttributeGroup] = field(default_factory=dict)
    relations: tuple[RelationTask, ...] = ()
    classifications: tuple[ClassificationTask, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.structures or self.entities or self.relations or self.classifications)

    def attribute_labels(self) -> tuple[str, ...]:
        """Return the extra entity labels that carry attributes, sorted, each once, as the model reads them."""
        return tuple(
            sorted({group.prompt_label(name, label) for name, group in self.attributes.items() for label in group.labels})
        )
