"""What leaves the store: training records, everything that is known, and the header file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from storage import AnnotationStore
from storage.__main__ import main
from storage.errors import NotFoundError
from storage.exports import ExportError, export
from storage.hashing import normal_hash, split_of
from storage.output_checks import read_output
from storage.outputs import Output
from storage.training_lines import training_record
from tests.storage.conftest import SCHEMA, TEXT
from tests.storage.test_store import added

SPAN = {"start": 2, "end": 5}
ALL = read_output(
    {
        "entities": [{"start": 10, "end": 13, "label": "person"}, {**SPAN, "label": "person"}],
        "structures": [
            {"name": "meeting", "fields": {"who": [{"span": SPAN}, {"span": {"start": 10, "end": 13}}],
                                           "mood": [{"choice": "good"}]}},
        ],
        "relations": [{"name": "met", "head": SPAN, "tail": {"start": 10, "end": 13}}],
        "classifications": [{"task": "tone", "chosen": ["warm"]}, {"task": "parts", "chosen": []}],
    }
)  # fmt: skip
ANN = {"text": "Ann", "start": 2, "end": 5}
BOB = {"text": "Bob", "start": 10, "end": 13}


def submitted(store: AnnotationStore, text: str = TEXT, output: Output = ALL) -> None:
    at = added(store, text)
    store.save(at.record_id, "ann", output, "submitted", seen=0)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_training_record_pins_every_mention_and_keeps_reviewed_labels() -> None:
    assert training_record(TEXT, SCHEMA, ALL) == {
        "input": TEXT,
        "output": {
            "entities": {"person": [ANN, BOB], "city": []},
            "entity_descriptions": {"city": "A town"},
            "classifications": [
                {"task": "tone", "labels": ["warm", "cold"], "true_label": ["warm"]},
                {"task": "parts", "labels": ["a", "b"], "true_label": [], "multi_label": True},
            ],
            "json_structures": [
                {"meeting": {"who": [ANN, BOB], "where": "", "mood": {"value": "good", "choices": ["good", "bad"]}}}
            ],
            "relations": [{"met": {"head": ANN, "tail": BOB}}],
        },
    }


def test_each_record_lies_in_the_split_of_its_text(store: AnnotationStore, tmp_path: Path) -> None:
    texts = [f"🎉 Ann met Bob in Zürich {number}" for number in range(60)]
    for text in texts:
        submitted(store, text)
    written = export(store, "news", tmp_path / "out")
    for split in ("train", "dev", "test"):
        path = tmp_path / "out" / f"{split}.jsonl"
        assert [one["input"] for one in lines(path)] == [one for one in texts if split_of(normal_hash(one)) == split]
        assert written.files[path.name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sum(one["records"] for one in written.files.values()) == 60
    assert json.loads(written.header.read_text(encoding="utf-8"))["files"] == written.files


def test_what_a_training_record_cannot_say_is_counted(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store, output=Output())
    written = export(store, "news", tmp_path)
    assert sorted(written.notes) == [
        "“meeting” was looked for and not found, which a training record cannot say",
        "“met” was looked for and not found, which a training record cannot say",
    ]


def test_the_native_format_loses_nothing(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store)
    export(store, "news", tmp_path, "native")
    (line,) = [one for split in ("train", "dev", "test") for one in lines(tmp_path / f"{split}.jsonl")]
    (record,) = store.annotated("news")
    assert record.head is not None
    assert read_output(line["annotation"]["output"]) == record.head.output == ALL
    assert read_output(line["prediction"]) == record.prediction
    assert (line["text"], line["schema"], line["annotation"]["annotator"]) == (TEXT, SCHEMA, "ann")


FROZEN = (800, 105, 95)
"""Of 1,000 texts; another number here would move records between the splits of every user."""


def test_splits_never_move() -> None:
    assert [split_of(normal_hash(text)) for text in ("a", "b", "Ann met Bob", "x y", "ten", "q9")] == [
        split_of(normal_hash(text)) for text in ("A", " b ", "ANN  MET\nBOB", "x  y", "TEN", "Q9")
    ]
    found = [split_of(normal_hash(f"text {number}")) for number in range(1000)]
    assert (found.count("train"), found.count("dev"), found.count("test")) == FROZEN


def test_nothing_submitted_no_project_and_no_format_are_said(store: AnnotationStore, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no project 'x'; there are: none"):
        export(store, "x", tmp_path)
    added(store)
    with pytest.raises(ExportError, match="no submitted record yet"):
        export(store, "news", tmp_path)
    with pytest.raises(ExportError, match="one of gliner2, native"):
        export(store, "news", tmp_path, "xml")
    assert list(tmp_path.glob("*.jsonl*")) == []


def test_the_commands(store: AnnotationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submitted(store)
    database = ["--db", str(store.engine.url.database)]
    copy = str(tmp_path / "copy.sqlite3")
    assert main([*database, "check"]) == 0
    assert main([*database, "backup", copy]) == 0
    assert main([*database, "check", copy]) == 0
    assert main([*database, "export", "--project", "news", "--out", str(tmp_path / "out")]) == 0
    again = str(tmp_path / "out" / "train.jsonl")
    assert main(["import", again, "--format", "gliner2", *database, "--project", "other"]) == 0
    assert main(["import", str(tmp_path / "none"), "--format", "spacy", *database]) == 1
    store.close()
    assert main([*database, "restore", copy]) == 0
    said = capsys.readouterr().out
    assert (
        "is sound.\nversion 0004; 1 projects, 1 schemas, 1 documents, 1 records, 1 predictions, 1 annotations, 1 revisions"
        in said
    )
    assert "1 records added to other, 0 were there already" in said
    assert "before-restore-1" in said
    assert main([*database, "restore", str(tmp_path / "nothing")]) == 1
    assert "restore: " in capsys.readouterr().err


def test_only_what_is_asked_for_leaves_and_is_remembered(store: AnnotationStore, tmp_path: Path) -> None:
    submitted(store)
    other = added(store, f"{TEXT} again")
    store.save(other.record_id, "bob", Output(), "submitted", seen=0)
    of_bob = export(store, "news", tmp_path / "bob", "native", annotator="bob")
    assert sum(one["records"] for one in of_bob.files.values()) == 1
    warm = export(store, "news", tmp_path / "warm", label="warm")
    assert sum(one["records"] for one in warm.files.values()) == 1
    header = json.loads(warm.header.read_text(encoding="utf-8"))
    assert header["filters"] == {"label": "warm"}
    with pytest.raises(ExportError, match="no submitted record with annotator 'bob' and label 'warm'"):
        export(store, "news", tmp_path / "none", annotator="bob", label="warm")
    assert [(one.format, dict(one.filters), sum(one.counts.values())) for one in store.exports("news")] == [
        ("native", {"annotator": "bob"}, 1),
        ("gliner2", {"label": "warm"}, 1),
    ]
    assert store.exports("news")[1].sha256 == hashlib.sha256(warm.header.read_bytes()).hexdigest()
    assert store.exports("other") == []


def test_the_command_takes_the_same_filters(
    store: AnnotationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submitted(store)
    asked = ["--db", str(store.engine.url.database), "export", "--project", "news", "--out", str(tmp_path / "out")]
    assert main([*asked, "--annotator", "ann", "--label", "person"]) == 0
    assert main([*asked, "--annotator", "zoë"]) == 1
    assert "no submitted record with annotator 'zoë'" in capsys.readouterr().err
