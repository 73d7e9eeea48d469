"""Opinions composed of parts → records of the training corpus: short judgements, judgements turned round, whole reviews.

Sentiment words are many and rare. Texts written by hand hold each of them once; composed ones hold all of them in every
position: alone, in rows, denied (`far from leaden`), conceded (`despite its charms, …`), and among facts that say nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from gliner2_core.training.opinion_parts import Judging, OpinionParts, read_opinion_parts

TASKS = (
    "sentiment", "sentiment", "sentiment", "review sentiment", "polarity", "opinion", "verdict", "attitude", "tone",
    "overall sentiment", "review", "judgement", "What does the writer think of it?",
)  # fmt: skip
OPTION_PAIRS = (
    ("positive", "negative"), ("positive", "negative"), ("positive", "negative"), ("positive", "negative"),
    ("good", "bad"), ("praise", "criticism"), ("recommended", "not recommended"), ("favourable", "unfavourable"),
    ("likes it", "dislikes it"), ("satisfied", "dissatisfied"), ("thumbs up", "thumbs down"),
    ("positive review", "negative review"), ("pleased", "disappointed"), ("great", "terrible"),
)  # fmt: skip
"""What praise and blame are called."""
NEUTRAL = ("neutral", "no opinion", "factual")
MIXED = ("mixed", "mixed feelings", "both")
LONGEST = 220
"""Most words of a review."""


def opinion_records(count: int, seed: int, parts: Sequence[OpinionParts] | None = None) -> list[dict[str, Any]]:
    """Return so many composed opinions, each with one classification; the same seed gives the same ones.

    Args:
        count: How many.
        seed: Of the composition.
        parts: What they are composed of; None takes the lists that ship with the project.

    Returns:
        Records in the corpus' format (`text`, `classifications` …).
    """
    rng = random.Random(seed)
    lists = read_opinion_parts() if parts is None else list(parts)
    return [_record(_Composer(rng.choice(lists), rng), rng) for _ in range(count)]


def _record(composer: _Composer, rng: random.Random) -> dict[str, Any]:
    good, bad = rng.choice(OPTION_PAIRS)
    options = [good, bad]
    neutral = rng.choice(NEUTRAL) if rng.random() < 0.2 else None
    mixed = rng.choice(MIXED) if rng.random() < 0.15 else None
    options += [one for one in (neutral, mixed) if one]
    if neutral and rng.random() < 0.3:
        text, answer = composer.plain(rng.randint(1, 4)), neutral
    elif mixed and rng.random() < 0.35:
        text, answer = composer.mixed(), mixed
    else:
        is_good = rng.random() < 0.5
        text = composer.review(is_good) if rng.random() < 0.3 else composer.remark(is_good)
        answer = good if is_good else bad
    rng.shuffle(options)
    task = {"task": rng.choice(TASKS), "labels": options, "true": [answer], "multi_label": False}
    return {
        "text": text, "entities": [], "entity_labels": [], "label_descriptions": {}, "structures": [],
        "classifications": [task],
    }  # fmt: skip


class _Composer:
    """Puts parts about one subject together."""

    def __init__(self, parts: OpinionParts, rng: random.Random) -> None:
        self._parts = parts
        self._rng = rng

    def plain(self, count: int) -> str:
        return " ".join(self._rng.sample(self._parts.plain, count))

    def remark(self, is_good: bool) -> str:
        """Return one judgement of up to some 25 words."""
        form = self._rng.choice(_FORMS)
        text = form(self, self._side(is_good), self._side(not is_good))
        return _sentence(text) + self._rng.choice((".", ".", ".", "!", "")) if self._rng.random() < 0.7 else text

    def mixed(self) -> str:
        first, second = self._side(True), self._side(False)
        if self._rng.random() < 0.5:
            first, second = second, first
        one, other = self._rng.choice(first.clauses), self._rng.choice(second.clauses)
        if self._rng.random() < 0.4:
            return f"{_sentence(one)}. {_sentence(other)}."
        return _sentence(f"{one}{self._rng.choice((', but ', ', though ', '; then again, ', ', and yet '))}{other}") + "."

    def review(self, is_good: bool) -> str:
        """Return a whole review: facts, several judgements, perhaps a concession, the verdict last or first."""
        rng = self._rng
        side, other = self._side(is_good), self._side(not is_good)
        body = [_sentence(clause) + "." for clause in rng.sample(side.clauses, rng.randint(1, 4))]
        body += [self.remark(is_good) for _ in range(rng.randint(0, 3))]
        rng.shuffle(body)
        facts = rng.sample(self._parts.plain, rng.randint(0, 6))
        for fact in facts:
            body.insert(rng.randint(0, len(body)) if rng.random() < 0.3 else 0, fact)
        if rng.random() < 0.4:
            conceded = f"{rng.choice(_CONCESSIONS)} {rng.choice(other.clauses)}."
            body.insert(rng.randint(0, len(body)), conceded)
        verdict = _sentence(rng.choice(side.verdicts)) + "."
        body.insert(0 if rng.random() < 0.25 else len(body), verdict)
        while len(" ".join(body).split()) > LONGEST:
            body.pop(rng.randrange(1, len(body) - 1))
        return " ".join(one if one[-1] in ".!?" else f"{one}." for one in body)

    def _side(self, is_good: bool) -> Judging:
        return self._parts.good if is_good else self._parts.bad

    def adjectives(self, side: Judging, count: int) -> list[str]:
        return self._rng.sample(side.adjectives, count)

    def phrase(self, side: Judging) -> str:
        return self._rng.choice(side.phrases)

    def clause(self, side: Judging) -> str:
        return self._rng.choice(side.clauses)

    def thing(self) -> str:
        return self._rng.choice(self._parts.things)

    def pick(self, *ways: str) -> str:
        return self._rng.choice(ways)


_CONCESSIONS = ("Granted,", "To be fair,", "Some will say that", "True,", "People had told me that", "Yes,", "I know,")


def _row(make: _Composer, side: Judging, _: Judging) -> str:
    one, two, three = make.adjectives(side, 3)
    return make.pick(f"{one}, {two} and {three}", f"{one} and {two}", f"{one}, {two}", one, f"{one}, and {two} as well")


def _with_thing(make: _Composer, side: Judging, _: Judging) -> str:
    one, two, _three = make.adjectives(side, 3)
    thing = make.thing()
    return make.pick(
        f"{_article(one)} {one}, {two} {thing}",
        f"{_article(one)} {one} {thing} with {make.phrase(side)}",
        f"the most {one} {thing} in years",
        f"what {_article(one)} {one} {thing}",
        f"this {thing} is {one} and {two}",
        f"an altogether {one} {thing}",
        f"{_article(thing)} {thing} so {one} that {make.clause(side)}",
    )


def _said(make: _Composer, side: Judging, _: Judging) -> str:
    one, two = make.adjectives(side, 2)
    subject = make.pick("it's", "it is", "this is", "the whole thing is", "I found it", "it was", "they made it")
    return f"{subject} {make.pick('', 'so ', 'utterly ', 'just ', 'surprisingly ', 'really ')}{one} and {two}"


def _phrases(make: _Composer, side: Judging, _: Judging) -> str:
    return make.pick(make.phrase(side), f"{make.phrase(side)} and {make.phrase(side)}", f"here is {make.phrase(side)}")


def _clauses(make: _Composer, side: Judging, _: Judging) -> str:
    one, two = make.clause(side), make.clause(side)
    return make.pick(one, one, f"{one}, and {two}", f"{one}; {two}")


def _verdict(make: _Composer, side: Judging, _: Judging) -> str:
    verdict = make.pick(*side.verdicts)
    return make.pick(verdict, f"{make.clause(side)}: {verdict}", f"{verdict}, {make.adjectives(side, 1)[0]} as it is")


def _denied(make: _Composer, side: Judging, other: Judging) -> str:
    one, two = make.adjectives(other, 2)
    return make.pick(
        f"far from {one}", f"anything but {one}", f"it is neither {one} nor {two}", f"never {one}, never {two}",
        f"not {one} in the least", f"there is nothing {one} about it", f"not remotely {one} or {two}",
        f"it isn't {one}, it's {make.adjectives(side, 1)[0]}",
        f"I was promised something {one}; it was {make.adjectives(side, 1)[0]}",
    )  # fmt: skip


def _conceded(make: _Composer, side: Judging, other: Judging) -> str:
    clause = make.clause(side)
    return make.pick(
        f"despite {make.phrase(other)}, {clause}",
        f"{make.clause(other)}, but {clause}",
        f"although {make.clause(other)}, {clause}",
        f"{clause}, even if {make.clause(other)}",
        f"it sounds {make.adjectives(other, 1)[0]} on paper, but {clause}",
        f"{make.phrase(other)} cannot hide that {clause}",
        f"it could have been {make.adjectives(other, 1)[0]}; instead, {clause}",
        f"I expected {make.phrase(other)} and got {make.phrase(side)}",
    )


_Form = Callable[[_Composer, Judging, Judging], str]
_FORMS: tuple[_Form, ...] = (
    _row, _row, _with_thing, _with_thing, _said, _phrases, _phrases, _clauses, _clauses, _clauses, _verdict, _denied,
    _conceded, _conceded,
)  # fmt: skip
"""As often as they stand here."""


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
