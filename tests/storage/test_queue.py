"""The queue: what it shows, in which order, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from storage import AnnotationStore, Checkpoint, Output
from storage.errors import OutputError
from storage.outputs import EntitySpan
from storage.queues import QueueFilter, QueueLine
from tests.storage.conftest import SCHEMA

MODEL = Checkpoint("gliner2-mini")
ANN = QueueFilter("news", "ann")
N = 25


@pytest.fixture
def store(any_store: AnnotationStore) -> AnnotationStore:
    """25 records: falling confidence, every third with a city; the first five submitted, the sixth a draft."""
    for number in range(N):
        label = "city" if number % 3 == 0 else "person"
        spans = EntitySpan(start=0, end=4, label=label, score=1 - number / 100)
        text = f"Text {number:02d} about 100% Zürich"
        any_store.add_prediction("news", text, SCHEMA, Output(entities=(spans,)), MODEL)
    any_store.add_texts("news", ["A text that no model has read"], SCHEMA)
    for record in range(1, 7):
        any_store.save(record, "ann", Output(), "submitted" if record < 6 else "draft", seen=0)
    return any_store


def walked(store: AnnotationStore, asked: QueueFilter, most: int = 7) -> list[QueueLine]:
    found, after = [], None
    while True:
        page = store.queue(asked, after=after, most=most)
        found += page.lines
        if (after := page.after) is None:
            return found


def ids(store: AnnotationStore, **filters: Any) -> list[int]:
    return [line.record_id for line in walked(store, replace(ANN, **filters))]


def test_pages_join_without_gaps_in_every_order(store: AnnotationStore) -> None:
    everything = list(range(1, N + 2))
    assert ids(store) == everything
    assert ids(store, order="uncertain") == [*range(N, 0, -1), N + 1]
    shuffled = ids(store, order="random")
    assert sorted(shuffled) == everything
    assert shuffled != everything
    assert ids(store, order="random") == shuffled


def test_a_line_says_what_is_needed_to_choose(store: AnnotationStore) -> None:
    first, *_, last = walked(store, ANN)
    assert first == QueueLine(1, "Text 00 about 100% Zürich", 1.0, "submitted")
    assert last == QueueLine(N + 1, "A text that no model has read", None, None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "submitted"}, [1, 2, 3, 4, 5]),
        ({"status": "draft"}, [6]),
        ({"status": "discarded"}, []),
        ({"status": "open"}, list(range(6, N + 2))),
        ({"status": "pending"}, list(range(7, N + 2))),
        ({"status": "pending", "annotator": "bob"}, list(range(1, N + 2))),
        ({"label": "city"}, [1, 4, 7, 10, 13, 16, 19, 22, 25]),
        ({"label": "city", "status": "submitted"}, [1, 4]),
        ({"most_confidence": 0.78}, [23, 24, 25]),
        ({"search": "TEXT 0"}, list(range(1, 11))),
        ({"search": "100%"}, list(range(1, N + 1))),
        ({"search": "0_"}, []),
        ({"search": "'; DROP TABLE records; --"}, []),
        ({"project": "none"}, []),
    ],
)
def test_filters(store: AnnotationStore, filters: dict[str, Any], expected: list[int]) -> None:
    assert ids(store, **filters) == expected


def test_splits_are_a_filter(store: AnnotationStore) -> None:
    parts = [ids(store, split=split) for split in ("train", "dev", "test")]
    assert sorted(one for part in parts for one in part) == list(range(1, N + 2))


def test_a_label_that_a_person_added_finds_the_record(store: AnnotationStore) -> None:
    store.save(8, "ann", Output(entities=(EntitySpan(start=0, end=4, label="city"),)), "submitted", seen=0)
    assert 8 in ids(store, label="city")
    store.predicted(8, Output(), MODEL)
    assert 8 in ids(store, label="city")
    store.predicted(10, Output(), MODEL)
    assert 10 not in ids(store, label="city")


def test_wrong_filters_are_said(store: AnnotationStore) -> None:
    with pytest.raises(OutputError, match="one of uncertain, arrival, random, got 'odd'"):
        ids(store, order="odd")
    with pytest.raises(OutputError, match="one of pending, open, draft"):
        ids(store, status="done")
