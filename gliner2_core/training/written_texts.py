"""Annotated texts in a markup for writing by hand → records of the training corpus.

A record is a block of lines; blank lines part records:

```
text: [Ana Ruiz](person, chemist) joined [Volta](company) in [Oslo](city).
absent: product, price
describe: chemist = a scientist who works with substances
relation: works for | Ana Ruiz | Volta
structure: hiring | employee: Ana Ruiz | place: Oslo | salary: - | level {junior, senior}: senior | skills: -
classify: topic | business, sports, health | business
classify many: aspects | hiring, layoffs, merger | hiring
```

Mentions may nest and carry several labels. Every mention of a label that a record uses is marked, so `absent` labels and the
used ones are all that may be asked of it. `;` parts the values of a field, `-` says that the text has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gliner2_core.errors import DataError

FOLDER = Path(__file__).parent / "texts"
"""The texts that ship with the project."""
_JUDGEMENTS = ("choice_", "mixed_")
_LABELS = re.compile(r"\]\(([^()]+)\)")
_FIELD = re.compile(r"(?P<name>[^:{]+?)\s*(?:\{(?P<choices>[^}]*)\})?\s*:\s*(?P<values>.*)")


def read_written_texts(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return the records of every `*.txt` file of a folder, in the corpus' format (`text`, `entities`, `structures` …).

    Raises:
        DataError: If a block breaks the markup; names file and line.
    """
    return [record for records in written_sources(folder).values() for record in records]


def written_sources(folder: Path = FOLDER) -> dict[str, list[dict[str, Any]]]:
    """Return the same records as two sources of the corpus: `written_judgements` are those of opinions and open choices.

    Raises:
        DataError: If a block breaks the markup; names file and line.
    """
    found: dict[str, list[dict[str, Any]]] = {"written_texts": [], "written_judgements": []}
    for path in sorted(folder.glob("*.txt")):
        source = "written_judgements" if path.name.startswith(_JUDGEMENTS) else "written_texts"
        found[source] += _read(path)
    return found


def _read(path: Path) -> Iterator[dict[str, Any]]:
    record: _Record | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            if record is not None:
                yield record.as_dict()
            record = None
            continue
        kind, _, rest = line.partition(":")
        try:
            if kind == "text" and record is None:
                record = _Record.of(rest.strip())
            elif record is None or kind not in _READERS:
                raise ValueError(f"unexpected {kind!r}; a block starts with 'text:', then {', '.join(_READERS)}")
            else:
                _READERS[kind](record, rest.strip())
        except ValueError as error:
            raise DataError(f"{path}:{number}: {error}") from None
    if record is not None:
        yield record.as_dict()


@dataclass(slots=True)
class _Record:
    text: str
    entities: list[dict[str, Any]]
    absent: list[str] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    structures: list[dict[str, Any]] = field(default_factory=list)
    classifications: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, marked: str) -> _Record:
        text, entities = _unmark(marked)
        return cls(text, entities)

    def as_dict(self) -> dict[str, Any]:
        used = dict.fromkeys(one["label"] for one in self.entities)
        return {
            "text": self.text,
            "entities": self.entities,
            "entity_labels": [*used, *(label for label in self.absent if label not in used)],
            "label_descriptions": self.descriptions,
            "classifications": self.classifications,
            "structures": self.structures,
        }

    def places(self, value: str) -> list[list[int]]:
        found = [[one.start(), one.end()] for one in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", self.text)]
        if not found:
            raise ValueError(f"{value!r} is no run of whole words of the text")
        return found


def _unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    text: list[str] = []
    open_at: list[int] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    while at < len(marked):
        if marked.startswith("\\n", at):
            text.append("\n")
            at += 2
        elif marked[at] == "[":
            open_at.append(len(text))
            at += 1
        elif marked[at] == "]":
            labels = _LABELS.match(marked, at)
            if labels is None or not open_at:
                raise ValueError(f"expected [surface](label), got {marked[max(0, at - 20) : at + 10]!r}")
            start = open_at.pop()
            spans += [(start, len(text), label.strip()) for label in labels[1].split(",")]
            at = labels.end()
        else:
            text.append(marked[at])
            at += 1
    if open_at:
        raise ValueError("a [ is never closed")
    plain = "".join(text)
    spans.sort()
    return plain, [{"label": label, "start": start, "end": end, "text": plain[start:end]} for start, end, label in spans]


def _absent(record: _Record, rest: str) -> None:
    record.absent = _listed(rest)


def _describe(record: _Record, rest: str) -> None:
    label, sign, description = rest.partition("=")
    if not sign:
        raise ValueError(f"expected 'describe: label = description', got {rest!r}")
    record.descriptions[label.strip()] = description.strip()


def _relation(record: _Record, rest: str) -> None:
    parts = _parts(rest)
    if len(parts) != 3:
        raise ValueError(f"expected 'relation: name | head | tail', got {rest!r}")
    name, subject, target = parts
    record.structures.append({
        "name": name,
        "fields": {"subject": subject, "object": target},
        "spans": {"subject": record.places(subject), "object": record.places(target)},
        "schema": ["subject", "object"],
    })  # fmt: skip


def _structure(record: _Record, rest: str) -> None:
    name, *fields = _parts(rest)
    structure: dict[str, Any] = {"name": name, "fields": {}, "spans": {}, "schema": [], "choices": {}}
    for one in fields:
        parsed = _FIELD.fullmatch(one)
        if parsed is None:
            raise ValueError(f"expected 'field: value' or 'field {{options}}: option', got {one!r}")
        key, choices = parsed["name"], parsed["choices"]
        values = [] if parsed["values"] in ("", "-") else [value.strip() for value in parsed["values"].split(";")]
        structure["schema"].append(key)
        if choices is not None:
            structure["choices"][key] = _listed(choices)
            _expect_options(values, structure["choices"][key], key)
        elif values:
            structure["spans"][key] = [place for value in values for place in record.places(value)]
        if values:
            structure["fields"][key] = values if len(values) > 1 else values[0]
    record.structures.append(structure)


def _classify(record: _Record, rest: str, *, multi_label: bool = False) -> None:
    parts = _parts(rest)
    if len(parts) != 3:
        raise ValueError(f"expected 'classify: task | option, option | answer', got {rest!r}")
    task, options, answer = parts[0], _listed(parts[1]), [] if parts[2] == "-" else _listed(parts[2])
    _expect_options(answer, options, task)
    if not multi_label and len(answer) != 1:
        raise ValueError(f"{task!r} needs one answer, got {answer!r}")
    record.classifications.append({"task": task, "labels": options, "true": answer, "multi_label": multi_label})


def _classify_many(record: _Record, rest: str) -> None:
    _classify(record, rest, multi_label=True)


def _expect_options(values: list[str], options: list[str], name: str) -> None:
    for value in values:
        if value not in options:
            raise ValueError(f"{value!r} is no option of {name!r}: {', '.join(options)}")


def _listed(rest: str) -> list[str]:
    return [part.strip() for part in rest.split(",")]


def _parts(rest: str) -> list[str]:
    return [part.strip() for part in rest.split(" | ")]


_READERS = {
    "absent": _absent,
    "describe": _describe,
    "relation": _relation,
    "structure": _structure,
    "classify": _classify,
    "classify many": _classify_many,
}
