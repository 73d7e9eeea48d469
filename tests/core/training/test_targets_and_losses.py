"""Targets and losses against what the reference package recorded, and against naive formulas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from gliner2_core.checkpoint import LoadedCheckpoint, load_checkpoint
from gliner2_core.errors import DataError
from gliner2_core.prompt import PromptEncoder
from gliner2_core.spans import WordSpan
from gliner2_core.training.collator import TrainingBatch, collate_targets
from gliner2_core.training.examples import parse_example
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.losses import REFERENCE_LOSS, LossConfig, compute_losses
from gliner2_core.training.targets import build_targets

DATA = Path(__file__).parents[2] / "data" / "parity"
GOLDEN = json.loads((DATA / "training_golden.json").read_text(encoding="utf-8"))
CHECKPOINTS = ("bert_lstm", "deberta_lstm_v2")
RECORDS = range(len(GOLDEN["records"]))


@cache
def loaded(name: str) -> LoadedCheckpoint:
    return load_checkpoint(DATA / "checkpoints" / name)


def batch_of(checkpoint: LoadedCheckpoint, *records: dict[str, Any]) -> TrainingBatch:
    targets = [build_targets(parse_example(record, "test:1"), 8) for record in records]
    return collate_targets(PromptEncoder(checkpoint.tokenizer), targets)


@pytest.mark.parametrize("index", RECORDS)
def test_prompt_and_words_are_the_reference_s(index: int) -> None:
    target = build_targets(parse_example(GOLDEN["records"][index], "test:1"), 8)
    row = GOLDEN["results"]["bert_lstm"]["rows"][index]
    assert [list(group.elements) for group in target.prompt.groups] == row["schema_tokens"]
    assert [*target.prompt.prefix, *(word.form for word in target.words.items)] == row["text_tokens"]


@pytest.mark.parametrize("index", RECORDS)
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_losses_are_the_reference_s(name: str, index: int) -> None:
    checkpoint = loaded(name)
    with torch.no_grad():
        found = compute_losses(checkpoint.model, batch_of(checkpoint, GOLDEN["records"][index]), REFERENCE_LOSS)
    gold = GOLDEN["results"][name]["rows"][index]["losses"]
    # float32 sums of up to a thousand cells, in another order.
    assert float(found.spans) == pytest.approx(gold["structure_loss"], rel=1e-5, abs=1e-4)
    assert float(found.counts) == pytest.approx(gold["count_loss"], rel=1e-5, abs=1e-4)
    assert float(found.classifications) == pytest.approx(gold["classification_loss"], rel=1e-5, abs=1e-4)
    assert float(found.total) == pytest.approx(gold["total_loss"], rel=1e-5, abs=1e-4)


def test_a_batch_has_the_sum_of_its_records_losses() -> None:
    checkpoint = loaded("bert_lstm")
    with torch.no_grad():
        together = compute_losses(checkpoint.model, batch_of(checkpoint, *GOLDEN["records"]), REFERENCE_LOSS)
        alone = sum(
            float(compute_losses(checkpoint.model, batch_of(checkpoint, record), REFERENCE_LOSS).total)
            for record in GOLDEN["records"]
        )
    assert float(together.total) == pytest.approx(alone, rel=1e-5)


def test_pinned_mention_is_gold_in_one_place_only() -> None:
    record = {
        "input": "Rome, New York, is not Rome.",
        "output": {"entities": {"city": [{"text": "Rome", "start": 23, "end": 27}]}},
    }
    target = build_targets(parse_example(record, "test:1"), 8).targets[0]
    assert target.spans == (((WordSpan(7, 8),),),)


def test_value_wider_than_the_widest_span_is_counted_as_lost() -> None:
    record = {"input": "one two three four", "output": {"entities": {"all": ["one two three four"], "first": ["one"]}}}
    target = build_targets(parse_example(record, "test:1"), 3).targets[0]
    assert target.n_lost == 1
    assert target.spans == (((), (WordSpan(0, 1),)),)


def test_absent_structure_counts_zero_and_entities_count_one() -> None:
    record = {
        "input": "Nothing here.",
        "output": {"entities": {"person": []}, "json_structures": [{"product": {"name": ""}}]},
    }
    target = build_targets(parse_example(record, "test:1"), 8)
    assert [(group.kind, one.count) for group, one in zip(target.prompt.groups, target.targets, strict=True)] == [
        ("structure", 0),
        ("entities", 1),
    ]


def test_example_without_task_is_an_error_with_its_origin() -> None:
    with pytest.raises(DataError, match=r"data\.jsonl:7: the example has no task"):
        build_targets(TrainingExample("text", origin="data.jsonl:7"), 8)


def test_balanced_span_loss_is_the_weighted_mean_per_true_span() -> None:
    checkpoint = loaded("bert_lstm")
    batch = batch_of(checkpoint, {"input": "Ann lives.", "output": {"entities": {"person": ["Ann"], "city": []}}})
    with torch.no_grad():
        found = compute_losses(checkpoint.model, batch, LossConfig(positive_weight=0.75))
        states = checkpoint.model.states(batch.inputs)
        queries = checkpoint.model.queries(states.labels, batch.inputs.label_mask, 1)[0]
        logits = checkpoint.model.span_rep.score(checkpoint.model.span_rep.states(states.words), queries)[0]
    expected = 0.0
    for label in range(2):
        for first in range(3):
            for width in range(3 - first):
                is_gold = (label, first, width) == (0, 0, 0)
                probability = torch.sigmoid(logits[label, first, width])
                expected += 1.5 * -float(torch.log(probability)) if is_gold else 0.5 * -float(torch.log(1 - probability))
    assert float(found.spans) == pytest.approx(expected, rel=1e-5)


def test_typing_loss_is_the_softmax_over_labels_at_the_true_span() -> None:
    checkpoint = loaded("bert_lstm")
    batch = batch_of(checkpoint, {"input": "Ann lives.", "output": {"entities": {"city": [], "person": ["Ann"]}}})
    with torch.no_grad():
        found = compute_losses(checkpoint.model, batch, LossConfig())
        states = checkpoint.model.states(batch.inputs)
        queries = checkpoint.model.queries(states.labels, batch.inputs.label_mask, 1)[0]
        logits = checkpoint.model.span_rep.score(checkpoint.model.span_rep.states(states.words), queries)[0]
    expected = -torch.log_softmax(logits[:, 0, 0], 0)[1]
    assert float(found.typing) == pytest.approx(float(expected), rel=1e-5)


def test_counts_of_two_and_more_weigh_what_they_are_told_to() -> None:
    checkpoint = loaded("bert_lstm")
    one = {"input": "Ann, 5.", "output": {"json_structures": [{"child": {"name": "Ann", "age": "5"}}]}}
    two = {
        "input": "Ann, 5, and Bob, 7.",
        "output": {"json_structures": [{"child": {"name": "Ann", "age": "5"}}, {"child": {"name": "Bob", "age": "7"}}]},
    }
    with torch.no_grad():
        alone = [
            float(compute_losses(checkpoint.model, batch_of(checkpoint, record), LossConfig()).counts)
            for record in (one, two)
        ]
        both = batch_of(checkpoint, one, two)
        plain = compute_losses(checkpoint.model, both, LossConfig())
        weighed = compute_losses(checkpoint.model, both, LossConfig(several_weight=6.0))
    assert float(plain.counts) == pytest.approx(sum(alone) / 2, rel=1e-4)
    assert float(weighed.counts) == pytest.approx((alone[0] + 6 * alone[1]) / 7, rel=1e-4)
