"""Structures: what the page shows of one pass over everything that is asked."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gliner2_core import GLiNER2
from gliner2_core.errors import Gliner2Error, SchemaError
from tests.ui.conftest import SMALL
from tests.ui.shell import run_in_shell
from ui.code_edit import Edited
from ui.examples import STRUCTURE_EXAMPLES
from ui.forms.builder import STRUCTURE_FORM, write_whole
from ui.forms.structures import structure_card
from ui.forms.tasks import task_card
from ui.handlers.files import run_file
from ui.handlers.structures import StructureAnswer, extract_structures, structure_job
from ui.messages import PageError, words_for
from ui.services import Services
from ui.state import Cancel

TEXT = "🎉 Apple sells the “new” phone\r\nin $Paris for 400 euros"
FIELD = structure_card(3, 5).blank()["fields"][0]
CARDS = [
    {"name": "sale", "fields": [{**FIELD, "name": "what"}, {**FIELD, "name": "kind", "choices": "food, phone"}]},
    {"name": "place", "fields": [{**FIELD, "name": "city", "dtype": "str"}]},
]
UNTYPED = (Edited(), Edited())
TASKS = [{**task_card(3).blank(), "name": "mood", "labels": "good, bad"}]


def composed(services: Services, threshold: float = 0.0) -> StructureAnswer:
    return extract_structures(services, TEXT, CARDS, "company, city", "sold in", TASKS, *UNTYPED, threshold)


def test_everything_is_answered_in_one_pass(services: Services) -> None:
    answer = composed(services)
    records, said = answer.records, json.loads(answer.json)
    assert "in one forward pass" in answer.status
    assert said["windows"] == 1
    assert [one["name"] for one in records["structures"]] == ["sale", "place"]
    assert [one["label"] for one in records["entities"]] == ["company", "city"]
    assert [one["name"] for one in records["relations"]] == ["sold in"]
    assert [one["task"] for one in records["classifications"]] == ["mood"]
    assert [[row["label"] for row in one["labels"]] for one in answer.scores] == [["good", "bad"]]
    assert answer.rows


def test_every_value_is_linked_to_its_place(services: Services) -> None:
    records = composed(services).records
    values = [value for one in records["entities"] for value in one["values"]]
    values += [end for one in records["relations"] for pair in one["pairs"] for end in pair]
    for structure in records["structures"]:
        values += [value for fields in structure["instances"] for field in fields for value in field["values"]]
    placed = [value for value in values if "start" in value]
    assert placed
    assert all(records["text"][value["start"] : value["end"]] == value["text"] for value in placed)
    chosen = [
        value for structure in records["structures"] for fields in structure["instances"] for field in fields
        if field["name"] == "kind" for value in field["values"]
    ]  # fmt: skip
    assert {value["text"] for value in chosen} <= {"food", "phone"}
    assert not any("start" in value for value in chosen)


def test_python_and_command_give_the_same_answer(services: Services, tmp_path: Path) -> None:
    answer = composed(services, 0.3)
    names: dict[str, Any] = {}
    exec(answer.python, names)
    assert json.loads(run_in_shell(answer.command, tmp_path))["result"] == names["result"]
    said = [row[3] for row in answer.rows if row[0] == "entities"]
    assert sorted(one["text"] for found in names["result"]["entities"].values() for one in found) == sorted(said)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([], "", "", []), "Add a structure"),
        ((CARDS, "", "", [], Edited("{", is_typed=True)), "cannot be read. JSON: "),
        (([{"name": "", "fields": []}], "", "", []), "Structure 1 has no name"),
        ((CARDS, "a\na", "", []), "“a” is given twice"),
        ((CARDS, "", "sale", []), "the schema already has a task of this name"),
        ((CARDS, "", "", [{**TASKS[0], "name": "sale"}]), "the schema already has a task of this name"),
        ((CARDS, "", "", [{**TASKS[0], "labels": "good"}]), "“good” is its only label"),
        (([{"name": "entities", "fields": CARDS[0]["fields"]}], "city", "", []), "collides with the entities"),
    ],
)
def test_forms_that_cannot_be_used_are_refused_with_words(services: Services, given: Any, words: str) -> None:
    cards, labels, relations, tasks, typed = (*given, Edited())[:5]
    with pytest.raises((PageError, Gliner2Error)) as caught:
        extract_structures(services, "x", cards, labels, relations, tasks, typed, Edited(), 0.5)
    assert words in words_for(caught.value)


def test_a_rule_that_never_ends_is_stopped(services: Services) -> None:
    rule = {"pattern": "(?:(?:a|a)+)+b", "mode": "full", "exclude": False, "case": False}
    card = {"name": "s", "fields": [{**FIELD, "name": "f", "rules": [rule]}]}
    with pytest.raises(Gliner2Error) as caught:
        extract_structures(services, "a" * 60, [card], "", "", [], *UNTYPED, 0.0)
    assert "Stopped: regular expression" in words_for(caught.value)


def test_a_file_is_filled_row_by_row(services: Services, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Apple sells phones\nA shop in Rome\n", encoding="utf-8")
    given: Any = (CARDS, "city", "", TASKS, *UNTYPED, 0.0)
    *_, last = run_file(services, Cancel(), str(source), None, lambda: structure_job(services, *given), tmp_path)
    jsonl, table = (Path(path) for path in last.results)
    assert [json.loads(line)["line"] for line in jsonl.read_text(encoding="utf-8").splitlines()] == [1, 2]
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == last.found > 0
    assert {row["part"] for row in rows} <= {"sale", "place", "entities", "mood"}
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)


@pytest.mark.parametrize("example", STRUCTURE_EXAMPLES, ids=lambda one: one.name)
def test_examples_are_read_by_the_form(example: Any) -> None:
    settings = replace(SMALL, max_labels=100)
    assert STRUCTURE_FORM.read(settings, *write_whole(example.schema())) == example.schema()


def test_examples_fill_every_field() -> None:
    model = GLiNER2.from_pretrained()
    for example in STRUCTURE_EXAMPLES:
        prediction = model.predict(example.text, example.schema())
        assert len(prediction.structures) == len(example.structures)
        for structure in prediction.structures:
            fields = [field for instance in structure.instances for field in instance]
            assert fields
            assert [field.name for field in fields if not field.values] == [], example.name


def test_names_taken_twice_are_the_schemas_own_error(services: Services) -> None:
    with pytest.raises(SchemaError):
        extract_structures(services, "x", CARDS, "", "place", [], *UNTYPED, 0.5)
