"""Which benchmark sets there are and what each is scored on: fixed before any score was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gliner2_core.errors import InputError
from gliner2_core.evaluation.label_sets import CLASS_LABELS, ENTITY_LABELS, STRUCTURE_FIELDS

Kind = Literal["entities", "classification", "structures"]


@dataclass(frozen=True, slots=True)
class BenchmarkSet:
    """One file of a data folder and the task it is scored on.

    Attributes:
        name: The file is `name.jsonl.gz` or `name.jsonl`.
        kind: The task; other annotations of the file are not asked.
        labels: Entity labels, or options of the classification.
        task: The classification's name; the model reads it.
        fields: Per structure its fields.
        only: Keep records whose keys have these values.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...] = ()
    task: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)


_TASKS = {
    "snips": "intent",
    "banking77": "intent",
    "massive_en": "intent",
    "sst2": "sentiment",
    "imdb": "sentiment",
    "ag_news": "topic",
    "twenty_newsgroups": "topic",
}
# SST-2's file also holds GLUE's development part; results are reported on the test part.
_ONLY = {"sst2": {"subset": "test"}}

_CROSSNER = tuple(BenchmarkSet(name, "entities", labels) for name, labels in ENTITY_LABELS.items())
_CLASSIFICATION = tuple(
    BenchmarkSet(name, "classification", labels, _TASKS[name], only=_ONLY.get(name, {}))
    for name, labels in CLASS_LABELS.items()
)
_STRUCTURES = tuple(BenchmarkSet(name, "structures", fields=fields) for name, fields in STRUCTURE_FIELDS.items())

SUITES: Mapping[str, tuple[BenchmarkSet, ...]] = {
    "paper": _CROSSNER + _CLASSIFICATION,
    "structures": _STRUCTURES,
    "all": _CROSSNER + _CLASSIFICATION + _STRUCTURES,
}
"""`paper`: the zero-shot sets of the GLiNER2 paper. Which MASSIVE labels it asks is not documented; here all 59 are."""

LATENCY = "latency"
"""The suite that times instead of scoring; part of `paper` and `all`."""


def asks_latency(names: Sequence[str]) -> bool:
    """Whether these names ask for latency, too."""
    return bool({LATENCY, "paper", "all"} & set(names))


def sets_named(names: Sequence[str]) -> tuple[BenchmarkSet, ...]:
    """Return benchmark sets in the order of the suites.

    Args:
        names: Names of suites or of single sets, in any mix.

    Returns:
        Each set once; none for `latency`.

    Raises:
        InputError: If a name is unknown, or there is none.
    """
    single = {one.name: (one,) for one in SUITES["all"]}
    unknown = [name for name in names if name not in SUITES and name not in single and name != LATENCY]
    if unknown or not names:
        raise InputError(
            f"unknown suite {', '.join(map(repr, unknown)) or '(none given)'}; "
            f"suites: {', '.join(SUITES)}, {LATENCY}; sets: {', '.join(single)}"
        )
    wanted = {one.name for name in names for one in SUITES.get(name, single.get(name, ()))}
    return tuple(one for one in SUITES["all"] if one.name in wanted)
