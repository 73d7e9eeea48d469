"""Shifting span scores, and finding where precision and recall balance."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gliner2_core import GLiNER2, Schema
from gliner2_core.training.calibration import balanced_threshold, shift_spans, span_vectors, with_entities_alone
from gliner2_core.training.gold import GoldInstance, Mention, TrainingExample
from tests.tiny_model import BERT, tiny_checkpoint

TEXTS = ("Ann met Bob in Oslo on Monday.", "The red bike of Zoe costs nine euros in Rome today.", "Tim sings.")
PLACES = (("Oslo",), ("Rome",), ())
EXAMPLES = [
    TrainingExample(text, {"person": (), "city": tuple(map(Mention, places))})
    for text, places in zip(TEXTS, PLACES, strict=True)
]


def logits(model: GLiNER2) -> torch.Tensor:
    schema = Schema().entities(["person", "city", "thing"])
    found = [
        span.confidence
        for text in TEXTS
        for entity in model.predict(text, schema, threshold=0.0, overlap_policy="allow").entities
        for span in sorted(entity.spans, key=lambda one: (one.start, one.end))
    ]
    return torch.logit(torch.tensor(found, dtype=torch.float64))


def test_all_spans_move_by_about_the_same() -> None:
    model = GLiNER2.from_pretrained(BERT)
    before = logits(model)
    spread = shift_spans(model.model, span_vectors(model.loaded, EXAMPLES), 0.7)
    moved = logits(model) - before
    assert moved.mean().item() == pytest.approx(0.7, abs=0.1)
    assert moved.std().item() == pytest.approx(spread, abs=0.1)


def test_other_count_heads_are_refused() -> None:
    with pytest.raises(TypeError, match="only count_lstm can be shifted, got CountLstmV2"):
        shift_spans(tiny_checkpoint("count_lstm_v2").model, torch.ones(4, 32), 1.0)


def test_the_balance_moves_with_the_scores() -> None:
    model = GLiNER2.from_pretrained(BERT)
    schema, labels = Schema().entities(["person", "city"]), ("person", "city")
    found = [model.predict(text, schema, threshold=0.05) for text in TEXTS]
    scores = sorted(span.confidence for one in found for entity in one.entities for span in entity.spans)
    below, above = scores[len(scores) // 2 - 1], scores[len(scores) // 2]
    # The likelier half of what the model finds is declared true: between the halves, and only there, it is balanced.
    examples = [
        TrainingExample(
            one.text,
            {
                entity.label: tuple(Mention(s.text, s.start, s.end) for s in entity.spans if s.confidence >= above)
                for entity in one.entities
            },
        )
        for one in found
    ]
    assert all(set(example.entities) == set(labels) for example in examples)
    eager = GLiNER2.from_pretrained(BERT)
    shift_spans(eager.model, span_vectors(model.loaded, EXAMPLES), 0.5)
    assert below - 0.01 <= balanced_threshold(model, [examples]) <= above + 0.01
    assert balanced_threshold(eager, [examples]) > balanced_threshold(model, [examples])


def test_only_entities_are_measured() -> None:
    mixed = replace(EXAMPLES[0], structures=(GoldInstance("s", {}),))
    (kept,) = with_entities_alone([mixed, TrainingExample("nothing")])
    assert kept == EXAMPLES[0]
