from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core.batching import PADDING_LIMIT, plan_batches
from tests.tiny_model import recorded_extractor


@pytest.mark.parametrize(
    ("lengths", "batch_size", "batches"),
    [
        ([], 8, []),
        ([5], 8, [[0]]),
        ([10, 10, 10], 2, [[0, 1], [2]]),
        ([100, 10, 99, 11], 8, [[2, 0], [1, 3]]),
        ([10, 20, 40], 8, [[0], [1], [2]]),
        ([90, 100], 8, [[0, 1]]),
        ([70, 100], 8, [[0], [1]]),
    ],
)
def test_texts_of_like_length_go_together(lengths: list[int], batch_size: int, batches: list[list[int]]) -> None:
    assert plan_batches(lengths, batch_size) == batches


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(1, 9))
def test_every_text_is_in_one_batch(lengths: list[int], batch_size: int) -> None:
    batches = plan_batches(lengths, batch_size)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= batch_size for batch in batches)


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(1, 9))
def test_no_batch_holds_more_padding_than_it_may(lengths: list[int], batch_size: int) -> None:
    for batch in plan_batches(lengths, batch_size):
        room = max(lengths[index] for index in batch) * len(batch)
        assert room - sum(lengths[index] for index in batch) <= PADDING_LIMIT * room


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(1, 9), st.integers(1, 2_000))
def test_a_batch_of_several_texts_keeps_to_its_budget(lengths: list[int], batch_size: int, budget: int) -> None:
    for batch in plan_batches(lengths, batch_size, token_budget=budget):
        assert len(batch) == 1 or max(lengths[index] for index in batch) * len(batch) <= budget


def test_the_first_texts_are_answered_before_the_last_are_read() -> None:
    texts = [f"Ana Ruiz lives in Oslo{' and works there' * (index % 5)}." for index in range(40)]
    read: list[int] = []
    answered_at = [
        (read[-1], prediction.text)
        for prediction in recorded_extractor().iter_predict(
            texts, {"entities": ["person", "place"]}, batch_size=8, on_window=lambda done, _: read.append(done)
        )
    ]
    assert [text for _, text in answered_at] == texts
    assert answered_at[0][0] < len(texts) == answered_at[-1][0]
