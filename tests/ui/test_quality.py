"""The model against people and people against each other: figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage import Checkpoint, Output
from storage.outputs import Decision, EntitySpan, FieldValue, Instance, RelationPair, Span
from ui.handlers.quality import numbers_of
from ui.messages import PageError
from ui.quality import agreements, judged, kappa
from ui.services import Services

TEXT = "Ann met Bob in Rome"
SCHEMA = {"entities": {"person": {}, "city": {}}, "classifications": [{"task": "tone", "labels": ["warm", "cold"]}]}


def entity(word: str, label: str, score: float | None = None) -> EntitySpan:
    start = TEXT.index(word)
    return EntitySpan(
        start=start, end=start + len(word), label=label, score=score, source="human" if score is None else "model"
    )


def tone(label: str) -> Decision:
    return Decision(task="tone", chosen=(label,))


HUMAN = Output(
    entities=(entity("Ann", "person"), entity("Bob", "person"), entity("Rome", "city")), classifications=(tone("warm"),)
)
MODEL = Output(
    entities=(entity("Ann", "person", 0.9), entity("Rome", "person", 0.55), entity("met", "city", 0.6)),
    classifications=(tone("cold"),),
)


def test_labels_confusions_and_the_best_threshold() -> None:
    quality = judged([(HUMAN, MODEL)], 0.5)
    counts = quality.found.per_label["person"]
    assert (counts.correct, counts.predicted, counts.gold) == (1, 2, 2)
    assert quality.found.micro.f1 == pytest.approx(2 / 6)
    assert quality.tasks["tone"].accuracy == 0.0
    assert [(one.human, one.model, one.number) for one in quality.confusions] == [
        ("city", "person", 1),
        ("tone: warm", "tone: cold", 1),
    ]
    f1 = {point.threshold: point.counts.f1 for point in quality.sweep}
    assert list(f1) == [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
    assert f1[0.5] == pytest.approx(2 / 6)
    assert f1[0.6] == pytest.approx(2 / 5)
    assert f1[0.95] == 0
    # Of 0.65 to 0.9, which find Ann alone, the lowest.
    assert (quality.best.threshold, quality.best.counts.f1) == (0.65, pytest.approx(2 / 4))


def test_values_and_pairs_count_by_place_or_choice() -> None:
    def made(end: int, choice: str) -> Output:
        fields = {"who": (FieldValue(span=Span(start=0, end=end)),), "mood": (FieldValue(choice=choice),)}
        pair = RelationPair(name="met", head=Span(start=0, end=3), tail=Span(start=8, end=end + 8))
        return Output(structures=(Instance(name="visit", fields=fields),), relations=(pair,))

    per_label = judged([(made(3, "good"), made(3, "bad"))], 0.0).found.per_label
    assert {label: one.correct for label, one in per_label.items()} == {"visit.who": 1, "visit.mood": 0, "met": 1}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Observed 0.7; expected 0.5 · 0.6 + 0.5 · 0.4 = 0.5.
        ("yyyyynnnnn", "yyyynyynnn", 0.4),
        ("yn", "yn", 1.0),
        ("yn", "ny", -1.0),
        ("yy", "yy", None),
    ],
)
def test_kappa(first: str, second: str, expected: float | None) -> None:
    found = kappa([(one,) for one in first], [(one,) for one in second])
    assert found == (None if expected is None else pytest.approx(expected))


def test_people_are_compared_on_what_both_submitted() -> None:
    (found,) = agreements({1: {"ann": HUMAN, "ben": MODEL}, 2: {"ann": HUMAN}, 3: {"ben": MODEL}})
    assert (found.first, found.second, found.records) == ("ann", "ben", 1)
    assert found.f1 == pytest.approx(2 / 6)
    assert found.kappas == {"tone": 0.0}


@pytest.fixture
def keeping(services: Services, tmp_path: Path) -> Services:
    return Services(replace(services.settings, database=str(tmp_path / "w.sqlite3")))


def test_the_numbers_of_a_project(keeping: Services) -> None:
    store = keeping.store()
    with pytest.raises(PageError, match="“<b>” has no submitted records yet"):
        numbers_of(keeping, "<b>", "All submitted records")
    record = store.add_prediction("<b>", TEXT, SCHEMA, MODEL, Checkpoint("<m>", params={"threshold": 0.55})).record_id
    store.save(record, "ann", HUMAN, "submitted", seen=0, seconds=8.0)
    numbers = numbers_of(keeping, "<b>", "All submitted records")
    assert "1 record, read by &lt;m&gt;. Too few to tell" in numbers.tables
    assert "The best threshold on these records is 0.65, with F1 50.0; 0.55 gives 33.3." in numbers.tables
    assert "No record was submitted by two people" in numbers.tables
    assert "A correction took 8 seconds (median of 1" in numbers.tables
    assert numbers.sweep is not None
    assert set(numbers.sweep["measure"]) == {"precision", "recall", "F1"}
    store.save(record, "<i>", MODEL, "submitted", seen=0)
    agreed = numbers_of(keeping, "<b>", "All submitted records").tables
    assert "&lt;i&gt;, ann" in agreed
    assert "tone: 0.00" in agreed
    with pytest.raises(PageError, match="Choose one of"):
        numbers_of(keeping, "<b>", "Some")


def test_texts_that_no_model_has_read_are_left_out(keeping: Services) -> None:
    store = keeping.store()
    store.add_texts("p", [TEXT], SCHEMA)
    store.save(1, "ann", HUMAN, "submitted", seen=0)
    numbers = numbers_of(keeping, "p", "All submitted records")
    assert numbers.sweep is None
    assert "Precision" not in numbers.tables
