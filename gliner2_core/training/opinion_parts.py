"""Lists of words, phrases and clauses that praise or blame, by subject: the parts that opinions are composed of.

A file of `training/opinion_parts/` is a subject (`film.txt`). Its sections have a name in brackets, then one item a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gliner2_core.errors import DataError

FOLDER = Path(__file__).parent / "opinion_parts"
"""The lists that ship with the project."""
_SHARED = {"plain sentences": "plain", "things": "things"}
_JUDGING = ("adjectives", "phrases", "clauses", "verdicts")


@dataclass(frozen=True, slots=True)
class Judging:
    """Parts that say one thing, good or bad.

    Attributes:
        adjectives: Fit before a thing: `gripping`.
        phrases: With an article where they need one: `a script with real bite`.
        clauses: `the dialogue crackles`.
        verdicts: Stand alone: `skip it`.
    """

    adjectives: tuple[str, ...]
    phrases: tuple[str, ...]
    clauses: tuple[str, ...]
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpinionParts:
    """All parts about one subject.

    Attributes:
        subject: The file's name.
        good, bad: What praises and what blames.
        plain: Sentences that do neither.
        things: What is spoken of: `film`.
    """

    subject: str
    good: Judging
    bad: Judging
    plain: tuple[str, ...]
    things: tuple[str, ...]


def read_opinion_parts(folder: Path = FOLDER) -> list[OpinionParts]:
    """Return the parts of every `*.txt` file of a folder.

    Raises:
        DataError: If a section is unknown, missing or empty, or an item stands in two of them; names file and line.
    """
    return [_read(path) for path in sorted(folder.glob("*.txt"))]


def _read(path: Path) -> OpinionParts:
    known = [f"{side} {kind}" for side in ("positive", "negative") for kind in _JUDGING] + list(_SHARED)
    sections: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    name = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        item = line.strip()
        if item.startswith("[") and item.endswith("]"):
            name = item[1:-1]
            if name not in known or name in sections:
                raise DataError(
                    f"{path}:{number}: {name!r} is no section or stands there twice; sections: {', '.join(known)}"
                )
            sections[name] = []
        elif item:
            if not name:
                raise DataError(f"{path}:{number}: {item!r} stands before the first section; begin with [{known[0]}]")
            other = seen.setdefault(item, name)
            if other.split()[0] != name.split()[0]:
                raise DataError(f"{path}:{number}: {item!r} stands under {other!r} and under {name!r}")
            sections[name].append(item)
    missing = [one for one in known if not sections.get(one)]
    if missing:
        raise DataError(f"{path}: no items under {', '.join(missing)}")

    def judging(side: str) -> Judging:
        return Judging(*(tuple(sections[f"{side} {kind}"]) for kind in _JUDGING))

    shared = {attribute: tuple(sections[name]) for name, attribute in _SHARED.items()}
    return OpinionParts(path.stem, judging("positive"), judging("negative"), shared["plain"], shared["things"])
