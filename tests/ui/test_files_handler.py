"""Entities of a file, without a browser."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gliner2_core.errors import DataError
from ui.handlers.entities import POLICIES
from ui.handlers.files import FileProgress, columns_of, extract_file, guarded
from ui.messages import PageError
from ui.services import Services
from ui.state import FileRun
from ui.tabs.entities import file_words

POLICY = next(iter(POLICIES))


def run(services: Services, path: Path | None, column: str | None = None, flag: FileRun | None = None) -> list[FileProgress]:
    found = extract_file(services, flag or FileRun(), None if path is None else str(path), column, "a\nb", 0.3, POLICY)
    return list(found)


def written(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode())
    return path


def test_results_hold_every_text_and_every_span(services: Services, tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", 'id,text\n1,"=Tim Cook"\n2,\n3,Paris is nice\n')
    last = run(services, path)[-1]
    records = [json.loads(line) for line in Path(last.results[0]).read_text().splitlines()]
    rows = list(csv.DictReader(Path(last.results[1]).read_text(encoding="utf-8-sig").splitlines()))
    assert [(record["line"], record["text"]) for record in records] == [(2, "=Tim Cook"), (4, "Paris is nice")]
    assert len(rows) == sum(len(record["entities"]) for record in records) == last.spans
    assert all(record["text"][one["start"] : one["end"]] == one["text"] for record in records for one in record["entities"])
    assert last.faults == ["line 3: the column 'text' is empty"]
    assert "Done. 3 texts" in file_words(last)
    assert "line 3: the column" in file_words(last)


@pytest.mark.parametrize(("cell", "safe"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-2", "'-2"), ("a=b", "a=b"), (5, 5)])
def test_cells_that_begin_like_a_formula_are_guarded(cell: object, safe: object) -> None:
    assert guarded(cell) == safe


def test_cancel_keeps_what_was_done(services: Services, tmp_path: Path) -> None:
    path = written(tmp_path, "x.txt", "one\n" * 40)
    flag = FileRun()
    seen = []
    for progress in extract_file(services, flag, str(path), None, "a", 0.3, POLICY):
        seen.append(progress.done)
        flag.is_cancelled = True
    assert seen == [16, 16]
    assert len(Path(progress.results[0]).read_text().splitlines()) == 16
    assert file_words(progress).count("Stopped; what was done is below.") == 1


def test_rows_beyond_the_limit_are_told(services: Services, tmp_path: Path) -> None:
    last = run(services, written(tmp_path, "x.txt", "one\n" * 45))[-1]
    assert last.done == 40
    assert last.faults == ["stopped after 40 texts, the most allowed here"]


def test_text_too_long_is_told_with_its_line(services: Services, tmp_path: Path) -> None:
    last = run(services, written(tmp_path, "x.txt", "ok\n" + "x" * 1001))[-1]
    assert last.faults == ["line 2: 1,001 characters, 1,000 are allowed"]


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [("x.csv", "id,text\n", ["id", "text"]), ("x.jsonl", '{"a": 1, "text": "t"}\n', ["a", "text"]), ("x.txt", "a,b\n", [])],
)
def test_columns_are_offered(services: Services, tmp_path: Path, name: str, content: str, columns: list[str]) -> None:
    assert columns_of(services, str(written(tmp_path, name, content))) == columns


def test_no_file_says_what_to_do(services: Services) -> None:
    with pytest.raises(PageError, match="Choose a file first"):
        run(services, None)


def test_large_file_is_refused(services: Services, tmp_path: Path) -> None:
    with pytest.raises(PageError, match="0 MB are allowed here"):
        columns_of(services, str(written(tmp_path, "x.txt", "x" * 6000)))


def test_other_encoding_names_the_line(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("caf\u00e9".encode("latin-1"))
    with pytest.raises(DataError, match=r"x\.txt:1: not UTF-8"):
        run(services, path)


def test_named_column_is_used(services: Services, tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "text,body\nno,yes\n")
    last = run(services, path, "body")[-1]
    assert json.loads(Path(last.results[0]).read_text())["text"] == "yes"
