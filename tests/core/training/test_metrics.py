from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core.errors import InputError
from gliner2_core.spans import CharSpan
from gliner2_core.training.bootstrap import bootstrap_interval, f1_interval, mean_interval
from gliner2_core.training.matches import MatchCounts
from gliner2_core.training.metrics import (
    Instance,
    LabelledSpan,
    classification_scores,
    span_scores,
    structure_scores,
)


def span(label: str, start: int, end: int) -> LabelledSpan:
    return LabelledSpan(label, CharSpan(start, end))


def naive_f1(correct: int, predicted: int, gold: int) -> float:
    precision = correct / predicted if predicted else 0.0
    recall = correct / gold if gold else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


SPANS = st.lists(
    st.lists(st.builds(span, st.sampled_from("abc"), st.integers(0, 2), st.integers(3, 4)), unique=True, max_size=5),
    min_size=1,
    max_size=4,
)


# Spans


@given(SPANS, st.randoms(use_true_random=False))
def test_span_scores_equal_counting_one_by_one(gold: list[list[LabelledSpan]], shuffled: random.Random) -> None:
    predicted = [list(items) for items in gold]
    shuffled.shuffle(predicted)
    scores = span_scores(gold, predicted)

    def count(label: str | None) -> tuple[int, int, int]:
        correct = found = true = 0
        for true_spans, found_spans in zip(gold, predicted, strict=True):
            for one in found_spans:
                if label in (None, one.label):
                    found += 1
                    correct += one in true_spans
            true += sum(label in (None, one.label) for one in true_spans)
        return correct, found, true

    assert scores.micro == MatchCounts(*count(None))
    labels = sorted({one.label for items in gold for one in items})
    assert sorted(scores.per_label) == labels
    for label in labels:
        assert scores.per_label[label] == MatchCounts(*count(label))
    expected = sum(naive_f1(*count(label)) for label in labels) / len(labels) if labels else 0.0
    assert scores.macro_f1 == pytest.approx(expected)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_f1_is_the_harmonic_mean(correct: int, wrong: int, missed: int) -> None:
    counts = MatchCounts(correct, correct + wrong, correct + missed)
    assert counts.f1 == pytest.approx(naive_f1(correct, correct + wrong, correct + missed))


def test_a_span_off_by_one_or_with_another_label_is_wrong() -> None:
    scores = span_scores([[span("a", 0, 3), span("b", 5, 7)]], [[span("a", 0, 4), span("c", 5, 7)]])
    assert (scores.micro.correct, scores.micro.predicted, scores.micro.gold) == (0, 2, 2)
    assert scores.micro.f1 == 0.0


def test_equal_spans_of_other_documents_do_not_match() -> None:
    assert span_scores([[span("a", 0, 1)], []], [[], [span("a", 0, 1)]]).micro == MatchCounts(0, 1, 1)


def test_labels_that_never_occur_are_listed_and_left_out_of_the_mean() -> None:
    scores = span_scores([[span("a", 0, 1)]], [[span("a", 0, 1)]], ["a", "z"])
    assert scores.per_label["z"] == MatchCounts()
    assert scores.macro_f1 == 1.0
    assert scores.to_dict()["per_label"]["z"]["support"] == 0


def test_nothing_true_and_nothing_found_scores_zero() -> None:
    scores = span_scores([[]], [[]])
    assert (scores.micro.f1, scores.macro_f1) == (0.0, 0.0)


def test_different_numbers_of_documents_are_refused() -> None:
    with pytest.raises(InputError, match="gold has 1 documents, predicted 2"):
        span_scores([[]], [[], []])


# Classification


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_single_label_scores_equal_a_confusion_table(pairs: list[tuple[str, str]]) -> None:
    scores = classification_scores([{true} for true, _ in pairs], [{found} for _, found in pairs])
    table = {(i, j): sum(pair == (i, j) for pair in pairs) for i in "abc" for j in "abc"}
    seen = sorted({label for pair in pairs for label in pair})
    f1 = [naive_f1(table[i, i], sum(table[j, i] for j in "abc"), sum(table[i, j] for j in "abc")) for i in seen]
    assert scores.accuracy == pytest.approx(sum(table[i, i] for i in "abc") / len(pairs))
    assert scores.matches.macro_f1 == pytest.approx(sum(f1) / len(f1))
    assert scores.matches.micro.f1 == pytest.approx(scores.accuracy)


def test_multi_label_scores_count_labels_and_whole_documents() -> None:
    scores = classification_scores([{"a", "b"}, set(), {"c"}], [{"a"}, set(), {"b", "c"}])
    assert scores.matches.micro == MatchCounts(2, 3, 3)
    assert scores.accuracy == pytest.approx(1 / 3)
    assert scores.is_right == (False, True, False)


def test_a_label_given_as_a_string_is_refused() -> None:
    with pytest.raises(InputError, match="needs a collection of labels"):
        classification_scores(["ab"], [{"ab"}])


# Structures


