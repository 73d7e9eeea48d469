"""Files into the store from the page, and the model that reads them behind it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gliner2_core import Schema
from gliner2_core.errors import DataError
from storage import Output
from storage.queues import QueueFilter
from ui.handlers.imports import FILE_FORMATS, TEXTS, import_into, reading_words
from ui.messages import PageError
from ui.queue_reader import Reading
from ui.services import Services

SCHEMA = Schema().entities(["person", "city"])
KINDS = {format: words for words, format in FILE_FORMATS.items()}


@pytest.fixture
def keeping(roomy: Services, tmp_path: Path) -> Services:
    kept = Services(replace(roomy.settings, database=str(tmp_path / "w.sqlite3")))
    kept.models = roomy.models
    return kept


def file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_bytes(text.encode())
    return str(path)


def ended(services: Services, seconds: float = 60) -> Reading:
    end = time.monotonic() + seconds
    while (reading := services.reader.state()) is None or reading.is_on:
        assert time.monotonic() < end, reading
        time.sleep(0.02)
    return reading


def test_texts_wait_for_the_model_and_are_read(keeping: Services, tmp_path: Path) -> None:
    path = file(tmp_path, "a.txt", "\ufeffAnn 🎉 in Rome\r\n\r\nBob in Oslo\n" + "x" * 500 + "\nאב\nBob in Oslo\n")
    words, faults = import_into(keeping, "news", "ann", path, TEXTS, SCHEMA)
    assert words == "3 records added to “news”. 1 were there already and stay as they are. 1 line could not be used:"
    assert faults == ["line 4: 500 characters, 400 are allowed"]
    assert reading_words(keeping) == ("", False)
    keeping.reader.start("news", None)
    reading = ended(keeping)
    assert (reading.done, reading.total, reading.n_faults, reading.words) == (3, 3, 0, "Every record is read.")
    words, is_on = reading_words(keeping)
    assert "3 of 3 records read" in words
    assert not is_on
    lines = keeping.store().queue(QueueFilter("news", "ann")).lines
    assert [keeping.store().record(one.record_id, "ann").text for one in lines] == ["Ann 🎉 in Rome", "Bob in Oslo", "אב"]
    assert all(keeping.store().record(one.record_id, "ann").prediction is not None for one in lines)
    with pytest.raises(PageError, match="has been read, or is finished"):
        keeping.reader.start("news", None)


def test_a_reading_can_be_stopped_and_goes_on_later(keeping: Services, tmp_path: Path) -> None:
    path = file(tmp_path, "a.txt", "".join(f"Ann met number {number} in Rome\n" for number in range(300)))
    import_into(keeping, "news", "ann", path, TEXTS, SCHEMA)
    keeping.reader.start("news", None)
    with pytest.raises(PageError, match="being read"):
        keeping.reader.start("news", None)
    keeping.reader.stop()
    first = ended(keeping)
    assert first.words == "Stopped; what was read is stored."
    assert first.done < 300
    assert keeping.store().n_unread("news") == 300 - first.done
    keeping.reader.start("news", None)
    assert ended(keeping).total == 300 - first.done
    assert keeping.store().n_unread("news") == 0


def test_open_records_are_read_again_by_another_model(keeping: Services, tmp_path: Path) -> None:
    import_into(keeping, "news", "ann", file(tmp_path, "a.txt", "Ann in Rome\nBob in Oslo\nCleo in Bern\n"), TEXTS, SCHEMA)
    keeping.reader.start("news", None)
    ended(keeping)
    first, _, last = (one.record_id for one in keeping.store().queue(QueueFilter("news", "ann")).lines)
    store = keeping.store()
    store.save(last, "ann", Output(), "submitted", seen=0)
    with pytest.raises(PageError, match="has been read by"):
        keeping.reader.start("news", None, is_again=True)
    before = store.record(first, "ann")
    keeping.reader.start("news", "gliner2-mini", is_again=True)
    assert ended(keeping).total == 2
    after = store.record(first, "ann")
    assert after.checkpoint is not None
    assert after.checkpoint.name == "gliner2-mini"
    assert after.prediction_id != before.prediction_id
    finished = store.record(last, "ann").checkpoint
    assert finished is not None
    assert finished.name != "gliner2-mini"


def test_a_record_that_the_model_refuses_is_named_and_the_rest_is_read(keeping: Services) -> None:
    keeping.store().add_texts("news", ["Ann in Rome"], {"entities": {"[E]": {}}})
    keeping.store().add_texts("news", ["Bob in Rome"], SCHEMA.to_dict())
    keeping.reader.start("news", None)
    reading = ended(keeping)
    assert (reading.done, reading.n_faults) == (2, 1)
    assert reading.faults[0].startswith("record 1: ")
    assert "record 1: " in reading_words(keeping)[0]


def test_a_store_that_fails_ends_the_reading_in_words(keeping: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping.store().add_texts("news", ["Ann in Rome"], SCHEMA.to_dict())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(keeping.store(), "unread", broken)
    keeping.reader.start("news", None)
    assert ended(keeping).words.startswith("It ended early. Something went wrong that should not (RuntimeError)")


def test_corrections_of_a_file_are_submitted(keeping: Services, tmp_path: Path) -> None:
    line = {"text": "Ann in Rome", "spans": [{"start": 0, "end": 3, "label": "person"}]}
    path = file(tmp_path, "a.jsonl", json.dumps(line) + "\n{\n")
    words, faults = import_into(keeping, "news", "ann", path, KINDS["spacy"], None)
    assert words == "1 record added to “news”. 1 line could not be used:"
    assert faults[0].startswith("line 2: not JSON")
    (record,) = keeping.store().annotated("news")
    assert record.head is not None
    assert record.head.annotator == "ann"
    assert record.schema == {"entities": {"person": {}}}


@pytest.mark.parametrize(
    ("name", "kind", "project", "schema", "words"),
    [
        (None, TEXTS, "news", SCHEMA, "Choose a file first"),
        ("a.txt", "x", "news", SCHEMA, "Unknown kind of file “x”"),
        ("a.txt", TEXTS, " ", SCHEMA, "Type a project's name"),
        ("a.txt", TEXTS, "news", None, "Choose the tab whose labels are asked"),
        ("a.pdf", TEXTS, "news", SCHEMA, "files must end in .txt"),
        ("a.csv", TEXTS, "news", SCHEMA, "no column 'text'"),
    ],
)
def test_what_cannot_be_imported_gets_words(
    keeping: Services, tmp_path: Path, name: str | None, kind: str, project: str, schema: Schema | None, words: str
) -> None:
    path = file(tmp_path, name, "b,c\nd,e\n") if name else None
    with pytest.raises((PageError, DataError)) as caught:
        import_into(keeping, project, "ann", path, kind, schema)
    assert words in str(caught.value)


def test_a_file_that_is_too_large_is_refused(keeping: Services, tmp_path: Path) -> None:
    path = file(tmp_path, "a.txt", "x" * 1_000_001)
    with pytest.raises(PageError, match="1 MB are allowed"):
        import_into(keeping, "news", "ann", path, TEXTS, SCHEMA)
