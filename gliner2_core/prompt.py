"""Schema + words → subword ids, and where in them each marker and each word begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gliner2_core.tasks import ClassificationTask, StructureTask, TaskSet
from gliner2_core.words import Words

GroupKind = Literal["structure", "entities", "relation", "classification"]
MARKER_OF: Mapping[GroupKind, str] = {"structure": "[C]", "entities": "[E]", "relation": "[R]", "classification": "[L]"}
_CACHED_WORDS = 50_000


class Tokenizer(Protocol):
    """What this module needs of a transformers tokenizer."""

    def __call__(self, text: list[str], *, add_special_tokens: bool, verbose: bool) -> Mapping[str, list[list[int]]]:
        """Return `input_ids`, one list per string."""


@dataclass(frozen=True, slots=True)
class PromptGroup:
    """One task as the model reads it.

    Attributes:
        name: The structure, relation or task; `entities` for the entity labels.
        labels: Labels or fields in prompt order; one vector each.
        elements: The prompt's pieces, each tokenised on its own; [P] is at 1, label markers at 4, 6, 8, …
    """

    kind: GroupKind
    name: str
    labels: tuple[str, ...]
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledPrompt:
    """A schema ready to be put before any text.

    Attributes:
        prefix: Pseudo-words that carry the options of choice fields; they stand before the text's words.
        choices: (structure, field) → index in `prefix` of each option, in declared order.
    """

    tasks: TaskSet
    groups: tuple[PromptGroup, ...]
    prefix: tuple[str, ...] = ()
    choices: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EncodedText:
    """One text behind its prompt, as subword ids.

    Attributes:
        ids: S subword ids.
        prompt_positions: Per group the position of its [P].
        label_positions: Per group the position of each label's marker.
        word_positions: Per word (prefix first) the position of its first subword; a word without subwords has the
            position where they would have been.
        word_lengths: Per word its number of subwords.
        n_prefix: How many of the words are prefix.
    """

    ids: tuple[int, ...]
    prompt_positions: tuple[int, ...]
    label_positions: tuple[tuple[int, ...], ...]
    word_positions: tuple[int, ...]
    word_lengths: tuple[int, ...]
    n_prefix: int


def compile_prompt(tasks: TaskSet) -> CompiledPrompt:
    """Lay out the prompt of a schema: structures, entities, relations, classifications.

    Source: reference package 2.1, schema transformer; choice options keep their own positions per field (ours).
    """
    groups = [_structure_group(task) for task in tasks.structures]
    if tasks.entities:
        names = [label.name for label in tasks.entities]
        names += [name for name in tasks.attribute_labels() if name not in names]
        described = {label.name: label.description for label in tasks.entities if label.description}
        groups.append(_group("entities", "entities", "entities" + _described(described), names))
    for relation in tasks.relations:
        prompt = relation.name if relation.description is None else f"{relation.name}: {relation.description}"
        groups.append(_group("relation", relation.name, prompt, relation.fields))
    groups += [_classification_group(task) for task in tasks.classifications]
    prefix, choices = _choice_prefix(tasks.structures)
    return CompiledPrompt(tasks, tuple(groups), prefix, choices)


def _group(kind: GroupKind, name: str, prompt: str, labels: Sequence[str]) -> PromptGroup:
    elements = ["(", "[P]", prompt, "("]
    for label in labels:
        elements += [MARKER_OF[kind], label]
    return PromptGroup(kind, name, tuple(labels), (*elements, ")", ")"))


def _structure_group(task: StructureTask) -> PromptGroup:
    described = {one.name: one.description for one in task.fields if one.description}
    return _group("structure", task.name, task.name + _described(described), [one.name for one in task.fields])


def _classification_group(task: ClassificationTask) -> PromptGroup:
    prompt = task.task if task.prompt is None else f"{task.task}: {task.prompt}"
    shots = "".join(f" [EXAMPLE] {text} [OUTPUT] {label}" for text, label in task.examples)
    return _group("classification", task.task, prompt + _described(task.descriptions) + shots, task.labels)


def _described(descriptions: Mapping[str, str]) -> str:
    return "".join(f" [DESCRIPTION] {name}: {text}" for name, text in descriptions.items())


def _choice_prefix(
    structures: Sequence[StructureTask],
) -> tuple[tuple[str, ...], Mapping[tuple[str, str], tuple[int, ...]]]:
    prefix: list[str] = []
    positions: dict[tuple[str, str], tuple[int, ...]] = {}
    for task in structures:
        with_choices = [one for one in task.fields if one.choices]
        if not with_choices:
            continue
        prefix += ["(", f"{task.name}:"]
        for number, one in enumerate(with_choices):
            if number:
                prefix.append(",")
            prefix += [one.name, "("]
            found: list[int] = []
            for index, choice in enumerate(one.choices):
                if index:
                    prefix.append("|")
                found.append(len(prefix))
                prefix.append(choice)
            positions[task.name, one.name] = tuple(found)
            prefix.append(")")
        prefix.append(")")
    return tuple(prefix), positions


class PromptEncoder:
    """Turns prompts and words into ids; remembers the ids of strings it has seen.

    Args:
        tokenizer: A transformers tokenizer that knows the prompt markers.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, tuple[int, ...]] = {}

    def encode(self, prompt: CompiledPrompt, words: Words) -> EncodedText:
        """Lay out the ids of one text behind its prompt; there is no [CLS] and no final [SEP].

        Source: reference package 2.1: every element and every word is tokenised on its own.
        """
        forms = [*prompt.prefix, *(word.form for word in words.items)]
        elements = [element for group in prompt.groups for element in group.elements]
        known = self._lookup([*elements, *forms, "[SEP_STRUCT]", "[SEP_TEXT]"])
        ids: list[int] = []
        prompt_positions: list[int] = []
        label_positions: list[tuple[int, ...]] = []
        for number, group in enumerate(prompt.groups):
            if number:
                ids += known["[SEP_STRUCT]"]
            positions: list[int] = []
            for element in group.elements:
                positions.append(len(ids))
                ids += known[element]
            prompt_positions.append(positions[1])
            label_positions.append(tuple(positions[4 : 4 + 2 * len(group.labels) : 2]))
        ids += known["[SEP_TEXT]"]
        word_positions: list[int] = []
        word_lengths: list[int] = []
        for form in forms:
            word_positions.append(len(ids))
            word_lengths.append(len(known[form]))
            ids += known[form]
        last = len(ids) - 1
        return EncodedText(
            tuple(ids),
            tuple(prompt_positions),
            tuple(label_positions),
            tuple(min(position, last) for position in word_positions),
            tuple(word_lengths),
            len(prompt.prefix),
        )

    def prompt_length(self, prompt: CompiledPrompt) -> int:
        """Return how many subwords stand before the first word of the text."""
        return len(self.encode(prompt, Words("", (), 0)).ids)

    def word_lengths(self, words: Words) -> list[int]:
        """Return the number of subwords of each word."""
        known = self._lookup([word.form for word in words.items])
        return [len(known[word.form]) for word in words.items]

    def _lookup(self, strings: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
        known = self._ids
        missing = list({string for string in strings if string not in known})
        if missing:
            if len(known) + len(missing) > _CACHED_WORDS:
                known = {}
                missing = list(set(strings))
            encoded = self._tokenizer(missing, add_special_tokens=False, verbose=False)["input_ids"]
            # A new dict, not an update, and returned itself: other threads read the old one and write their own.
            known = {**known, **{string: tuple(ids) for string, ids in zip(missing, encoded, strict=True)}}
            self._ids = known
        return known
