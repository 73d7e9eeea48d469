"""Classification: cards to a schema, and what the page shows."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gliner2_core.errors import Gliner2Error
from tests.ui.shell import run_in_shell
from ui.examples import CLASSIFICATION_EXAMPLES
from ui.forms.tasks import task_card
from ui.forms.whole import read_classifications
from ui.handlers.classification import classification_job, classify
from ui.handlers.files import run_file
from ui.messages import PageError, words_for
from ui.services import Services
from ui.state import Cancel

TEXT = "🎉 A “quoted” text\r\nin $Paris"
BLANK = task_card(3).blank()
MOOD = {**BLANK, "name": "mood", "labels": "good, bad"}
PARTS = {**BLANK, "name": "parts", "labels": "plot: The story\nmusic", "several": True, "threshold": "40%"}


def test_every_probability_is_shown_and_the_decision_is_marked(services: Services) -> None:
    answer = classify(services, TEXT, [MOOD, PARTS])
    mood, parts = answer.scores
    assert [one["label"] for one in mood["labels"]] == ["good", "bad"]
    assert sum(one["probability"] for one in mood["labels"]) == pytest.approx(1)
    assert sum(one["chosen"] for one in mood["labels"]) == 1
    assert mood["threshold"] is None
    assert parts["threshold"] == 0.4
    assert all(one["chosen"] == (one["probability"] >= 0.4) for one in parts["labels"])
    assert "2 tasks in one pass" in answer.status
    assert [row[:2] for row in answer.rows] == [["mood", "good"], ["mood", "bad"], ["parts", "plot"], ["parts", "music"]]
    assert json.loads(answer.json)["text"] == TEXT.replace("\r\n", "\n")


def test_python_and_command_give_the_same_answer(services: Services, tmp_path: Path) -> None:
    answer = classify(services, TEXT, [MOOD, PARTS])
    expected = {one["task"]: [row["label"] for row in one["labels"] if row["chosen"]] for one in answer.scores}
    names: dict[str, Any] = {}
    exec(answer.python, names)
    output = run_in_shell(answer.command, tmp_path)
    for result in (names["result"], json.loads(output)["result"]):
        said = {task: value if isinstance(value, list) else [value] for task, value in result.items()}
        assert {task: [one["label"] for one in value] for task, value in said.items()} == expected


def test_instruction_and_examples_reach_the_model(services: Services) -> None:
    card = {**MOOD, "prompt": " How is it? ", "examples": "So nice => good\n\na => b => bad"}
    (task,) = read_classifications(services.settings, [card]).tasks().classifications
    assert task.prompt == "How is it?"
    assert task.examples == (("So nice", "good"), ("a => b", "bad"))


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        ([], "at least one task"),
        ([{**MOOD, "name": " "}], "Task 1 has no name"),
        ([MOOD, {**MOOD, "name": "mood "}], "Two tasks are called “mood”"),
        ([{**MOOD, "labels": ""}], "Task “mood”: Type at least one label"),
        ([{**MOOD, "labels": "good"}], "“good” is its only label"),
        ([{**MOOD, "labels": "good, good"}], "“good” is given twice"),
        ([{**MOOD, "labels": "good @ 0.3, bad"}], "“good” has a threshold of its own"),
        ([{**MOOD, "labels": "a, b, c, d, e, f"}], "6 labels are more than the 5"),
        ([{**MOOD, "threshold": "high"}], "“high” is no threshold"),
        ([{**MOOD, "threshold": "1.2"}], "“1.2” is no threshold"),
        ([{**MOOD, "examples": "nice"}], "needs a text, then =>"),
        ([{**MOOD, "examples": "nice => great"}], "“great”, which is none of its labels"),
        ([{**MOOD, "labels": "good, [L]"}], "[L]"),
    ],
)
def test_cards_that_cannot_be_used_are_refused_with_words(services: Services, cards: Any, words: str) -> None:
    with pytest.raises((PageError, Gliner2Error)) as caught:
        classify(services, "x", cards)
    assert words in words_for(caught.value)


def test_a_file_gives_a_row_per_label(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Tim\n\nZoë\n", encoding="utf-8")
    job = partial(classification_job, services, [MOOD])
    *_, last = run_file(services, Cancel(), str(path), None, job, tmp_path)
    jsonl, table = map(Path, last.results)
    lines = [json.loads(line) for line in jsonl.read_text(encoding="utf-8").splitlines()]
    assert [(line["line"], list(line["result"])) for line in lines] == [(1, ["mood"]), (3, ["mood"])]
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["label"]) for row in rows] == [("1", "good"), ("1", "bad"), ("3", "good"), ("3", "bad")]
    assert sum(row["chosen"] == "yes" for row in rows) == 2


def test_examples_can_be_asked(roomy: Services) -> None:
    assert len({example.name for example in CLASSIFICATION_EXAMPLES}) == len(CLASSIFICATION_EXAMPLES) >= 8
    large = Services(roomy.settings.__class__(models=roomy.settings.models))
    for example in CLASSIFICATION_EXAMPLES:
        assert read_classifications(large.settings, example.cards()).tasks().classifications
