from __future__ import annotations

import json
from typing import Any

import pytest

from gliner2_core.predictions import (
    CheckpointInfo,
    ChoicePrediction,
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    LabelProbability,
    Prediction,
    RelationPair,
    RelationPrediction,
    SpanPrediction,
    StructurePrediction,
)
from gliner2_core.views import View

ANN, ANN_AGAIN, OSLO = (
    SpanPrediction("Ann", 0, 3, 0.75),
    SpanPrediction("ann", 9, 12, 0.5),
    SpanPrediction("Oslo", 4, 8, 0.25),
)
CALM, ANGRY = LabelProbability("calm", 0.75, True), LabelProbability("angry", 0.25, False)
PREDICTION = Prediction(
    text="Ann Oslo ann",
    checkpoint=CheckpointInfo("tiny", "abc"),
    threshold=0.25,
    overlap_policy="flat",
    structures=(
        StructurePrediction(
            "trip",
            (
                (
                    FieldPrediction("who", True, (ANN, ANN_AGAIN)),
                    FieldPrediction("to", False, (OSLO,)),
                    FieldPrediction("by", False, (ChoicePrediction("car", 0.5),)),
                    FieldPrediction("cost", False, ()),
                ),
            ),
        ),
    ),
    entities=(EntityPrediction("person", True, (ANN, ANN_AGAIN)), EntityPrediction("city", False, ())),
    has_entities=True,
    relations=(RelationPrediction("visits", (RelationPair(ANN, OSLO),)), RelationPrediction("owns", ())),
    classifications=(
        ClassificationPrediction("tone", False, (CALM, ANGRY), (CALM,)),
        ClassificationPrediction("tones", True, (CALM, ANGRY), (CALM,)),
    ),
    counts={"trip": 1, "entities": 2, "visits": 1, "owns": 0},
    words=3,
)


def view(confidence: bool = False, spans: bool = False) -> View:
    return View(include_confidence=confidence, include_spans=spans)


def test_the_plain_answer() -> None:
    answer = view().formatted(PREDICTION)
    assert answer == {
        "trip": [{"who": ["Ann"], "to": "Oslo", "by": "car", "cost": None}],
        "entities": {"person": ["Ann"], "city": None},
        "tone": "calm",
        "tones": ["calm"],
        "relation_extraction": {"visits": [("Ann", "Oslo")], "owns": []},
    }
    assert list(answer) == ["trip", "entities", "tone", "tones", "relation_extraction"]


@pytest.mark.parametrize(
    ("confidence", "spans", "ann", "again"),
    [
        (True, False, {"text": "Ann", "confidence": 0.75}, None),
        (False, True, {"text": "Ann", "start": 0, "end": 3}, {"text": "ann", "start": 9, "end": 12}),
        (
            True, True,
            {"text": "Ann", "confidence": 0.75, "start": 0, "end": 3},
            {"text": "ann", "confidence": 0.5, "start": 9, "end": 12},
        ),
    ],
)  # fmt: skip
def test_details_of_a_span_and_repeated_mentions(confidence: bool, spans: bool, ann: Any, again: Any) -> None:
    answer = view(confidence, spans).formatted(PREDICTION)
    both = [ann] if again is None else [ann, again]
    assert answer["entities"]["person"] == both
    assert answer["trip"][0]["who"] == both
    assert answer["relation_extraction"]["visits"][0]["head"] == ann


@pytest.mark.parametrize(
    ("confidence", "spans", "choice", "tone"),
    [
        (True, False, {"text": "car", "confidence": 0.5}, {"label": "calm", "confidence": 0.75}),
        (False, True, "car", "calm"),
        (True, True, {"text": "car", "confidence": 0.5}, {"label": "calm", "confidence": 0.75}),
    ],
)
def test_details_of_what_has_no_place(confidence: bool, spans: bool, choice: Any, tone: Any) -> None:
    answer = view(confidence, spans).formatted(PREDICTION)
    assert (answer["trip"][0]["by"], answer["tone"], answer["tones"]) == (choice, tone, [tone])


def test_the_raw_answer_merges_nothing() -> None:
    answer = view().raw(PREDICTION)
    assert answer == {
        "trip": [{"who": ["Ann", "ann"], "to": "Oslo", "by": "car", "cost": None}],
        "entities": [{"person": ["Ann", "ann"], "city": None}],
        "visits": [("Ann", "Oslo")],
        "owns": [],
        "tone": ("calm", 0.75),
        "tones": [("calm", 0.75)],
    }
    assert list(answer) == ["trip", "entities", "visits", "owns", "tone", "tones"]


def test_attributes_stand_beside_the_text() -> None:
    labels = (LabelProbability("warm", 0.75, True), LabelProbability("loud", 0.5, True))
    span = SpanPrediction("It", 0, 2, 0.5, {"mood": labels[:1], "tone": labels}, {"mood": True, "tone": False})
    film = EntityPrediction("film", True, (span,))
    found = Prediction("It", CheckpointInfo("t"), 0.5, None, entities=(film,), has_entities=True)
    assert view().formatted(found)["entities"]["film"] == [
        {
            "text": "It",
            "mood": {"label": "warm", "confidence": 0.75},
            "tone": [{"label": "warm", "confidence": 0.75}, {"label": "loud", "confidence": 0.5}],
        }
    ]


def test_no_tasks_give_an_empty_answer() -> None:
    nothing = Prediction("", CheckpointInfo("t"), 0.5, None)
    assert (view().formatted(nothing), view().raw(nothing)) == ({}, {})


def test_a_prediction_as_json_leaves_nothing_out() -> None:
    ann = {"text": "Ann", "start": 0, "end": 3, "confidence": 0.75}
    again = {"text": "ann", "start": 9, "end": 12, "confidence": 0.5}
    oslo = {"text": "Oslo", "start": 4, "end": 8, "confidence": 0.25}
    tone = {"chosen": ["calm"], "probabilities": {"calm": 0.75, "angry": 0.25}}
    expected = {
        "text": "Ann Oslo ann",
        "entities": [{"label": "person", **ann}, {"label": "person", **again}],
        "structures": [
            {
                "name": "trip",
                "instances": [
                    {
                        "who": [ann, again],
                        "to": oslo,
                        "by": {"text": "car", "confidence": 0.5, "choice": True},
                        "cost": None,
                    }
                ],
            }
        ],
        "relations": [{"name": "visits", "head": ann, "tail": oslo}],
        "classifications": [{"task": "tone", "multi_label": False, **tone}, {"task": "tones", "multi_label": True, **tone}],
        "counts": {"trip": 1, "visits": 1, "owns": 0},
        "windows": 1,
        "words": 3,
        "checkpoint": {"name": "tiny", "revision": "abc"},
        "threshold": 0.25,
        "overlap_policy": "flat",
        "duration_s": 0.0,
    }
    assert json.loads(json.dumps(PREDICTION.to_dict())) == expected


def test_attributes_of_a_prediction_as_json() -> None:
    span = SpanPrediction("It", 0, 2, 0.5, {"mood": (LabelProbability("warm", 0.75, True),)}, {"mood": True})
    found = Prediction("It", CheckpointInfo("t"), 0.5, None, entities=(EntityPrediction("film", True, (span,)),))
    assert found.to_dict()["entities"] == [
        {
            "label": "film", "text": "It", "start": 0, "end": 2, "confidence": 0.5,
            "attributes": {"mood": [{"label": "warm", "confidence": 0.75}]},
        }
    ]  # fmt: skip
