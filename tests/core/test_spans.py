from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given

from gliner2_core.errors import InputError, InputTypeError
from gliner2_core.spans import CharSpan, ScoredSpan, WordSpan, canonical_policy, select_spans
from tests.strategies import scored_spans


def span(start: int, end: int, confidence: float) -> ScoredSpan:
    return ScoredSpan(CharSpan(start, end), WordSpan(start, end), confidence)


def places(spans: list[ScoredSpan]) -> list[tuple[int, int]]:
    return [(one.chars.start, one.chars.end) for one in spans]


@pytest.mark.parametrize(
    ("other", "overlaps", "contains", "crosses"),
    [
        (CharSpan(2, 5), True, True, False),
        (CharSpan(3, 4), True, True, False),
        (CharSpan(4, 7), True, False, True),
        (CharSpan(0, 9), True, False, False),
        (CharSpan(5, 7), False, False, False),
        (CharSpan(0, 2), False, False, False),
    ],
)
def test_relations_between_spans(other: CharSpan, overlaps: bool, contains: bool, crosses: bool) -> None:
    one = CharSpan(2, 5)
    assert (one.overlaps(other), one.contains(other), one.crosses(other)) == (overlaps, contains, crosses)


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        (None, None),
        ("allow", "allow"),
        ("ALL", "allow"),
        ("none", "allow"),
        (" nested ", "nested"),
        ("allow-nested", "nested"),
        ("flat", "flat"),
        ("disallow", "flat"),
        ("no-overlap", "flat"),
        ("Non_Overlapping", "flat"),
        ("longest", "longest"),
        ("keep-longest", "longest"),
    ],
)
def test_policy_names(policy: str | None, name: str | None) -> None:
    assert canonical_policy(policy) == name


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(InputError, match="unknown overlap_policy 'best'; allowed: allow, nested, flat, longest"):
        canonical_policy("best")


@pytest.mark.parametrize("policy", [1, True, ["flat"], b"flat"])
def test_a_policy_of_another_type_is_refused(policy: Any) -> None:
    with pytest.raises(InputTypeError, match="overlap_policy must be a str or None, got"):
        canonical_policy(policy)


CHAIN = [span(0, 4, 0.5), span(3, 7, 0.75), span(6, 9, 0.5), span(6, 7, 0.25)]


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        (None, [(3, 7)]),
        ("allow", [(3, 7), (0, 4), (6, 9), (6, 7)]),
        ("nested", [(3, 7), (6, 7)]),
        ("flat", [(0, 4), (6, 9)]),
        ("longest", [(3, 7), (0, 4), (6, 9)]),
    ],
)
def test_what_each_policy_keeps(policy: str | None, kept: list[tuple[int, int]]) -> None:
    assert places(select_spans(CHAIN, policy)) == kept


def test_the_most_confident_of_equal_spans_stays() -> None:
    assert select_spans([span(0, 2, 0.5), span(0, 2, 0.75)], "allow") == [span(0, 2, 0.75)]


def test_equal_confidences_keep_text_order() -> None:
    assert places(select_spans([span(0, 2, 0.5), span(1, 3, 0.5), span(3, 4, 0.5)], None)) == [(0, 2), (3, 4)]


def test_flat_prefers_more_spans_of_equal_total() -> None:
    assert places(select_spans([span(0, 2, 0.25), span(0, 4, 0.5), span(2, 4, 0.25)], "flat")) == [(0, 2), (2, 4)]


@pytest.mark.parametrize("policy", [None, "allow", "nested", "flat", "longest"])
def test_no_candidates_give_no_spans(policy: str | None) -> None:
    assert select_spans([], policy) == []


@pytest.mark.parametrize("policy", [None, "flat"])
@given(candidates=scored_spans(20))
def test_no_two_kept_spans_overlap(policy: str | None, candidates: list[ScoredSpan]) -> None:
    kept = select_spans(candidates, policy)
    assert not any(one.chars.overlaps(other.chars) for one, other in combinations(kept, 2))


@given(scored_spans(20))
def test_no_two_nested_spans_cross(candidates: list[ScoredSpan]) -> None:
    kept = select_spans(candidates, "nested")
    assert not any(one.chars.crosses(other.chars) for one, other in combinations(kept, 2))


@given(scored_spans(20))
def test_no_longest_span_lies_in_a_candidate(candidates: list[ScoredSpan]) -> None:
    kept = {one.chars for one in select_spans(candidates, "longest")}
    inside = {
        one.chars
        for one in candidates
        if any(other.chars != one.chars and other.chars.contains(one.chars) for other in candidates)
    }
    assert kept == {one.chars for one in candidates} - inside


@given(scored_spans(20))
def test_allow_keeps_every_place_once(candidates: list[ScoredSpan]) -> None:
    assert sorted(places(select_spans(candidates, "allow"))) == sorted(set(places(candidates)))


@pytest.mark.parametrize("policy", [None, "allow", "nested", "flat", "longest"])
@given(candidates=scored_spans(20))
def test_kept_spans_are_candidates_and_the_most_confident_come_first(
    policy: str | None, candidates: list[ScoredSpan]
) -> None:
    kept = select_spans(candidates, policy)
    confidences = [one.confidence for one in kept]
    assert set(kept) <= set(candidates)
    assert confidences == sorted(confidences, reverse=True)


@given(scored_spans(8))
def test_flat_has_the_highest_total(candidates: list[ScoredSpan]) -> None:
    best = max(
        sum(one.confidence for one in chosen)
        for size in range(len(candidates) + 1)
        for chosen in combinations(candidates, size)
        if not any(one.chars.overlaps(other.chars) for one, other in combinations(chosen, 2))
    )
    assert sum(one.confidence for one in select_spans(candidates, "flat")) == best


@given(scored_spans(20))
def test_the_default_leaves_out_only_what_overlaps_a_better_span(candidates: list[ScoredSpan]) -> None:
    kept = select_spans(candidates, None)
    for one in candidates:
        assert one in kept or any(one.chars.overlaps(other.chars) and other.confidence >= one.confidence for other in kept)
