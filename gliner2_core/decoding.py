"""Logits → predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gliner2_core.candidates import Candidates, RealWords, candidates_of
from gliner2_core.modeling.batch import Batch
from gliner2_core.modeling.classification_head import probabilities
from gliner2_core.modeling.model import Gliner2Model, States
from gliner2_core.predictions import (
    ChoicePrediction,
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    LabelProbability,
    RelationPair,
    RelationPrediction,
    SpanPrediction,
    StructurePrediction,
)
from gliner2_core.prompt import CompiledPrompt, PromptGroup
from gliner2_core.spans import ScoredSpan
from gliner2_core.tasks import AttributeGroup, ClassificationTask, Field
from gliner2_core.words import Words


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """The call's threshold and its overlap policy (canonical name or None)."""

    threshold: float = 0.5
    overlap_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one pass found in one text."""

    structures: tuple[StructurePrediction, ...]
    entities: tuple[EntityPrediction, ...]
    relations: tuple[RelationPrediction, ...]
    classifications: tuple[ClassificationPrediction, ...]
    counts: dict[str, int]


@torch.inference_mode()
def decode_batch(
    model: Gliner2Model,
    batch: Batch,
    prompts: Sequence[CompiledPrompt],
    words: Sequence[Words],
    options: DecodeOptions,
) -> list[Decoded]:
    """Run the model on a batch and read its answers.

    Args:
        model: In eval mode.
        batch: B encoded texts.
        prompts: Per text the prompt it was encoded with.
        words: Per text its words.
        options: Threshold and overlap policy of the call.

    Returns:
        One answer per text.

    Raises:
        ValidatorTimeout: If a user's regular expression runs too long.

    Source: reference package 2.1, decoding of the span architecture.
    """
    states = model.states(batch)
    counts = model.count_logits(states.prompts).argmax(-1).tolist() if len(batch.kinds) else []
    logits = model.class_logits(states.labels) if "classification" in batch.kinds else None
    scores = _span_scores(model, batch, states, counts, words, prompts)
    decoded: list[Decoded] = []
    group = 0
    for text, (prompt, of_text) in enumerate(zip(prompts, words, strict=True)):
        reader = _TextReader(prompt, of_text, options)
        for number, one in enumerate(prompt.groups):
            if one.kind == "classification":
                assert logits is not None
                reader.read_classification(number, logits[group, : len(one.labels)])
            else:
                reader.read_extractive(one, number, counts[group], scores[text].get(number))
            group += 1
        decoded.append(reader.decoded())
    return decoded


def _span_scores(
    model: Gliner2Model,
    batch: Batch,
    states: States,
    counts: Sequence[int],
    words: Sequence[Words],
    prompts: Sequence[CompiledPrompt],
) -> list[dict[int, Tensor]]:
    """Return per text and group (N, L, W, K) logits over prefix and real words; groups that count 0 have none."""
    scores: list[dict[int, Tensor]] = [{} for _ in prompts]
    asked = [group for group, kind in enumerate(batch.kinds) if kind != "classification" and counts[group]]
    if not asked:
        return scores
    needed = {group: 1 if batch.kinds[group] == "entities" else counts[group] for group in asked}
    queries = model.queries(states.labels[asked], batch.label_mask[asked], max(needed.values()))  # (N, G', L, D)
    spans = model.span_rep.states(states.words)
    first = 0
    for text, prompt in enumerate(prompts):
        groups = [number for number in range(len(prompt.groups)) if first + number in needed]
        stop = len(prompt.prefix) + words[text].n_real
        if groups and stop:
            rows = [
                queries[: needed[first + number], asked.index(first + number), : len(prompt.groups[number].labels)]
                for number in groups
            ]
            of_text = type(spans)(spans.starts[text : text + 1, :stop], spans.ends[text : text + 1, :stop])
            flat = model.span_rep.score(of_text, torch.cat([row.flatten(0, 1) for row in rows])[None])[0]
            parts = flat.split([row.shape[0] * row.shape[1] for row in rows])
            for number, row, part in zip(groups, rows, parts, strict=True):
                scores[text][number] = part.unflatten(0, row.shape[:2])
        first += len(prompt.groups)
    return scores


class _TextReader:
    """Reads the answers for one text, group by group."""

    def __init__(self, prompt: CompiledPrompt, words: Words, options: DecodeOptions) -> None:
        self._prompt = prompt
        self._tasks = prompt.tasks
        self._words = words
        self._real = RealWords(words)
        self._options = options
        self._n_prefix = len(prompt.prefix)
        self._structures: list[StructurePrediction] = []
        self._entities: list[EntityPrediction] = []
        self._relations: list[RelationPrediction] = []
        self._classifications: list[ClassificationPrediction] = []
        self._counts: dict[str, int] = {}

    def decoded(self) -> Decoded:
        """Return everything read so far."""
        return Decoded(
            tuple(self._structures),
            tuple(self._entities),
            tuple(self._relations),
            tuple(self._classifications),
            self._counts,
        )

    def read_extractive(self, group: PromptGroup, number: int, count: int, scores: Tensor | None) -> None:
        """Read entities, a structure or a relation; `scores` is (N, L, W, K), or None where there is nothing to read."""
        self._counts[group.name] = count
        if group.kind == "entities":
            self._read_entities(scores)
        elif group.kind == "structure":
            self._read_structure(number, scores)
        else:
            self._read_relation(number - len(self._tasks.structures) - bool(self._tasks.entities), scores)

    def read_classification(self, number: int, logits: Tensor) -> None:
        """Read one classification from the logits of its labels."""
        tasks = self._tasks
        n_before = len(tasks.structures) + bool(tasks.entities) + len(tasks.relations)
        task = tasks.classifications[number - n_before]
        self._classifications.append(decide_classification(task, probabilities(logits.float(), task).tolist()))

    def _read_entities(self, scores: Tensor | None) -> None:
        labels = self._tasks.entities
        thresholds = [label.threshold for label in labels]
        found = self._candidates(None if scores is None else scores[0, : len(labels)], thresholds)
        for label, candidates in zip(labels, found, strict=True):
            most = None if label.dtype == "list" else 1
            kept = candidates.select(self._options.overlap_policy, label.validators, most)
            spans = tuple(self._span(span, label.name, scores) for span in kept)
            self._entities.append(EntityPrediction(label.name, label.dtype == "list", spans))

    def _read_structure(self, number: int, scores: Tensor | None) -> None:
        task = self._tasks.structures[number]
        instances: list[tuple[FieldPrediction, ...]] = []
        for row in () if scores is None else scores:
            found = self._candidates(row, [field.threshold for field in task.fields])
            fields = tuple(
                self._field(task.name, field, row[index], found[index]) for index, field in enumerate(task.fields)
            )
            if any(field.values for field in fields):
                instances.append(fields)
        self._structures.append(StructurePrediction(task.name, tuple(instances)))

    def _read_relation(self, index: int, scores: Tensor | None) -> None:
        task = self._tasks.relations[index]
        pairs: list[RelationPair] = []
        for row in () if scores is None else scores:
            found = self._candidates(row, [task.threshold] * len(row))
            best = [candidates.select(self._options.overlap_policy, most=1) for candidates in found]
            if len(best) == 2 and all(best):
                pairs.append(RelationPair(self._span(best[0][0]), self._span(best[1][0])))
        self._relations.append(RelationPrediction(task.name, tuple(pairs)))

    def _field(self, structure: str, field: Field, scores: Tensor, candidates: Candidates) -> FieldPrediction:
        if field.choices:
            values: Sequence[SpanPrediction | ChoicePrediction] = self._choices(structure, field, scores)
        else:
            most = None if field.dtype == "list" else 1
            kept = candidates.select(self._options.overlap_policy, field.validators, most)
            values = [self._span(span) for span in kept]
        return FieldPrediction(field.name, field.dtype == "list", tuple(values))

    def _choices(self, structure: str, field: Field, scores: Tensor) -> list[ChoicePrediction]:
        """Read a choice field: its options stand as words in the prefix; scores is (W, K)."""
        positions = list(self._prompt.choices[structure, field.name])
        found = torch.sigmoid(scores[positions, 0]).tolist()
        threshold = self._options.threshold if field.threshold is None else field.threshold
        options = [ChoicePrediction(choice, value) for choice, value in zip(field.choices, found, strict=True)]
        if field.dtype == "list":
            return [option for option in options if option.confidence >= threshold]
        best = max(options, key=lambda option: option.confidence)
        return [best] if best.confidence >= threshold else []

    def _candidates(self, scores: Tensor | None, thresholds: Sequence[float | None]) -> list[Candidates]:
        """Return per label the spans of real words that reach its threshold; scores is (L, prefix and words, K)."""
        limits = [self._options.threshold if value is None else value for value in thresholds]
        return candidates_of(None if scores is None else scores[:, self._n_prefix :], self._real, limits)

    def _span(self, span: ScoredSpan, label: str | None = None, scores: Tensor | None = None) -> SpanPrediction:
        attributes: dict[str, tuple[LabelProbability, ...]] = {}
        groups = self._tasks.attributes if scores is not None else {}
        if scores is not None:
            for name, group in groups.items():
                if group.applies_to is None or label in group.applies_to:
                    attributes[name] = self._attribute(name, group, span, scores)
        return SpanPrediction(
            self._words.text[span.chars.start : span.chars.end],
            span.chars.start,
            span.chars.end,
            span.confidence,
            attributes,
            {name: not groups[name].multi_label for name in attributes},
        )

    def _attribute(self, name: str, group: AttributeGroup, span: ScoredSpan, scores: Tensor) -> tuple[LabelProbability, ...]:
        labels = next(one.labels for one in self._prompt.groups if one.kind == "entities")
        rows = [labels.index(group.prompt_label(name, label)) for label in group.labels]
        words = span.words
        logits = scores[0, rows, self._n_prefix + words.start, words.end - words.start - 1].float()
        values = (torch.sigmoid(logits) if group.multi_label else torch.softmax(logits, 0)).tolist()
        best = max(range(len(values)), key=values.__getitem__)
        return tuple(
            LabelProbability(label, value, True)
            for index, (label, value) in enumerate(zip(group.labels, values, strict=True))
            if (value >= group.threshold if group.multi_label else index == best)
        )


def decide_classification(task: ClassificationTask, values: Sequence[float]) -> ClassificationPrediction:
    """Choose among the labels of a task from their probabilities, given in declared order."""
    best = max(range(len(values)), key=values.__getitem__)
    chosen = [best]
    if task.multi_label:
        chosen = [index for index, value in enumerate(values) if value >= task.threshold] or [best]
        if task.top_k is not None:
            chosen = sorted(chosen, key=lambda index: -values[index])[: task.top_k]
    labels = tuple(
        LabelProbability(label, value, index in chosen)
        for index, (label, value) in enumerate(zip(task.labels, values, strict=True))
    )
    return ClassificationPrediction(task.task, task.multi_label, labels, tuple(labels[index] for index in chosen))
