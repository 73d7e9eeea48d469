"""Labels changed over a project, in the words of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gliner2_core.errors import InputError
from storage import Checkpoint, Output
from storage.errors import StorageError
from storage.outputs import EntitySpan
from ui.handlers.relabel import changeable, changed, labels_of, seen_before, undone
from ui.messages import PageError
from ui.services import Services

TEXT = "Ann met Bob"


@pytest.fixture
def keeping(services: Services, tmp_path: Path) -> Services:
    kept = Services(replace(services.settings, database=str(tmp_path / "w.sqlite3")))
    output = Output(entities=(EntitySpan(start=0, end=3, label="person", score=0.9),))
    kept.store().add_prediction("p", TEXT, {"entities": {"person": {}, "human": {}}}, output, Checkpoint("m"))
    kept.store().save(1, "ann", output, "submitted", seen=0)
    return kept


def test_a_change_is_seen_made_and_undone(keeping: Services) -> None:
    assert labels_of(keeping, "p") == ["human", "person"]
    assert seen_before(keeping, "p", "person", " somebody ") == (
        "“person” becomes “somebody”: in 1 record, and in 1 correction with 1 mention. Nothing is changed yet."
    )
    assert "is merged into “human”" in seen_before(keeping, "p", "person", "human")
    assert seen_before(keeping, "p", "person", "").startswith("“person” is deleted: in 1 record")
    assert labels_of(keeping, "p") == ["human", "person"]
    assert changed(keeping, "p", "person", "somebody").startswith("Done. “person” becomes “somebody”")
    assert labels_of(keeping, "p") == ["human", "somebody"]
    assert undone(keeping, "p") == "“person” is back, “somebody” is what it was before."
    assert labels_of(keeping, "p") == ["human", "person"]


def test_what_cannot_be_done_is_said(keeping: Services) -> None:
    with pytest.raises(PageError, match="Choose the label first"):
        seen_before(keeping, "p", None, "x")
    with pytest.raises(PageError, match=r"“town” is no label of “p” any more\. It has: human, person\."):
        changed(keeping, "p", "town", "x")
    with pytest.raises(InputError, match=r"contains \[P\]"):
        changed(keeping, "p", "person", "a [P] b")
    with pytest.raises(StorageError, match="no change of a label that could be undone"):
        undone(keeping, "p")


def test_a_class_of_a_task_is_changed(keeping: Services) -> None:
    schema = {"classifications": [{"task": "tone", "labels": ["warm", "cold"]}]}
    keeping.store().add_prediction("p", "Hello", schema, Output(), Checkpoint("m"))
    assert list(changeable(keeping, "p")) == ["human", "person", "cold (class of tone)", "warm (class of tone)"]
    assert seen_before(keeping, "p", "warm (class of tone)", "kind") == (
        "The class “warm” of “tone” becomes “kind”: in 1 record, and in 0 corrections. Nothing is changed yet."
    )
    assert changed(keeping, "p", "warm (class of tone)", "kind").startswith("Done. The class “warm” of “tone”")
    assert "kind (class of tone)" in changeable(keeping, "p")


def test_fields_and_relations_are_changed(keeping: Services) -> None:
    schema = {"structures": {"visit": {"fields": [{"name": "guest"}]}}, "relations": {"met": {}}}
    keeping.store().add_prediction("q", "Hello", schema, Output(), Checkpoint("m"))
    assert list(changeable(keeping, "q")) == ["met (relation)", "visit (structure)", "guest (field of visit)"]
    assert changed(keeping, "q", "guest (field of visit)", "who") == (
        "Done. The field “guest” of “visit” becomes “who”: in 1 record, and in 0 corrections with 0 values."
    )
    assert changed(keeping, "q", "met (relation)", "saw").startswith("Done. The relation “met” becomes “saw”")
    assert list(changeable(keeping, "q")) == ["saw (relation)", "visit (structure)", "who (field of visit)"]
