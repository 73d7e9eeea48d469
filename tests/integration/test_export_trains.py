"""A correction on its way: prediction → store → export → a training example with the same answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gliner2_core.training.examples import load_examples
from storage import AnnotationStore
from storage.exports import export
from tests.storage.conftest import TEXT
from tests.storage.test_exports import submitted


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    store = AnnotationStore(tmp_path / "store.sqlite3")
    for number in range(30):
        submitted(store, f"{TEXT} {number}")
    export(store, "news", tmp_path / "out")
    store.close()
    return tmp_path / "out"


def test_our_trainer_reads_every_line_as_it_was_corrected(exported: Path) -> None:
    loaded = load_examples([exported / f"{split}.jsonl" for split in ("train", "dev", "test")])
    assert len(loaded.examples) == 30
    for example in loaded.examples:
        people = example.entities["person"]
        assert [(one.start, one.end) for one in people] == [(2, 5), (10, 13)]
        assert all(example.text[one.start : one.end] == one.text for one in people)
        assert example.entities["city"] == ()
        (meeting,) = example.structures
        assert meeting.fields["mood"].chosen == ("good",)
        assert [task.true_labels for task in example.classifications] == [("warm",), ()]
