"""What was found in one text, by a model or by a person: one shape for both.

Offsets are half-open code points into the document's text.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

Confidence = float | None
Source = Literal["model", "human"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Span(_Part):
    """A place in the text.

    Attributes:
        start, end: Half-open.
        score: The model's confidence, 0–1; None for a person's.
        source: Who put it there.
    """

    start: NonNegativeInt
    end: NonNegativeInt
    score: float | None = Field(default=None, ge=0, le=1)
    source: Source = "model"

    @model_validator(mode="after")
    def _is_not_empty(self) -> Span:
        if self.end <= self.start:
            raise ValueError(f"a span must end behind its start, got {self.start} to {self.end}")
        return self


class EntitySpan(Span):
    """A mention of an entity label."""

    label: str


class FieldValue(_Part):
    """The value of a structure's field: a place in the text, or one of the field's choices.

    Attributes:
        span: None for a choice.
        choice: None for a span.
        score, source: As in `Span`, of a choice.
    """

    span: Span | None = None
    choice: str | None = None
    score: float | None = Field(default=None, ge=0, le=1)
    source: Source = "model"

    @model_validator(mode="after")
    def _is_one_of_both(self) -> FieldValue:
        if (self.span is None) == (self.choice is None):
            raise ValueError("a value is either a span or a choice")
        return self


class Instance(_Part):
    """One filled structure: field → values."""

    name: str
    fields: dict[str, tuple[FieldValue, ...]]


class RelationPair(_Part):
    """One instance of a relation."""

    name: str
    head: Span
    tail: Span


class Decision(_Part):
    """The labels chosen for one classification task.

    Attributes:
        scores: Label → the model's probability; empty for a person's decision.
    """

    task: str
    chosen: tuple[str, ...]
    scores: dict[str, float] = Field(default_factory=dict)
    source: Source = "model"


class Output(_Part):
    """Everything found in one text."""

    entities: tuple[EntitySpan, ...] = ()
    structures: tuple[Instance, ...] = ()
    relations: tuple[RelationPair, ...] = ()
    classifications: tuple[Decision, ...] = ()

    def least_confidence(self) -> Confidence:
        """Return the lowest confidence of anything in it; None if nothing has one."""
        scores = [one.score for one in self.entities]
        for instance in self.structures:
            for values in instance.fields.values():
                scores += [one.score if one.span is None else one.span.score for one in values]
        for pair in self.relations:
            scores += [pair.head.score, pair.tail.score]
        for task in self.classifications:
            scores += [task.scores.get(label) for label in task.chosen]
        return min((one for one in scores if one is not None), default=None)

    def labels(self) -> set[str]:
        """Return every label, structure, field, relation and chosen class that it holds."""
        found = {one.label for one in self.entities} | {one.name for one in self.relations}
        for instance in self.structures:
            found |= {instance.name, *(name for name, values in instance.fields.items() if values)}
        return found.union(*(task.chosen for task in self.classifications))
