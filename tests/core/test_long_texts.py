"""The reference's long-document methods; their answers on recorded weights are in tests/parity."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from gliner2_core import Schema
from tests.tiny_model import recorded_extractor, tiny_extractor

SENTENCE = "Mary met Öz 😀 in Paris today. "
TEXT = SENTENCE * 12
FULL = {"include_confidence": True, "include_spans": True, "threshold": 0.3}
SMALL = {"chunk_size": 20, "chunk_overlap": 5}

METHODS: dict[str, tuple[str, Any]] = {
    "extract_entities_long": ("extract_entities", ["person", "city"]),
    "classify_text_long": ("classify_text", {"t": ["a", "b"], "m": {"labels": ["x", "y"], "multi_label": True}}),
    "extract_json_long": ("extract_json", {"trip": ["who::str", "by::[car|train]::str"]}),
    "extract_relations_long": ("extract_relations", ["met"]),
    "extract_long": ("extract", Schema().entities(["person"]).classification("t", ["a", "b"])),
}


def every_place(value: Any) -> list[tuple[str, int, int]]:
    if isinstance(value, dict):
        own = [(value["text"], value["start"], value["end"])] if {"text", "start", "end"} <= set(value) else []
        return own + [place for one in value.values() for place in every_place(one)]
    return [place for one in value for place in every_place(one)] if isinstance(value, (list, tuple)) else []


@pytest.mark.parametrize("method", [name for name in METHODS if "entities" in name or "json" in name or "relations" in name])
def test_offsets_are_those_of_the_document(method: str) -> None:
    places = every_place(getattr(recorded_extractor(), method)(TEXT, METHODS[method][1], **FULL, **SMALL))
    assert max(end for _, _, end in places) > len(SENTENCE) * 6
    assert all(TEXT[start:end] == text for text, start, end in places)


@pytest.mark.parametrize("method", ["extract_entities_long", "extract_json_long", "classify_text_long"])
def test_a_text_in_one_chunk_has_the_same_values(method: str) -> None:
    short, given = METHODS[method]
    extractor = recorded_extractor()
    options = {**FULL, "overlap_policy": "flat"}
    # A chunk ends with a word, so the sentence must end with one too.
    of_chunk = getattr(extractor, method)(SENTENCE.strip(), given, **options)
    at_once = getattr(extractor, short)(SENTENCE.strip(), given, **options)
    assert sorted(every_place(of_chunk)) == sorted(every_place(at_once))
    assert list(of_chunk) == list(at_once)


def test_entities_stand_in_text_order_and_do_not_overlap() -> None:
    found = recorded_extractor().extract_entities_long(TEXT, ["person"], **FULL, **SMALL)["entities"]["person"]
    places = [(one["start"], one["end"]) for one in found]
    assert len(places) > 5
    assert all(one[1] <= two[0] for one, two in pairwise(places))


def test_relations_are_dicts() -> None:
    pairs = recorded_extractor().extract_relations_long(TEXT, ["met"], threshold=0.3, **SMALL)["relation_extraction"]["met"]
    assert pairs
    assert {frozenset(pair) for pair in pairs} == {frozenset({"head", "tail"})}


def test_plain_answers_hold_no_details() -> None:
    answer = recorded_extractor().extract_long(TEXT, METHODS["extract_long"][1], threshold=0.3, **SMALL)
    assert {type(one) for one in answer["entities"]["person"]} == {str}
    assert answer["t"] in ("a", "b")


def test_a_batch_answers_as_one_by_one() -> None:
    extractor, schema = recorded_extractor(), METHODS["extract_long"][1]
    texts = [TEXT, "", SENTENCE]
    assert extractor.batch_extract_long(texts, schema, **SMALL) == [
        extractor.extract_long(text, schema, **SMALL) for text in texts
    ]


def test_fields_named_like_details_are_ordinary_fields() -> None:
    fields = {"s": ["confidence", "start", "end", "text"]}
    rows = tiny_extractor().extract_json_long(SENTENCE * 3, fields, threshold=0.0, chunk_size=8, chunk_overlap=2)["s"]
    assert rows
    assert {tuple(row) for row in rows} == {("confidence", "start", "end", "text")}
    assert all(isinstance(value, list) and value for row in rows for value in row.values())
