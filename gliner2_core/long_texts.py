"""The reference's long-document methods: windows of a fixed number of words, and its rules for joining them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gliner2_core.checks import checked_positive, expect_as_many, reject_unknown
from gliner2_core.errors import InputError
from gliner2_core.schema import Schema
from gliner2_core.spans import CharSpan, ScoredSpan, WordSpan, canonical_policy, select_spans
from gliner2_core.views import View
from gliner2_core.words import split_words

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2

Item = dict[str, Any]
OPTIONS = (
    "chunk_size",
    "chunk_overlap",
    "batch_size",
    "threshold",
    "include_confidence",
    "include_spans",
    "overlap_policy",
    "format_results",
    "num_workers",
)


def extract_long(extractor: GLiNER2, texts: Sequence[str], schemas: Schema | Sequence[Schema], **options: Any) -> list[Item]:
    """Run a schema on windows of every text and join the answers.

    Args:
        extractor: Runs the windows.
        texts: Documents.
        schemas: What to extract: one schema for all texts, or one per text.
        **options: chunk_size (384 words), chunk_overlap (64), batch_size (8), threshold, overlap_policy (of the joined
            spans and within each window), include_confidence, include_spans; num_workers is taken and changes nothing.

    Returns:
        One answer per text; entities in text order, relations as dicts with head and tail.

    Raises:
        InputError: If an option is out of range, there are not as many schemas as texts, or `format_results` is False.

    Source: reference package 2.1, long-document methods.
    """
    reject_unknown(options, OPTIONS, "the call")
    size = checked_positive(options.get("chunk_size", 384), "chunk_size")
    overlap = checked_positive(options.get("chunk_overlap", 64), "chunk_overlap", least=0)
    if overlap >= size:
        raise InputError(f"chunk_overlap must be smaller than chunk_size, got {overlap} and {size}")
    if options.get("format_results", True) is not True:
        raise InputError("format_results=False is not supported for long texts; use predict for all details")
    policy = canonical_policy(options.get("overlap_policy"))
    windows = [list(_windows(extractor, text, size, overlap)) for text in texts]
    flat = [text[start:end] for text, of_text in zip(texts, windows, strict=True) for start, end in of_text]
    of_texts = [schemas] * len(texts) if isinstance(schemas, Schema) else list(schemas)
    expect_as_many(len(of_texts), len(texts))
    of_windows = [schema for schema, of_text in zip(of_texts, windows, strict=True) for _ in of_text]
    call = {key: options[key] for key in ("threshold", "batch_size") if key in options}
    predictions = extractor.iter_predict(flat, of_windows, overlap_policy=policy, max_len=size, **call)
    view = View(include_confidence=True, include_spans=True)
    final = _Flags(bool(options.get("include_confidence")), bool(options.get("include_spans")))
    results: list[Item] = []
    for text, of_text, schema in zip(texts, windows, of_texts, strict=True):
        parts = [_shifted(view.formatted(next(predictions)), start, text) for start, _ in of_text]
        results.append(_joined(parts, schema, policy or "flat", final))
    return results


def _windows(extractor: GLiNER2, text: str, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    words = split_words(text, extractor.word_splitter)
    items = words.items[: words.n_real]
    if not items:
        yield 0, len(text)
        return
    start = 0
    while True:
        stop = min(start + size, len(items))
        yield items[start].start, items[stop - 1].end
        if stop == len(items):
            return
        start += size - overlap


def _shifted(value: Any, offset: int, text: str) -> Any:
    """Move every span of an answer to its place in the document."""
    if isinstance(value, dict):
        moved = {key: _shifted(one, offset, text) for key, one in value.items()}
        if "start" in moved and "end" in moved and isinstance(moved["start"], int):
            moved["start"] += offset
            moved["end"] += offset
            moved["text"] = text[moved["start"] : moved["end"]]
        return moved
    return [_shifted(one, offset, text) for one in value] if isinstance(value, list) else value


def _joined(parts: Sequence[Item], schema: Schema, policy: str, flags: _Flags) -> Item:
    tasks = schema.tasks()
    result: Item = {}
    for structure in tasks.structures:
        rows = _distinct([row for part in parts for row in part[structure.name]])
        result[structure.name] = [{key: flags.apply(value) for key, value in row.items()} for row in rows]
    if tasks.entities:
        result["entities"] = {
            label.name: _entities(
                [part["entities"][label.name] for part in parts],
                label.dtype == "list",
                policy,
                flags,
                bool(tasks.attributes),
            )
            for label in tasks.entities
        }
    for task in tasks.classifications:
        result[task.task] = _classes([part[task.task] for part in parts], task.multi_label, flags)
    if tasks.relations:
        result["relation_extraction"] = {
            relation.name: [
                {key: flags.apply(value) for key, value in pair.items()}
                for pair in _distinct([pair for part in parts for pair in part["relation_extraction"][relation.name]])
            ]
            for relation in tasks.relations
        }
    return result


def _entities(found: Sequence[Any], is_list: bool, policy: str, flags: _Flags, has_attributes: bool) -> Any:
    items = [one for part in found for one in (part if is_list else [part] if part else [])]
    by_place: dict[CharSpan, Item] = {}
    for item in items:
        place = CharSpan(item["start"], item["end"])
        if place not in by_place or by_place[place]["confidence"] < item["confidence"]:
            by_place[place] = item
    scored = [ScoredSpan(place, WordSpan(0, 0), by_place[place]["confidence"]) for place in by_place]
    kept = [by_place[place] for place in sorted(one.chars for one in select_spans(scored, policy))]
    if is_list:
        shown = [flags.apply(item) for item in kept]
        return [{"text": one} if has_attributes and isinstance(one, str) else one for one in shown]
    return flags.apply(kept[0]) if kept else None


def _classes(found: Sequence[Any], is_multi_label: bool, flags: _Flags) -> Any:
    if not is_multi_label:
        return flags.apply_label(max(found, key=lambda item: float(item["confidence"])))
    best: dict[str, Item] = {}
    for item in (one for part in found for one in part):
        known = best.setdefault(item["label"], item)
        if known["confidence"] < item["confidence"]:
            best[item["label"]] = item
    return [flags.apply_label(item) for item in best.values()]


def _distinct(rows: Sequence[Item]) -> list[Item]:
    """Keep one of equal rows: the most confident, at the place of the first."""
    kept: dict[str, Item] = {}
    for row in rows:
        # Value by value, because a field may itself be named `confidence`.
        key = repr({name: _without_confidence(value) for name, value in row.items()})
        if key not in kept or _best_confidence([*kept[key].values()]) < _best_confidence([*row.values()]):
            kept[key] = row
    return list(kept.values())


def _best_confidence(value: Any) -> float:
    if isinstance(value, list):
        return max(map(_best_confidence, value), default=0.0)
    if not isinstance(value, dict):
        return 0.0
    return float(value["confidence"]) if "confidence" in value else max(map(_best_confidence, value.values()), default=0.0)


def _without_confidence(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_confidence(one) for key, one in value.items() if key != "confidence"}
    return [_without_confidence(one) for one in value] if isinstance(value, list) else value


class _Flags:
    """Which details of a value stay in the answer."""

    def __init__(self, include_confidence: bool, include_spans: bool) -> None:
        self._hidden = set() if include_confidence else {"confidence"}
        self._hidden |= set() if include_spans else {"start", "end"}

    def apply(self, value: Any) -> Any:
        """Strip a value, a list of values, or None."""
        if isinstance(value, list):
            return [self.apply(one) for one in value]
        if not isinstance(value, dict):
            return value
        kept = {key: one for key, one in value.items() if key not in self._hidden}
        return kept["text"] if list(kept) == ["text"] else kept

    def apply_label(self, item: Item) -> Any:
        """Strip a chosen label."""
        return item["label"] if "confidence" in self._hidden else dict(item)
