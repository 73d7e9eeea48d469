"""Lets a model read the records that none has read yet, behind the page, while people go on correcting."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from gliner2_core import Schema
from gliner2_core.errors import Gliner2Error
from storage.errors import StorageError
from storage.people import Person
from ui.identity import account
from ui.mapping import to_checkpoint, to_output
from ui.messages import PageError, logged_words

if TYPE_CHECKING:
    from storage.records import Unread
    from ui.services import Services

CHUNK = 16
SHOWN_FAULTS = 10


@dataclass
class Reading:
    """Where a reading stands.

    Attributes:
        project: Whose records, as who began calls it.
        key: The project, as the whole store calls it.
        by: Who began; None where nobody signs in.
        unless: Records that this checkpoint has read last are passed over; None for all that any has.
        done, total: Records read, and those that were waiting when it began.
        faults: Records that the model refused, the first ones with the reason.
        n_faults: How many it refused.
        words: Why it ended; empty while it goes on.
        seconds: Since it began, until it ended.
    """

    project: str
    key: str
    total: int
    by: Person | None = None
    unless: str | None = None
    done: int = 0
    faults: list[str] = field(default_factory=list)
    n_faults: int = 0
    words: str = ""
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether it still goes on."""
        return not self.words


class QueueReader:
    """Reads one project at a time in a thread of its own; what it has read is stored at once.

    Args:
        services: Models and store.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._reading: Reading | None = None

    def state(self) -> Reading | None:
        """Return where the newest reading stands; None if there was none, or somebody else began it."""
        reading = self._reading
        return reading if reading is not None and self._is_mine(reading) else None

    def start(self, project: str, model: str | None, *, is_again: bool = False) -> Reading:
        """Begin to read a project's records.

        Args:
            project: Its name.
            model: Which one reads; None for the default.
            is_again: Also what another model has read, as long as nobody has finished it; old predictions stay.

        Raises:
            PageError: If one goes on already, the page does not open the model, or nothing waits.
            StorageError: If the store cannot be read.
        """
        name, store = self._services.models.checked(model), self._services.store()
        unless = self._services.models.extractor(name).checkpoint.name if is_again else None
        with self._lock:
            if self._reading is not None and self._reading.is_on:
                if not self._is_mine(self._reading):
                    raise PageError("Somebody else's records are being read. Try again in a minute.")
                raise PageError(f"The records of “{self._reading.project}” are being read. Wait for its end, or stop it.")
            total = store.n_unread(project, checkpoint=unless)
            if not total:
                by = f" by {unless}" if unless else ""
                raise PageError(f"Every record of “{project}” has been read{by}, or is finished. Import texts first.")
            self._stop.clear()
            self._reading = Reading(project, store.key(project), total, account(), unless)
            threading.Thread(target=self._read, args=(self._reading, name), daemon=True).start()
            return self._reading

    def stop(self) -> None:
        """Let it end behind the record that is being read; does nothing if somebody else began it."""
        if self.state() is not None:
            self._stop.set()

    def _is_mine(self, reading: Reading) -> bool:
        person = account()
        return reading.by is None or (person is not None and person.subject == reading.by.subject)

    def _read(self, reading: Reading, model: str) -> None:
        words = "Every record is read."
        try:
            store, last = self._services.whole_store(), 0
            unread = partial(store.unread, reading.key, checkpoint=reading.unless, most=CHUNK)
            while not self._stop.is_set() and (waiting := unread(after=last)):
                self._read_some(reading, model, waiting)
                last = waiting[-1].id
            if self._stop.is_set():
                words = "Stopped; what was read is stored."
        except Exception as error:  # noqa: BLE001 - the page tells it, whatever it is; the log gets the trace
            words = f"It ended early. {logged_words(error)}"
        reading.seconds = time.monotonic() - reading.started
        reading.words = words

    def _read_some(self, reading: Reading, model: str, waiting: Sequence[Unread]) -> None:
        for record in waiting:
            if self._stop.is_set():
                return
            try:
                prediction = self._services.models.extractor(model).predict(record.text, Schema.from_dict(record.schema))
                self._services.whole_store().predicted(record.id, to_output(prediction), to_checkpoint(prediction))
            except (Gliner2Error, StorageError) as error:
                reading.n_faults += 1
                if len(reading.faults) < SHOWN_FAULTS:
                    reading.faults.append(f"record {record.id}: {error}")
            reading.done += 1
            reading.seconds = time.monotonic() - reading.started
