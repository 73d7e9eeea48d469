"""What leaves in other formats, and what comes back from them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import AnnotationStore
from storage.exports import export
from storage.formats import FORMATS
from storage.formats.conll import read_conll
from storage.formats.gliner import read_gliner
from storage.formats.label_studio import read_label_studio
from storage.formats.spacy import read_spacy
from storage.formats.tally import Tally
from storage.formats.tokens import words_of
from storage.formats.training import read_training
from storage.formats.utf16 import Units
from storage.imports import import_file
from storage.output_checks import read_output
from storage.outputs import EntitySpan, Output
from storage.records import Record
from storage.training_lines import training_record
from tests.storage.conftest import PREDICTED, SCHEMA, TEXT
from tests.storage.test_exports import ALL, submitted

NESTED = read_output(
    {
        "entities": [
            {"start": 2, "end": 5, "label": "person", "source": "human"},
            {"start": 2, "end": 13, "label": "person", "source": "human"},
            {"start": 17, "end": 19, "label": "city", "source": "human"},
        ]
    }
)
TEXTS = st.text("aé🎉中 ,.-\n\u200d\u0301א", min_size=1, max_size=30).filter(str.strip)


def exported(store: AnnotationStore, folder: Path, format: str) -> str:
    export(store, "news", folder, format)
    suffix = FORMATS[format].suffix
    return "".join((folder / f"{split}{suffix}").read_text(encoding="utf-8") for split in ("train", "dev", "test"))


def annotated(text: str, output: Output) -> Record:
    from datetime import datetime

    from storage.records import Head

    head = Head(1, "ann", "submitted", 1, output, datetime.now(UTC))
    return Record(1, "news", text, "train", {"entities": {"person": {}, "city": {}}}, None, None, None, None, head)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, Output]:
    text = draw(TEXTS)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda one: one[0] < one[1])
    spans = draw(st.lists(st.tuples(places, st.sampled_from(["person", "city"])), max_size=4, unique=True))
    found = [EntitySpan(start=a, end=b, label=label, source="human") for (a, b), label in spans]
    return text, Output(entities=tuple(sorted(found, key=lambda one: (one.start, one.end, one.label))))


@given(marked())
def test_offsets_survive_any_text_in_spacys_format(given: tuple[str, Output]) -> None:
    text, output = given
    back = read_spacy(json.loads(FORMATS["spacy"].made(annotated(text, output), Tally()) or ""))
    assert (back.text, back.output) == (text, output)
    assert back.schema == {"entities": {"person": {}, "city": {}}}


@given(marked())
def test_offsets_survive_any_text_in_label_studio(given: tuple[str, Output]) -> None:
    text, output = given
    task = json.loads(FORMATS["label-studio"].made(annotated(text, output), Tally()) or "")
    for result in task["annotations"][0]["result"]:
        units = text.encode("utf-16-le")[2 * result["value"]["start"] : 2 * result["value"]["end"]]
        assert units.decode("utf-16-le") == result["value"]["text"]
    back = read_label_studio(task)
    assert (back.text, back.output or Output(), back.annotator) == (text, output, "ann")


@given(marked())
def test_offsets_survive_any_text_in_training_records(given: tuple[str, Output]) -> None:
    text, output = given
    schema = {"entities": {"person": {}, "city": {}}}
    back = read_training(training_record(text, schema, output))
    found = sorted((back.output or Output()).entities, key=lambda one: (one.start, one.end, one.label))
    assert (back.text, back.schema, found) == (text, schema, list(output.entities))


@given(TEXTS)
def test_words_cover_what_they_touch(text: str) -> None:
    words = words_of(text)
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == words.forms
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if words.forms and text[start:end].strip():
                first, last = words.covering(start, end)
                assert words.starts[first] < end
                assert words.ends[last] > start
    units = Units(text)
    assert [units.point(units.of(place)) for place in range(len(text) + 1)] == list(range(len(text) + 1))


def test_gliner_counts_words_and_says_what_it_widens(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store, output=NESTED)
    line = json.loads(exported(store, tmp_path, "gliner"))
    assert line["tokenized_text"] == ["🎉", "Ann", "met", "Bob", "in", "Zürich"]
    assert line["ner"] == [[1, 1, "person"], [1, 3, "person"], [5, 5, "city"]]
    header = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert header["notes"] == {"mentions are widened to whole words, which GLiNER counts in": 1}
    back = read_gliner({**line, "ner_negatives": ["date"]})
    assert [back.text[one.start : one.end] for one in (back.output or Output()).entities] == ["Ann", "Ann met Bob", "Zürich"]
    assert list((back.schema or {})["entities"]) == ["person", "city", "date"]


def test_conll_keeps_the_longest_and_counts_the_others(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store, output=NESTED)
    block = exported(store, tmp_path, "conll")
    tags = [line.split("\t")[1] for line in block.splitlines() if line]
    assert tags == ["O", "B-person", "I-person", "I-person", "O", "B-city"]
    header = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert header["notes"]["mentions are left out that overlap a longer one, CoNLL has one tag a word"] == 1
    back = read_conll(block.strip().split("\n"))
    assert [back.text[one.start : one.end] for one in (back.output or Output()).entities] == ["Ann met Bob", "Zürich"]


def test_tables_hold_every_part_and_run_nothing_in_a_spreadsheet(store: AnnotationStore, tmp_path: Path) -> None:
    text = '=cmd|" /C calc"!A0 Ann met Bob'
    submitted(store, text, read_output({"entities": [{"start": 0, "end": 18, "label": "person"}]}))
    submitted(store)
    rows = list(csv.DictReader(io.StringIO(exported(store, tmp_path, "csv").replace("\ufeff", ""))))
    rows = [row for row in rows if row["record"] != "record"]
    assert [row["value"] for row in rows if row["record"] == "1"] == ['\'=cmd|" /C calc"!A0']
    said = [(row["part"], row["name"], row["field"], row["value"]) for row in rows if row["record"] == "2"]
    assert said == [
        ("entity", "person", "", "Bob"), ("entity", "person", "", "Ann"),
        ("structure", "meeting", "who", "Ann"), ("structure", "meeting", "who", "Bob"),
        ("structure", "meeting", "mood", "good"), ("relation", "met", "head", "Ann"), ("relation", "met", "tail", "Bob"),
        ("class", "tone", "", "warm"),
    ]  # fmt: skip
    export(store, "news", tmp_path, "parquet")
    table = pd.concat([pd.read_parquet(tmp_path / f"{split}.parquet") for split in ("train", "dev", "test")])
    assert table["value"].tolist()[0].startswith("=cmd")
    assert len(table) == len(rows)


def test_a_label_studio_project_gets_its_configuration(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store, output=ALL)
    tasks = [
        task
        for split in ("train", "dev", "test")
        if (
            text := (tmp_path / f"{split}.json").read_text(encoding="utf-8")
            if exported(store, tmp_path, "label-studio")
            else ""
        )
        for task in json.loads(text)
    ]
    assert [one["data"]["text"] for one in tasks] == [TEXT]
    assert tasks[0]["predictions"][0]["result"][0]["value"]["text"] == "Ann"
    view = ElementTree.parse(tmp_path / "label_studio.xml").getroot()
    assert [one.get("value") for one in view.iter("Label")] == ["person", "city"]
    assert [(one.get("name"), one.get("choice")) for one in view.iter("Choices")] == [
        ("tone", "single-radio"), ("parts", "multiple"),
    ]  # fmt: skip
    back = read_label_studio(tasks[0])
    assert back.output is not None
    assert {(one.start, one.end) for one in back.output.entities} == {(2, 5), (10, 13)}


@pytest.mark.parametrize("format", ["native", "gliner2", "spacy", "label-studio"])
def test_what_was_exported_comes_back_into_another_store(store: AnnotationStore, tmp_path: Path, format: str) -> None:
    texts = [TEXT, f"{TEXT} again", "Ann\n🎉 met no one at all today"]
    for text in texts:
        submitted(store, text, ALL if text != "Ann\n🎉 met no one at all today" else Output())
    exported(store, tmp_path / "out", format)
    other = AnnotationStore(tmp_path / "other.sqlite3")
    taken = []
    for split in ("train", "dev", "test"):
        path = tmp_path / "out" / f"{split}{FORMATS[format].suffix}"
        taken.append(import_file(other, "news", path, format, annotator="bob", schema=SCHEMA))
    assert [one.faults for one in taken] == [[], [], []]
    assert sum(one.added for one in taken) == 3
    again = import_file(other, "news", path, format, annotator="bob", schema=SCHEMA)
    assert (again.added, again.known) == (0, taken[-1].added)
    there = {one.text: one for one in other.annotated("news")}
    assert set(there) == set(texts)
    for record in store.annotated("news"):
        found = there[record.text]
        assert found.head is not None
        assert record.head is not None
        assert {(one.start, one.end, one.label) for one in found.head.output.entities} == {
            (one.start, one.end, one.label) for one in record.head.output.entities
        }
        if format == "native":
            assert (found.head.output, found.prediction, found.checkpoint) == (
                record.head.output, record.prediction, record.checkpoint,
            )  # fmt: skip
        if format in ("native", "gliner2"):
            assert [one.name for one in found.head.output.structures] == [one.name for one in record.head.output.structures]
            assert [one.name for one in found.head.output.relations] == [one.name for one in record.head.output.relations]
    other.close()


GOOD: dict[str, Any] = {"text": "Ann 🎉", "spans": [{"start": 0, "end": 3, "label": "person"}]}


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_kept(store: AnnotationStore, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps(GOOD, ensure_ascii=False),
        "{",
        json.dumps({"text": "Ann", "spans": [{"start": 0, "end": 9, "label": "person"}]}),
        json.dumps({"text": "Ann", "spans": [{"start": 2, "end": 1, "label": "person"}]}),
        json.dumps({"text": "Ann\r\nmet", "spans": []}),
        json.dumps({"text": "x" * 100_001}),
        json.dumps([1]),
        "",
        json.dumps({**GOOD, "text": "Bob 🎉 \u2028 אב"}, ensure_ascii=False),
        json.dumps(GOOD, ensure_ascii=False),
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    taken = import_file(store, "news", path, "spacy", annotator="bob")
    assert (taken.added, taken.known, taken.n_faults) == (2, 1, 6)
    numbers = sorted(int(fault.partition(":")[0].removeprefix("line ")) for fault in taken.faults)
    assert numbers == [2, 3, 4, 5, 6, 7]
    said = " ".join(taken.faults)
    for words in ("not JSON", "ends at 9, the text has 3", "carriage returns", "100,001 characters", "must be an object"):
        assert words in said
    assert [one.text for one in store.annotated("news")] == ["Ann 🎉", "Bob 🎉 \u2028 אב"]


KEYS = [
    "text", "spans", "start", "end", "label", "labels", "cats", "data", "annotations", "result", "value", "type", "choices",
    "from_name", "tokenized_text", "ner", "input", "output", "entities", "classifications", "json_structures", "relations",
    "annotation", "annotator", "status", "schema", "prediction", "checkpoint",
]  # fmt: skip
SIMPLE = st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["Ann", "person", "labels", "submitted", ""])
ANY_JSON = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=14,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(ANY_JSON)
def test_no_json_value_breaks_an_import(tmp_path: Path, store: AnnotationStore, value: Any) -> None:
    for format in ("gliner2", "native", "gliner", "spacy", "label-studio"):
        path = tmp_path / f"{format}.json"
        path.write_text(json.dumps([value] if format == "label-studio" else value), encoding="utf-8")
        taken = import_file(store, "odd", path, format, annotator="bob")
        assert taken.added + taken.known + taken.n_faults == 1


def test_predictions_are_not_lost_in_label_studio(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store, output=NESTED)
    (task,) = json.loads(exported(store, tmp_path, "label-studio").replace("[\n\n]\n", ""))
    assert task["predictions"][0]["score"] == PREDICTED.least_confidence()
