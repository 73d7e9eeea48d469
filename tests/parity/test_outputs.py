"""Our answers against those recorded from the reference package, on the same weights."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest

from gliner2_core import GLiNER2
from gliner2_core.errors import Gliner2Error
from tests.parity.answers import decoded, differences, is_error
from tests.parity.deviations import CHECKPOINTS, DEVIATIONS, REASONS, Deviation, deviation_for
from tests.parity.requests import DATA, Request, read_answers, read_requests

REQUESTS = {asked.id: asked for asked in read_requests()}
RECORDED = {checkpoint: read_answers("outputs", checkpoint) for checkpoint in CHECKPOINTS}


@cache
def extractor_for(checkpoint: str) -> GLiNER2:
    """Load a checkpoint once for all tests."""
    return GLiNER2.from_pretrained(str(DATA / "checkpoints" / checkpoint))


def answered(asked: Request, checkpoint: str, mode: str) -> Any:
    """Return our answer, or the error that we raise on purpose."""
    try:
        return asked.put_to(extractor_for(checkpoint), mode)
    except Gliner2Error as error:
        return error


def expected_error(recorded: Any, deviation: Deviation | None) -> type[Exception] | None:
    """Return the error that must be raised; where the reference refuses a value with a ValueError, so do we."""
    if deviation is not None:
        return deviation.error
    return ValueError if is_error(recorded) else None


def problems_of(asked: Request, checkpoint: str, mode: str, got: Any) -> list[str]:
    """Compare one answer with what is expected of it."""
    recorded = RECORDED[checkpoint][asked.id][mode]
    deviation = deviation_for(asked, checkpoint)
    error = expected_error(recorded, deviation)
    if error is not None or isinstance(got, Exception):
        is_expected = error is not None and isinstance(got, error)
        return [] if is_expected else [f"{mode}: expected {error or 'an answer'}, got {got!r}"]
    if deviation is not None and deviation.answer is not None:
        recorded = deviation.answer(asked, checkpoint, mode, recorded)
    return [f"{mode}: {line}" for line in differences(decoded(recorded), got)]


def is_as_recorded(asked: Request, checkpoint: str, mode: str, got: Any) -> bool:
    """Whether our answer is the recorded one; errors never count as equal, since only their class could be compared."""
    return not isinstance(got, Exception) and not differences(decoded(RECORDED[checkpoint][asked.id][mode]), got)


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_answer_is_the_recorded_one_or_the_listed_deviation(checkpoint: str, name: str) -> None:
    asked = REQUESTS[name]
    answers = {mode: answered(asked, checkpoint, mode) for mode in asked.modes}
    problems = [line for mode, got in answers.items() for line in problems_of(asked, checkpoint, mode, got)]
    assert not problems, "\n".join(problems)
    if deviation_for(asked, checkpoint) is not None:
        is_same = [is_as_recorded(asked, checkpoint, mode, got) for mode, got in answers.items()]
        assert not all(is_same), f"{name} on {checkpoint} no longer deviates: take it off the list"


def test_every_recorded_answer_is_compared() -> None:
    compared = Counter(checkpoint for checkpoint in CHECKPOINTS for asked in REQUESTS.values() for _ in asked.modes)
    deviating = Counter(
        checkpoint for checkpoint in CHECKPOINTS for asked in REQUESTS.values() if deviation_for(asked, checkpoint)
    )
    assert all(list(answers) == list(REQUESTS) for answers in RECORDED.values())
    # 94 requests in 5 modes, 6 of them without `raw`
    assert compared == {"bert_lstm": 464, "deberta_lstm_v2": 464}
    assert deviating == {"bert_lstm": 22, "deberta_lstm_v2": 18}


def test_each_deviation_names_a_request_and_a_reason_once() -> None:
    listed = [(deviation.request, checkpoint) for deviation in DEVIATIONS for checkpoint in deviation.checkpoints]
    assert len(listed) == len(set(listed))
    assert {request for request, _ in listed} <= set(REQUESTS)
    assert {deviation.reason for deviation in DEVIATIONS} == set(REASONS)
    assert all((deviation.error is None) != (deviation.answer is None) for deviation in DEVIATIONS)
