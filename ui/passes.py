"""Who is read next: short texts that wait together are read in one pass, long ones give way after each of theirs.

A pass has costs of its own: eight texts of twenty words take half the time together. Long texts gain nothing, and nobody
with a sentence should wait for somebody's book.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gliner2_core import GLiNER2, Prediction, Schema
    from gliner2_core.predictions import OnWindow

SHORT = 1_000
"""Texts of up to so many characters share a pass."""
MOST_TOGETHER = 8


class Passes:
    """Lets requests at models take turns."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._waiting: list[_Request] = []
        self._lock = threading.Lock()

    def predict(
        self, extractor: GLiNER2, text: str, schema: Schema, *, on_window: OnWindow | None = None, **options: Any
    ) -> Prediction:
        """Return what a model says of a text, when it is this request's turn; arguments as of `GLiNER2.predict`.

        Args:
            extractor: The model.
            text: The text.
            schema: What is asked.
            on_window: Called after each pass over this text; what it raises ends the run.
            **options: threshold, overlap_policy, max_len.

        Raises:
            Gliner2Error: As of `GLiNER2.predict`; a request that fails fails alone.
        """
        if len(text) > SHORT:
            return self._read_in_turns(extractor, text, schema, on_window, options)
        request = _Request(extractor, text, schema, options)
        with self._lock:
            self._waiting.append(request)
        with self._turns.taken():
            if not request.is_answered:
                _answer(self._like(request))
        if on_window is not None:
            on_window(1, 1)
        return request.outcome()

    def _read_in_turns(
        self, extractor: GLiNER2, text: str, schema: Schema, on_window: OnWindow | None, options: Mapping[str, Any]
    ) -> Prediction:
        def after_each(done: int, planned: int) -> None:
            if on_window is not None:
                on_window(done, planned)
            if done < planned:
                self._turns.give_way()

        with self._turns.taken():
            return extractor.predict(text, schema, on_window=after_each, **options)

    def _like(self, request: _Request) -> list[_Request]:
        """Take a request and those that can share its pass out of those that wait."""
        with self._lock:
            others = [one for one in self._waiting if one is not request and one.goes_with(request)]
            together = [request, *others[: MOST_TOGETHER - 1]]
            self._waiting = [one for one in self._waiting if one not in together]
        return together


class Turns:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_tickets = 0
        self._serving = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and hand it on at the end."""
        self._take()
        try:
            yield
        finally:
            self._hand_on()

    def give_way(self) -> None:
        """Let those who wait go first; call inside `taken`."""
        if self._n_tickets > self._serving + 1:
            with self._changed:
                ticket = self._ticket()
                self._serving += 1
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._serving == ticket)

    def _take(self) -> None:
        with self._changed:
            ticket = self._ticket()
            self._changed.wait_for(lambda: self._serving == ticket)

    def _hand_on(self) -> None:
        with self._changed:
            self._serving += 1
            self._changed.notify_all()

    def _ticket(self) -> int:
        self._n_tickets += 1
        return self._n_tickets - 1


@dataclass(slots=True, eq=False)
class _Request:
    """A short text that waits, and then its answer."""

    extractor: GLiNER2
    text: str
    schema: Schema
    options: Mapping[str, Any]
    prediction: Prediction | None = None
    error: Exception | None = None

    @property
    def is_answered(self) -> bool:
        return self.prediction is not None or self.error is not None

    def goes_with(self, other: _Request) -> bool:
        return self.extractor is other.extractor and self.options == other.options

    def outcome(self) -> Prediction:
        if self.prediction is None:
            assert self.error is not None
            raise self.error
        return self.prediction


def _answer(together: Sequence[_Request]) -> None:
    first = together[0]
    texts, schemas = [one.text for one in together], [one.schema for one in together]
    try:
        found = first.extractor.iter_predict(texts, schemas, batch_size=len(together), **first.options)
        for request, prediction in zip(together, found, strict=True):
            request.prediction = prediction
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the one request that it came from
        if len(together) == 1:
            first.error = error
            return
        for request in together:
            if not request.is_answered:
                _answer([request])
