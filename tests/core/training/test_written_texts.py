"""The markup for texts annotated by hand, and the texts that ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gliner2_core.errors import DataError
from gliner2_core.training.written_texts import read_written_texts

BLOCK = """\
text: [Ana Ruiz](person, chemist) of the [University of [Oslo](city)](university) left.\\nSalary: 900 a month.
absent: product, price
describe: chemist = works with substances
relation: works for | Ana Ruiz | University of Oslo
structure: leaving | who: Ana Ruiz | pay: 900 | level {junior, senior}: senior | why: - | places: Oslo; University of Oslo
classify: topic | business, sports | business
classify many: aspects | pay, merger | -
"""


def read(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return read_written_texts(folder)


def test_a_block_becomes_a_record(tmp_path: Path) -> None:
    (record,) = read(tmp_path, BLOCK)
    text = "Ana Ruiz of the University of Oslo left.\nSalary: 900 a month."
    assert record["text"] == text
    assert [(one["label"], text[one["start"] : one["end"]]) for one in record["entities"]] == [
        ("chemist", "Ana Ruiz"),
        ("person", "Ana Ruiz"),
        ("university", "University of Oslo"),
        ("city", "Oslo"),
    ]
    assert record["entity_labels"] == ["chemist", "person", "university", "city", "product", "price"]
    assert record["label_descriptions"] == {"chemist": "works with substances"}
    relation, leaving = record["structures"]
    assert relation["spans"] == {"subject": [[0, 8]], "object": [[16, 34]]}
    assert leaving["schema"] == ["who", "pay", "level", "why", "places"]
    assert leaving["fields"] == {
        "who": "Ana Ruiz", "pay": "900", "level": "senior", "places": ["Oslo", "University of Oslo"],
    }  # fmt: skip
    assert leaving["spans"]["places"] == [[30, 34], [16, 34]]
    assert leaving["choices"] == {"level": ["junior", "senior"]}
    one, many = record["classifications"]
    assert (one["true"], one["multi_label"]) == (["business"], False)
    assert (many["true"], many["multi_label"]) == ([], True)


def test_blank_lines_part_records(tmp_path: Path) -> None:
    assert [one["text"] for one in read(tmp_path, "text: a\n\n\ntext: b\nabsent: c\n")] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("text: [Ana(person)\n", 1, "never closed"),
        ("text: [Ana] left\n", 1, "expected .surface..label."),
        ("text: Ana\nabsence: b\n", 2, "unexpected 'absence'"),
        ("absent: b\n", 1, "a block starts with 'text:'"),
        ("text: Ana\ndescribe: person\n", 2, "label = description"),
        ("text: Ana\nrelation: knows | Ana\n", 2, "name | head | tail"),
        ("text: Ana\nrelation: knows | Ana | Bo\n", 2, "'Bo' is no run of whole words"),
        ("text: Ana\nstructure: a | name: An\n", 2, "'An' is no run of whole words"),
        ("text: Ana\nstructure: a | name\n", 2, "field: value"),
        ("text: Ana\nstructure: a | kind {b, c}: d\n", 2, "'d' is no option of 'kind': b, c"),
        ("text: Ana\nclassify: topic | a, b | c\n", 2, "'c' is no option of 'topic'"),
        ("text: Ana\nclassify: topic | a, b | a, b\n", 2, "needs one answer"),
        ("text: Ana\nclassify: topic | a, b\n", 2, "task | option, option | answer"),
    ],
)
def test_broken_markup_names_file_and_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'a.txt'}:{line}: ")


def test_shipped_texts_are_sound() -> None:
    records = read_written_texts()
    assert len(records) > 1_500
    assert len({record["text"] for record in records}) == len(records)
    for record in records:
        for entity in record["entities"]:
            assert record["text"][entity["start"] : entity["end"]] == entity["text"] == entity["text"].strip() != ""