def test_values_are_compared_stripped_and_whatever_their_case() -> None:
    scores = structure_scores([{"s": [{"x": ["Red "], "y": []}]}], [{"s": [{"x": [" rED"], "y": []}]}])
    assert scores.fields.micro == MatchCounts(1, 1, 1)
    assert scores.instances == MatchCounts(1, 1, 1)


def test_instances_are_paired_by_their_equal_values_not_by_order() -> None:
    gold = [{"s": [{"x": ["a"], "y": ["1"]}, {"x": ["b"], "y": ["2"]}]}]
    predicted = [{"s": [{"x": ["b"], "y": ["2"]}, {"x": ["a"], "y": ["9"]}]}]
    scores = structure_scores(gold, predicted, ["s.z"])
    assert scores.fields.micro == MatchCounts(3, 4, 4)
    assert scores.fields.per_label == {"s.z": MatchCounts(), "s.x": MatchCounts(2, 2, 2), "s.y": MatchCounts(1, 2, 2)}
    assert scores.instances == MatchCounts(1, 2, 2)


def test_unpaired_instances_count_as_wrong_or_missing() -> None:
    scores = structure_scores([{"s": [{"x": ["a"]}, {"x": ["b"]}]}, {}], [{"s": [{"x": ["a"]}]}, {"t": [{"x": ["c"]}]}])
    assert scores.fields.micro == MatchCounts(1, 2, 2)
    assert scores.instances == MatchCounts(1, 2, 2)


def test_an_instance_without_values_is_no_instance() -> None:
    scores = structure_scores([{"s": [{"x": []}]}], [{"s": []}])
    assert scores.instances == MatchCounts()


VALUES = st.lists(st.sampled_from("ab"), max_size=2, unique=True)
INSTANCES = st.lists(st.fixed_dictionaries({"x": VALUES, "y": VALUES}), max_size=3)


@given(INSTANCES, INSTANCES)
def test_greedy_pairing_finds_at_least_half_of_the_best_and_never_more(
    gold: list[Instance], predicted: list[Instance]
) -> None:
    scores = structure_scores([{"s": gold}], [{"s": predicted}])

    def equal(left: Instance, right: Instance) -> int:
        return sum(value in right[field] for field, values in left.items() for value in values)

    longer, shorter = (gold, predicted) if len(gold) > len(predicted) else (predicted, gold)
    best = max(
        sum(equal(left, right) for left, right in zip(order, shorter, strict=False))
        for order in itertools.permutations(longer)
    )
    assert best / 2 <= scores.fields.micro.correct <= best
    assert scores.fields.micro.gold == sum(len(values) for instance in gold for values in instance.values())
    assert scores.fields.micro.predicted == sum(len(values) for instance in predicted for values in instance.values())


# Intervals


def test_an_interval_repeats_with_its_seed_and_moves_with_another() -> None:
    values = [True, False, True, True, False, True] * 5
    assert mean_interval(values, seed=3) == mean_interval(values, seed=3)
    assert mean_interval(values, seed=3) != mean_interval(values, seed=4)


def test_the_interval_of_a_mean_is_close_to_the_binomial_one() -> None:
    values = [True] * 300 + [False] * 100
    interval = mean_interval(values, resamples=4000)
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    # 4000 resamples leave the ends of the interval about 0.001 of noise; accuracy moves in steps of 0.0025.
    assert interval.low == pytest.approx(0.75 - half, abs=0.005)
    assert interval.high == pytest.approx(0.75 + half, abs=0.005)


def test_equal_documents_give_an_interval_of_one_point() -> None:
    interval = f1_interval([MatchCounts(1, 2, 2)] * 7)
    assert (interval.low, interval.high) == (0.5, 0.5)


def test_the_f1_interval_equals_drawing_documents_one_by_one() -> None:
    draw = random.Random(0)
    counts = [MatchCounts(c, c + draw.randrange(3), c + draw.randrange(3)) for c in (draw.randrange(4) for _ in range(40))]
    interval = f1_interval(counts, resamples=4000)
    scores = sorted(_pooled_f1([draw.choice(counts) for _ in counts]) for _ in range(4000))
    # Two independent sets of 4000 draws: their 2.5 % points differ by less than 0.01.
    assert interval.low == pytest.approx(scores[100], abs=0.01)
    assert interval.high == pytest.approx(scores[-101], abs=0.01)


def test_documents_without_anything_score_zero() -> None:
    assert f1_interval([MatchCounts()]).to_dict() == {
        "low": 0.0,
        "high": 0.0,
        "confidence": 0.95,
        "resamples": 1000,
        "seed": 0,
    }


def test_no_documents_or_a_wrong_confidence_are_refused() -> None:
    with pytest.raises(InputError, match="got shape"):
        mean_interval([])
    with pytest.raises(InputError, match="confidence must be between 0 and 1"):
        bootstrap_interval(np.ones((2, 1)), lambda sums: sums[:, 0], confidence=2.0)


def _pooled_f1(counts: Sequence[MatchCounts]) -> float:
    return naive_f1(
        sum(count.correct for count in counts),
        sum(count.predicted for count in counts),
        sum(count.gold for count in counts),
    )
