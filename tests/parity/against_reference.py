"""Random checkpoints and requests, put to us and to the installed reference package.

`python -m tests.parity.against_reference --python /path/to/python`, where that Python has `gliner2` 2.1.0, torch and
transformers. Prints every difference; the exit status is 1 if there is one. Few are left: where two overlapping spans have
confidences that agree to about 1e-6, the last bit decides which one is kept.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gliner2_core import GLiNER2
from tests.parity.answers import decoded, differences, is_error
from tests.parity.random_requests import random_checkpoint, random_request
from tests.parity.requests import Request

MODES = ("full", "raw")
EQUAL, BOTH_FAIL, DIFFERENT = "equal", "both refuse", "different"
EMPTY_SHAPE, TIES = "equal but for the shape of nothing", "equal but for the order of confidences that agree to 2e-5"
TIED_OVERLAPS = "equal but for overlapping spans whose confidences agree to 1e-6"
WITHIN, LAST_BITS = 2e-5, 1e-6
SHOWN = 40


def main(arguments: list[str] | None = None) -> int:
    """Compare and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="a Python that has the reference package")
    parser.add_argument("--checkpoints", type=int, default=12)
    parser.add_argument("--requests", type=int, default=60, help="per checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    outcomes: Counter[str] = Counter()
    for number in range(options.checkpoints):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            made = random_checkpoint(rng, folder / "model")
            bodies = [random_request(rng, index) for index in range(options.requests)]
            (folder / "requests.jsonl").write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
            script = Path(__file__).with_name("reference_answers.py")
            subprocess.run([options.python, "-I", str(script), str(folder)], check=True)
            theirs = [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
            ours = GLiNER2.from_pretrained(folder / "model")
        for body, answers in zip(bodies, theirs, strict=True):
            for mode in MODES:
                outcome, lines = _compare(ours, Request(body["id"], body), mode, answers[mode])
                outcomes[outcome] += 1
                if outcome == DIFFERENT and outcomes[DIFFERENT] <= SHOWN:
                    sys.stdout.write(f"checkpoint {number} {made} {mode} {json.dumps(body, ensure_ascii=False)}\n")
                    sys.stdout.write("".join(f"    {line}\n" for line in lines[:4]))
    sys.stdout.write(f"seed {options.seed}: {dict(outcomes)}\n")
    return 1 if outcomes[DIFFERENT] else 0


def _compare(ours: GLiNER2, request: Request, mode: str, answer: Any) -> tuple[str, list[str]]:
    try:
        got = request.put_to(ours, mode)
    except Exception as error:  # noqa: BLE001 - which errors there are is the question
        return (BOTH_FAIL, []) if is_error(answer) else (DIFFERENT, [f"we raise {type(error).__name__}: {error}"])
    expected = decoded(answer)
    lines = differences(expected, got)
    if not lines:
        return EQUAL, []
    if not differences(_filled(expected), _filled(got)):
        return EMPTY_SHAPE, []
    if not differences(_in_text_order(_filled(expected)), _in_text_order(_filled(got))):
        return TIES, []
    if _differ_by_ties(expected, got):
        return TIED_OVERLAPS, []
    return DIFFERENT, lines


def _differ_by_ties(expected: Any, got: Any) -> bool:
    """Whether lists of spans differ only from a place on where two overlapping spans have the same confidence.

    Which of the two is kept hangs on the last bit, and what overlaps the other one then stays or goes.
    """
    true, found = (dict(_span_lists(_filled(answer))) for answer in (expected, got))
    if true.keys() != found.keys():
        return False
    return all(_first_is_tied(true[path], found[path]) for path in true)


def _span_lists(answer: Any, path: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(answer, list) and answer and all(map(_is_span, answer)):
        yield path, answer
    elif _is_span(answer):
        yield path, [answer]
    elif isinstance(answer, (dict, list)):
        for key, value in answer.items() if isinstance(answer, dict) else enumerate(answer):
            yield from _span_lists(value, f"{path}/{key}")
    elif not isinstance(answer, float):
        yield f"{path}={answer!r}", []


def _first_is_tied(true: list[dict[str, Any]], found: list[dict[str, Any]]) -> bool:
    here, there = ({_place(one): float(one.get("confidence", 0)) for one in spans} for spans in (true, found))
    only = [
        {place: sure for place, sure in one.items() if place not in other} for one, other in ((here, there), (there, here))
    ]
    if len(here) == len(there) == 1 and any(only):  # a field of one value: the best of all, wherever the others lie
        return abs(sum(here.values()) - sum(there.values())) <= LAST_BITS
    if not any(only):
        return all(abs(here[place] - there[place]) <= WITHIN for place in here)
    top, sure = max((one for side in only for one in side.items()), key=lambda one: one[1])
    rivals = only[1] if top in only[0] else only[0]
    return any(start < top[1] and top[0] < end and abs(sure - other) <= LAST_BITS for (start, end), other in rivals.items())


def _filled(answer: Any) -> Any:
    """Drop what is empty: empty results have one shape with us, several in the reference."""
    if isinstance(answer, dict):
        kept = {key: _filled(value) for key, value in answer.items()}
        return {key: value for key, value in kept.items() if value not in ([], {}, None)}
    if isinstance(answer, list):
        return [one for one in map(_filled, answer) if one not in ([], {}, None)]
    return answer


def _in_text_order(answer: Any) -> Any:
    """Sort spans by place: which of two equal confidences comes first hangs on the last bit."""
    if isinstance(answer, dict):
        return {key: _in_text_order(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return (
            sorted(map(_in_text_order, answer), key=_place)
            if all(map(_is_span, answer))
            else list(map(_in_text_order, answer))
        )
    return answer


def _is_span(value: Any) -> bool:
    return isinstance(value, dict) and "start" in value


def _place(span: dict[str, Any]) -> tuple[int, int]:
    return span["start"], span["end"]


if __name__ == "__main__":
    sys.exit(main())
