"""True answers → the cells, counts and labels that the heads should give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gliner2_core.errors import DataError
from gliner2_core.prompt import CompiledPrompt, compile_prompt
from gliner2_core.spans import WordSpan
from gliner2_core.tasks import ClassificationTask, EntityLabel, Field, RelationTask, StructureTask, TaskSet
from gliner2_core.training.gold import GoldField, GoldInstance, Mention, TrainingExample
from gliner2_core.words import SplitterName, Words, split_words

MAX_INSTANCES = 19


@dataclass(frozen=True, slots=True)
class GroupTarget:
    """What one prompt group should answer.

    Attributes:
        count: Number of instances (0 to 19); 1 for entities, whose gate stays open; -1 for classifications.
        spans: Per instance, per label the true word spans, counted over prefix and text words.
        labels: For classifications 1 per true label, else 0; empty otherwise.
        is_multi_label: Of a classification.
        n_lost: True values that no span can express: wider than the model's widest, or not a run of words.
    """

    count: int
    spans: tuple[tuple[tuple[WordSpan, ...], ...], ...] = ()
    labels: tuple[int, ...] = ()
    is_multi_label: bool = False
    n_lost: int = 0


@dataclass(frozen=True, slots=True)
class TargetExample:
    """An example ready for the collator."""

    prompt: CompiledPrompt
    words: Words
    targets: tuple[GroupTarget, ...]


def build_targets(
    example: TrainingExample,
    max_width: int,
    *,
    splitter: SplitterName = "whitespace",
    max_words: int | None = None,
) -> TargetExample:
    """Lay out an example's prompt and find its true answers in the words.

    Args:
        example: The example.
        max_width: Longest span in words.
        splitter: Word splitter.
        max_words: Keep only so many words of the text.

    Returns:
        Prompt, words and one target per prompt group.

    Raises:
        DataError: If the example asks nothing, or a pinned mention covers no word.

    Source: reference package 2.1, schema transformer; pinned structure values and counts of zero are ours.
    """
    prompt = compile_prompt(tasks_of(example))
    if not prompt.groups:
        raise DataError(f"{example.origin}: the example has no task")
    words = split_words(example.text, splitter, limit=max_words)
    finder = _Finder(example, prompt, words, max_width)
    targets: list[GroupTarget] = []
    for group in prompt.groups:
        if group.kind == "entities":
            found = [finder.mentions(example.entities.get(label, ())) for label in group.labels]
            targets.append(_extractive([found], count=1))
        elif group.kind == "classification":
            task = next(task for task in example.classifications if task.task == group.name)
            chosen = tuple(int(label in task.true_labels) for label in group.labels)
            targets.append(GroupTarget(-1, labels=chosen, is_multi_label=task.multi_label))
        else:
            instances = example.structures if group.kind == "structure" else example.relations
            filled = _distinct(one for one in instances if one.name == group.name and not one.is_empty)
            rows = [
                [finder.field(group.name, label, instance.fields.get(label, GoldField())) for label in group.labels]
                for instance in filled[:MAX_INSTANCES]
            ]
            targets.append(_extractive(rows, count=min(len(filled), MAX_INSTANCES)))
    return TargetExample(prompt, words, tuple(targets))


def tasks_of(example: TrainingExample) -> TaskSet:
    """Return the schema that an example answers; fields of a structure are the union over its instances."""
    fields = _fields_by_name(example.structures)
    relation_fields = _fields_by_name(example.relations)
    return TaskSet(
        structures=tuple(
            StructureTask(
                name,
                tuple(
                    Field(key, choices=gold.choices, description=example.structure_descriptions.get(name, {}).get(key))
                    for key, gold in of_name.items()
                ),
            )
            for name, of_name in fields.items()
            if of_name
        ),
        entities=tuple(EntityLabel(name, example.entity_descriptions.get(name)) for name in example.entities),
        relations=tuple(
            RelationTask(name, example.relation_descriptions.get(name), fields=tuple(of_name))
            for name, of_name in relation_fields.items()
        ),
        classifications=tuple(
            ClassificationTask(
                task.task,
                task.labels,
                task.label_descriptions,
                multi_label=task.multi_label,
                prompt=task.prompt,
                examples=task.examples,
            )
            for task in example.classifications
        ),
    )


def _fields_by_name(instances: Sequence[GoldInstance]) -> dict[str, dict[str, GoldField]]:
    fields: dict[str, dict[str, GoldField]] = {}
    for instance in instances:
        of_name = fields.setdefault(instance.name, {})
        for key, gold in instance.fields.items():
            if key not in of_name or (gold.choices and not of_name[key].choices):
                of_name[key] = gold
    return fields


def _distinct(instances: Iterable[GoldInstance]) -> list[GoldInstance]:
    kept: list[GoldInstance] = []
    for instance in instances:
        if instance not in kept:
            kept.append(instance)
    return kept


def _extractive(rows: Sequence[Sequence[tuple[tuple[WordSpan, ...], int]]], count: int) -> GroupTarget:
    return GroupTarget(
        count,
        tuple(tuple(spans for spans, _ in row) for row in rows),
        n_lost=sum(lost for row in rows for _, lost in row),
    )


class _Finder:
    """Finds values among the words of one text."""

    def __init__(self, example: TrainingExample, prompt: CompiledPrompt, words: Words, max_width: int) -> None:
        self._origin = example.origin
        self._prompt = prompt
        self._words = words
        self._forms = [word.form for word in words.items]
        self._offset = len(prompt.prefix)
        self._max_width = max_width
        self._choices: Mapping[tuple[str, str], tuple[int, ...]] = prompt.choices

    def mentions(self, mentions: Sequence[Mention]) -> tuple[tuple[WordSpan, ...], int]:
        """Return the spans of all mentions and how many mentions have none."""
        spans: dict[WordSpan, None] = {}
        lost = 0
        for mention in mentions:
            found = self._pinned(mention) if mention.is_pinned else self._everywhere(mention.text)
            usable = [span for span in found if span.end - span.start <= self._max_width]
            lost += not usable
            spans |= dict.fromkeys(usable)
        return tuple(sorted(spans)), lost

    def field(self, group: str, name: str, gold: GoldField) -> tuple[tuple[WordSpan, ...], int]:
        """Return the spans of a field's values; a choice's span is its word in the prefix."""
        if not gold.choices:
            return self.mentions(gold.mentions)
        options = [choice.lower() for choice in gold.choices]
        positions = self._choices[group, name]
        return tuple(
            WordSpan(positions[options.index(value.lower())], positions[options.index(value.lower())] + 1)
            for value in gold.chosen
        ), 0

    def _pinned(self, mention: Mention) -> list[WordSpan]:
        assert mention.start is not None and mention.end is not None
        covered = [
            index for index, word in enumerate(self._words.items) if word.start < mention.end and mention.start < word.end
        ]
        return [WordSpan(covered[0] + self._offset, covered[-1] + 1 + self._offset)] if covered else []

    def _everywhere(self, text: str) -> list[WordSpan]:
        value = split_words(text)
        forms = [word.form for word in value.items[: value.n_real]]
        n = len(forms)
        return [
            WordSpan(start + self._offset, start + n + self._offset)
            for start in range(len(self._forms) - n + 1)
            if n and self._forms[start : start + n] == forms
        ]
