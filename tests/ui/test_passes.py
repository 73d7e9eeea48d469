"""Requests at the model: short ones share a pass, long ones give way, each gets its own answer or its own error."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gliner2_core import GLiNER2, Prediction, Schema
from gliner2_core.errors import InputError, WindowError
from tests.tiny_model import recorded_extractor, tiny_extractor
from ui.passes import MOST_TOGETHER, SHORT, Passes, Turns

SCHEMA = Schema().entities(["person", "place"])


class _Counting:
    """A model that says how many texts each of its passes had."""

    def __init__(self, extractor: GLiNER2) -> None:
        self._extractor = extractor
        self.passes: list[int] = []
        self.may_read = threading.Event()

    def iter_predict(self, texts: list[str], schemas: list[Schema], **options: Any) -> Iterator[Any]:
        self.may_read.wait(10)
        self.passes.append(len(texts))
        yield from self._extractor.iter_predict(texts, schemas, **options)

    def predict(self, text: str, schema: Schema, **options: Any) -> Any:
        return self._extractor.predict(text, schema, **options)


def _wait_for(count: int, passes: Passes) -> None:
    ends = time.monotonic() + 10
    while len(passes._waiting) < count and time.monotonic() < ends:
        time.sleep(0.005)


def test_texts_that_wait_together_are_read_together_and_each_gets_its_own_answer() -> None:
    counting, passes = _Counting(recorded_extractor()), Passes()
    texts = [f"Ana{number} lives in Oslo" for number in range(MOST_TOGETHER + 2)]
    with ThreadPoolExecutor(len(texts)) as pool:
        jobs = [pool.submit(passes.predict, counting, texts[0], SCHEMA, threshold=0.1)]  # type: ignore[arg-type]
        _wait_for(0, passes)
        jobs += [pool.submit(passes.predict, counting, text, SCHEMA, threshold=0.1) for text in texts[1:]]  # type: ignore[arg-type]
        _wait_for(len(texts) - 1, passes)
        counting.may_read.set()
        found = [job.result(20) for job in jobs]
    assert [one.text for one in found] == texts
    assert len(counting.passes) < len(texts)
    assert sum(counting.passes) == len(texts)
    assert max(counting.passes) <= MOST_TOGETHER
    alone = [recorded_extractor().predict(text, SCHEMA, threshold=0.1) for text in texts]
    for one, other in zip(found, alone, strict=True):
        ours, theirs = _spans(one), _spans(other)
        assert [span[:3] for span in ours] == [span[:3] for span in theirs]
        assert [span[3] for span in ours] == pytest.approx([span[3] for span in theirs], abs=1e-5)
    assert any(_spans(one) for one in found)


def _spans(prediction: Prediction) -> list[tuple[str, int, int, float]]:
    return [(entity.label, span.start, span.end, span.confidence) for entity in prediction.entities for span in entity.spans]


def test_other_options_are_not_mixed() -> None:
    counting, passes = _Counting(recorded_extractor()), Passes()
    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(passes.predict, counting, "Ana lives in Oslo", SCHEMA, threshold=threshold)  # type: ignore[arg-type]
            for threshold in (0.0, 1.0) * 3
        ]
        _wait_for(5, passes)
        counting.may_read.set()
        found = [job.result(20) for job in jobs]
    assert [one.threshold for one in found] == [0.0, 1.0] * 3
    assert max(counting.passes) <= 3


def test_a_request_that_fails_fails_alone() -> None:
    passes, extractor = Passes(), tiny_extractor(window=128)
    counting = _Counting(extractor)
    too_much = Schema().entities([f"label number {number}" for number in range(60)])
    with ThreadPoolExecutor(3) as pool:
        good = [pool.submit(passes.predict, counting, "Ana lives here", SCHEMA) for _ in range(2)]  # type: ignore[arg-type]
        bad = pool.submit(passes.predict, counting, "Ana lives here", too_much)  # type: ignore[arg-type]
        _wait_for(2, passes)
        counting.may_read.set()
        assert [job.result(20).text for job in good] == ["Ana lives here"] * 2
        with pytest.raises(WindowError):
            bad.result(20)
    # The next one is not kept waiting.
    assert passes.predict(extractor, "Ana", SCHEMA).text == "Ana"


def test_a_long_text_gives_way_to_a_short_one() -> None:
    passes, extractor = Passes(), tiny_extractor(window=128)
    began, order, jobs = threading.Event(), [], []
    with ThreadPoolExecutor(1) as pool:

        def after_each(done: int, planned: int) -> None:
            if not began.is_set():
                jobs.append(pool.submit(lambda: order.append(passes.predict(extractor, "Ana", SCHEMA).text)))
                while passes._turns._n_tickets < 2:
                    time.sleep(0.005)
                began.set()
            if done == planned:
                order.append("long")

        passes.predict(extractor, "word " * SHORT, SCHEMA, on_window=after_each)
        jobs[0].result(20)
    assert order == ["Ana", "long"]


def test_what_on_window_raises_ends_the_run_and_hands_the_turn_on() -> None:
    passes, extractor = Passes(), tiny_extractor(window=128)

    def stop(done: int, planned: int) -> None:
        raise InputError("stopped")

    for text in ("Ana", "word " * SHORT):
        with pytest.raises(InputError, match="stopped"):
            passes.predict(extractor, text, SCHEMA, on_window=stop)
    assert passes.predict(extractor, "Ana", SCHEMA).text == "Ana"


def test_turns_come_in_the_order_asked_for() -> None:
    turns, order = Turns(), []

    def take(number: int) -> None:
        with turns.taken():
            order.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(5)]
    with turns.taken():
        for number, thread in enumerate(threads, 2):
            thread.start()
            while turns._n_tickets < number:
                time.sleep(0.002)
    for thread in threads:
        thread.join(10)
    assert order == list(range(5))
