"""Every request that we answer otherwise than the reference on purpose, with the reason and what we answer instead.

What is not listed here must match the recording. What is listed must be answered as the list says and must really differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gliner2_core.errors import InputError, InputTypeError, SchemaError
from tests.parity.requests import Request, read_answers

BERT, DEBERTA = "bert_lstm", "deberta_lstm_v2"
CHECKPOINTS = (BERT, DEBERTA)

REASONS = {
    "stop": "the full stop that is added to a text without one is no part of it: it never comes back as text or offset",
    "relation name": "a relation with a description answers under its own name",
    "structure": "a structure named `entities` is an ordinary structure",
    "unique tasks": "two tasks of one name are an error",
    "options count": "every option given to classify_text counts, `descriptions` of the paper's Figure 5 included",
    "empty shape": "empty results have one shape",
    "clear error": "a value that cannot be used is one clear error",
}

UNRECORDED = {
    "shared options": "an option of two choice fields is read at each field's own place, not at the first one for both",
    "validators": "expressions run in `regex`, which has a time limit; there \\w also matches combining marks",
    "empty description": "an empty description says nothing: the prompt holds no empty [DESCRIPTION]",
    "two descriptions": "a field spec with two descriptions is an error; its parts may have blanks around them",
    "field threshold": "`threshold` and `validators` of a field given as a dict to extract_json count",
    "raw dicts": "a structure named twice and unknown keys are errors; empty relations stand under `relation_extraction`",
    "word without subwords": "the last word of a text may have no subwords: it takes the last position instead of failing",
    "long text": "a text beyond the model's window is read in overlapping windows instead of failing",
    "options": "an unknown class_act and a few-shot example of a foreign label are errors; flags are keyword-only",
}
"""Differences that no recorded request shows; each has its own test in tests/core or is checked by hand on random models.

`tests/parity/against_reference.py` looks for more, on random checkpoints and requests."""


@dataclass(frozen=True)
class Deviation:
    """One request that is answered otherwise.

    Attributes:
        request: The request's id.
        reason: A key of REASONS.
        error: The error that we raise instead of answering, in every mode.
        answer: Makes our answer from the request, the checkpoint's name, the mode and the recorded answer.
        checkpoints: Where it deviates; elsewhere the recording holds.
    """

    request: str
    reason: str
    error: type[Exception] | None = None
    answer: Callable[[Request, str, str, Any], Any] | None = None
    checkpoints: tuple[str, ...] = CHECKPOINTS


def _amended(request: Request, checkpoint: str, mode: str, recorded: Any) -> Any:
    """Return what the reference answers once its fault is removed (how: tests/data/parity/README.md)."""
    return _amendments(checkpoint)[request.id][mode]


@cache
def _amendments(checkpoint: str) -> Mapping[str, Mapping[str, Any]]:
    return read_answers("amended", checkpoint)


def _own_names(request: Request, checkpoint: str, mode: str, recorded: Any) -> Any:
    """Move what stands under `name: description` to `name`."""
    described = {f"{name}: {text}": name for name, text in request.body["relation_types"].items()}
    relations = recorded if mode == "raw" else recorded["relation_extraction"]
    moved = {described[key]: value for key, value in relations.items() if key in described}
    return moved if mode == "raw" else {"relation_extraction": moved}


def _every_label(request: Request, checkpoint: str, mode: str, recorded: Any) -> Any:
    """Give every label its empty list where the reference says nothing."""
    empty: dict[str, list[Any]] = {label: [] for label in request.labels}
    return {"entities": [empty]} if mode == "raw" else {"entities": empty}


def _empty_list(request: Request, checkpoint: str, mode: str, recorded: Any) -> Any:
    """Turn the empty dict of a task without instances into the empty list."""
    return {name: [] if value == {} else value for name, value in recorded.items()}


DEVIATIONS = [
    Deviation("r018", "stop", answer=_amended),
    *(
        Deviation(name, "stop", answer=_amended, checkpoints=(BERT,))
        for name in ("r011", "r015", "r016", "r020", "r036", "r037", "r126")
    ),
    *(Deviation(name, "stop", answer=_amended, checkpoints=(DEBERTA,)) for name in ("r013", "r024", "r073", "r089")),
    Deviation("r081", "relation name", answer=_own_names),
    Deviation("r076", "structure", answer=_amended),
    Deviation("r097", "unique tasks", error=SchemaError),
    Deviation("r051", "options count", answer=_amended),
    Deviation("r008", "empty shape", answer=_every_label, checkpoints=(BERT,)),
    Deviation("r017", "empty shape", answer=_every_label, checkpoints=(DEBERTA,)),
    Deviation("r068", "empty shape", answer=_empty_list, checkpoints=(BERT,)),
    Deviation("r064", "clear error", error=InputError),
    Deviation("r104", "clear error", error=InputTypeError),
    Deviation("r105", "clear error", error=InputTypeError),
    Deviation("r106", "clear error", error=InputError),
    Deviation("r107", "clear error", error=InputError),
    Deviation("r111", "clear error", error=InputError),
    Deviation("r113", "clear error", error=InputError),
    Deviation("r116", "clear error", error=SchemaError),
]


def deviation_for(request: Request, checkpoint: str) -> Deviation | None:
    """Return the deviation that applies to a request on a checkpoint."""
    for deviation in DEVIATIONS:
        if deviation.request == request.id and checkpoint in deviation.checkpoints:
            return deviation
    return None
