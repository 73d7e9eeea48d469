"""Texts longer than the model's window: where to cut, and how to join what each part gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gliner2_core.errors import WindowError
from gliner2_core.predictions import (
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    LabelProbability,
    RelationPair,
    RelationPrediction,
    SpanPrediction,
    StructurePrediction,
    Value,
)
from gliner2_core.spans import CharSpan, ScoredSpan, WordSpan, select_spans
from gliner2_core.tasks import TaskSet
from gliner2_core.words import Words

LEAST_ROOM = 32
"""A window must have room for so many subwords of text."""


def plan_windows(words: Words, lengths: Sequence[int], room: int, *, prompt_length: int, window: int) -> list[WordSpan]:
    """Cut a text into runs of words that fit, at sentence ends where there are any, the last sentence shared by both.

    Args:
        words: The document's words.
        lengths: Subwords of each word.
        room: Subwords that fit behind the prompt.
        prompt_length: Subwords of the prompt, for the message.
        window: The model's window, for the message.

    Returns:
        Runs of real words in order, every word in at least one; one run if everything fits.

    Raises:
        WindowError: If the schema leaves no room, or one word alone does not fit.
    """
    if sum(lengths) <= room:
        return [WordSpan(0, words.n_real)]
    if room < LEAST_ROOM:
        raise WindowError(
            f"the schema takes {prompt_length} of the model's {window} subwords and leaves {max(room, 0)} for text, at "
            f"least {LEAST_ROOM} are needed; ask for fewer labels at once or shorten descriptions"
        )
    ends = [index + 1 for index in range(words.n_real) if words.items[index].form in (".", "!", "?", "。", "।")]
    runs: list[WordSpan] = []
    start = 0
    while True:
        stop = _fitting(lengths, start, words.n_real, room - 2)
        if stop == start:
            raise WindowError(
                f"the word {words.items[start].form[:40]!r} alone has {lengths[start]} subwords, {room} fit; shorten it, "
                "or use word_splitter='char' for a script without spaces"
            )
        if stop >= words.n_real:
            return [*runs, WordSpan(start, words.n_real)]
        read = runs[-1].end if runs else 0
        if stop <= read:
            # The shared sentence fills the window by itself: go on behind it.
            start = read
            continue
        stop = max((end for end in ends if max(start + (stop - start) // 2, read) < end <= stop), default=stop)
        runs.append(WordSpan(start, stop))
        # The last sentence is read again, with what follows it; without one, an eighth of the run.
        overlap = max((end for end in ends if stop - (stop - start) // 3 <= end < stop), default=stop - (stop - start) // 8)
        start = max(overlap, start + 1)


def _fitting(lengths: Sequence[int], start: int, limit: int, room: int) -> int:
    total = 0
    for index in range(start, limit):
        total += lengths[index]
        if total > room:
            return index
    return limit


def shift_span(span: SpanPrediction, offset: int) -> SpanPrediction:
    """Move a span of a part to its place in the document."""
    return replace(span, start=span.start + offset, end=span.end + offset)


def _shift_value(value: Value, offset: int) -> Value:
    return shift_span(value, offset) if isinstance(value, SpanPrediction) else value


def merge_entities(
    parts: Sequence[tuple[EntityPrediction, ...]], offsets: Sequence[int], policy: str | None
) -> tuple[EntityPrediction, ...]:
    """Join entities of all windows by offset: the more confident of two equal spans stays, then the policy decides."""
    merged: list[EntityPrediction] = []
    for of_label in zip(*parts, strict=True):
        best: dict[CharSpan, SpanPrediction] = {}
        for entity, offset in zip(of_label, offsets, strict=True):
            for span in (shift_span(one, offset) for one in entity.spans):
                place = CharSpan(span.start, span.end)
                if place not in best or best[place].confidence < span.confidence:
                    best[place] = span
        scored = [ScoredSpan(place, WordSpan(0, 0), best[place].confidence) for place in sorted(best)]
        spans = tuple(best[one.chars] for one in select_spans(scored, policy))
        first = of_label[0]
        merged.append(replace(first, spans=spans if first.is_list else spans[:1]))
    return tuple(merged)


def merge_structures(
    parts: Sequence[tuple[StructurePrediction, ...]], offsets: Sequence[int]
) -> tuple[StructurePrediction, ...]:
    """Join instances of all windows in text order; an instance found twice in shared text counts once."""
    merged: list[StructurePrediction] = []
    for of_name in zip(*parts, strict=True):
        instances: dict[tuple[object, ...], tuple[FieldPrediction, ...]] = {}
        for structure, offset in zip(of_name, offsets, strict=True):
            for fields in structure.instances:
                moved = tuple(
                    replace(field, values=tuple(_shift_value(value, offset) for value in field.values)) for field in fields
                )
                instances.setdefault(_places(field.values for field in moved), moved)
        merged.append(StructurePrediction(of_name[0].name, tuple(instances.values())))
    return tuple(merged)


def merge_relations(
    parts: Sequence[tuple[RelationPrediction, ...]], offsets: Sequence[int]
) -> tuple[RelationPrediction, ...]:
    """Join pairs of all windows in text order; a pair found twice in shared text counts once."""
    merged: list[RelationPrediction] = []
    for of_name in zip(*parts, strict=True):
        pairs: dict[tuple[object, ...], RelationPair] = {}
        for relation, offset in zip(of_name, offsets, strict=True):
            for pair in relation.pairs:
                moved = RelationPair(shift_span(pair.head, offset), shift_span(pair.tail, offset))
                pairs.setdefault(_places([(moved.head,), (moved.tail,)]), moved)
        merged.append(RelationPrediction(of_name[0].name, tuple(pairs.values())))
    return tuple(merged)


def merge_classifications(
    parts: Sequence[tuple[ClassificationPrediction, ...]],
    weights: Sequence[int],
    tasks: TaskSet,
    decide: Callable[..., ClassificationPrediction],
) -> tuple[ClassificationPrediction, ...]:
    """Average every label's probability over the windows, weighed by their words, and decide anew."""
    total = sum(weights) or 1
    merged: list[ClassificationPrediction] = []
    for task, of_task in zip(tasks.classifications, zip(*parts, strict=True), strict=True):
        columns: zip[tuple[LabelProbability, ...]] = zip(*(one.labels for one in of_task), strict=True)
        means = [
            sum(label.probability * weight for label, weight in zip(column, weights, strict=True)) / total
            for column in columns
        ]
        merged.append(decide(task, means))
    return tuple(merged)


def _places(values: Iterable[Sequence[Value]]) -> tuple[object, ...]:
    return tuple(
        tuple((value.start, value.end) if isinstance(value, SpanPrediction) else value.text for value in of_field)
        for of_field in values
    )
