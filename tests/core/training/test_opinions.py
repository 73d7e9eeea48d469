"""Composed opinions: every one is answered as it was meant, and the lists they are made of are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from gliner2_core.errors import DataError
from gliner2_core.training.opinion_parts import Judging, OpinionParts, read_opinion_parts
from gliner2_core.training.opinions import LONGEST, MIXED, NEUTRAL, OPTION_PAIRS, opinion_records

GOOD = Judging(("lovely", "fine", "sweet"), ("a good thing",), tuple(f"it shines {n}" for n in "abcd"), ("buy it",))
BAD = Judging(("awful", "poor", "sour"), ("a bad thing",), tuple(f"it stinks {n}" for n in "abcd"), ("burn it",))
PARTS = OpinionParts("things", GOOD, BAD, tuple(f"It has {n} legs." for n in range(8)), ("chair",))
PRAISE = {good for good, _ in OPTION_PAIRS}
LISTS = """[positive adjectives]
lovely
[negative adjectives]
awful
[positive phrases]
a joy
[negative phrases]
a bore
[positive clauses]
it shines
[negative clauses]
it stinks
[positive verdicts]
buy it
[negative verdicts]
burn it
[plain sentences]
It has legs.
[things]
chair
"""


def test_the_shipped_lists_hold_hundreds_of_words_of_each_kind() -> None:
    lists = read_opinion_parts()
    assert {"film", "other"} <= {parts.subject for parts in lists}
    for parts in lists:
        for side in (parts.good, parts.bad):
            assert len(side.adjectives) >= 180
            assert min(len(side.phrases), len(side.clauses), len(side.verdicts)) >= 40
        assert len(parts.plain) >= 70


def test_the_same_seed_makes_the_same_opinions() -> None:
    assert opinion_records(20, 3) == opinion_records(20, 3) != opinion_records(20, 4)


@pytest.mark.parametrize("seed", range(5))
def test_every_opinion_is_answered_by_what_it_is_made_of(seed: int) -> None:
    for record in opinion_records(200, seed, [PARTS]):
        (task,) = record["classifications"]
        (answer,) = task["true"]
        text = record["text"].lower()
        assert answer in task["labels"]
        assert len(set(task["labels"])) == len(task["labels"]) >= 2
        assert 0 < len(text.split()) <= LONGEST
        praises = any(word in text for word in ("shines", "buy it"))
        blames = any(word in text for word in ("stinks", "burn it"))
        if answer in NEUTRAL:
            assert "legs" in text
            assert not any(word in text for word in ("shines", "buy", "stinks", "burn", *GOOD.adjectives, *BAD.adjectives))
        elif answer in MIXED:
            assert praises
            assert blames
        elif praises != blames:
            assert praises == (answer in PRAISE), text


def test_plain_words_are_never_asked_beside_a_word_of_the_same_meaning() -> None:
    assert not {option for pair in OPTION_PAIRS for option in pair} & {*NEUTRAL, *MIXED}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[things]", "[nouns]", "'nouns' is no section"),
        ("[things]\nchair\n", "", "no items under things"),
        ("burn it", "a joy", r":16: 'a joy' stands under 'positive phrases' and under 'negative verdicts'"),
        ("[positive adjectives]\n", "", r":1: 'lovely' stands before the first section"),
    ],
)
def test_a_broken_list_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "things.txt").write_text(LISTS.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_opinion_parts(tmp_path)


def test_a_sound_list_is_read(tmp_path: Path) -> None:
    (tmp_path / "things.txt").write_text(LISTS, encoding="utf-8")
    (parts,) = read_opinion_parts(tmp_path)
    assert parts.good == Judging(("lovely",), ("a joy",), ("it shines",), ("buy it",))
    assert (parts.subject, parts.plain, parts.things) == ("things", ("It has legs.",), ("chair",))
