from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gliner2_core.errors import Gliner2Error
from storage.formats.tables import guarded
from ui.handlers.entities import POLICIES, entity_job
from ui.handlers.files import FileProgress, columns_of, rows_of, run_file
from ui.messages import PageError, words_for
from ui.services import Services
from ui.state import Cancel
from ui.tabs.file_part import file_words

ALL = list(POLICIES)[1]


def ran(services: Services, path: Path | None, column: str | None = None, run: Cancel | None = None) -> FileProgress:
    given, folder = (None, Path()) if path is None else (str(path), path.parent)
    job = partial(entity_job, services, "person\nplace", 0.0, ALL)
    *_, last = run_file(services, run or Cancel(), given, column, job, folder)
    return last


def lines_of(progress: FileProgress) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(progress.results[0]).read_text(encoding="utf-8").splitlines()]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_line_of_plain_text_is_a_document(services: Services, tmp_path: Path) -> None:
    progress = ran(services, written(tmp_path, "a.txt", "Tim in Paris 🎉\n\nZoë\n"))
    lines = lines_of(progress)
    assert [(line["line"], line["text"]) for line in lines] == [(1, "Tim in Paris 🎉"), (3, "Zoë")]
    spans = [(line["text"], span) for line in lines for found in line["result"]["entities"].values() for span in found]
    assert 0 < len(spans) <= progress.found
    assert all(text[span["start"] : span["end"]] == span["text"] for text, span in spans)
    assert progress.share <= 1


@pytest.mark.parametrize(
    ("content", "column", "texts"),
    [
        (b"\xef\xbb\xbftext,id\nTim,1\n", None, ["Tim"]),
        (b"id,input\n1,Tim\n", None, ["Tim"]),
        (b"body\nTim\n", None, ["Tim"]),
        (b'id,body\n1,"Tim\r\nZoe"\n', "body", ["Tim\r\nZoe"]),
    ],
)
def test_the_text_column_is_found(services: Services, tmp_path: Path, content: bytes, column: str, texts: list[str]) -> None:
    assert [line["text"] for line in lines_of(ran(services, written(tmp_path, "a.csv", content), column))] == texts


def test_columns_are_offered(services: Services, tmp_path: Path) -> None:
    assert columns_of(services, str(written(tmp_path, "a.csv", "id,body\n1,x\n"))) == ["id", "body"]
    assert columns_of(services, str(written(tmp_path, "a.jsonl", '{"k": "x"}\n'))) == ["k"]
    assert columns_of(services, str(written(tmp_path, "a.txt", "x\n"))) == []
    assert columns_of(services, None) == []


def test_bad_lines_are_reported_and_the_rest_goes_on(services: Services, tmp_path: Path) -> None:
    source = written(tmp_path, "a.jsonl", '{"text": "Tim"}\nnope\n{"input": "Zoe"}\n')
    progress = ran(services, source, "text")
    assert [line["line"] for line in lines_of(progress)] == [1, 3]
    assert progress.n_faults == 1
    assert progress.faults[0].startswith("line 2: not JSON")
    listed = "<ul><li>line 2: not JSON: Expecting value at character 1</li></ul>"
    assert f"1 line could not be used:{listed}" in file_words(progress)


def test_a_text_that_is_too_long_is_reported(services: Services, tmp_path: Path) -> None:
    progress = ran(services, written(tmp_path, "a.txt", "x" * 401 + "\nTim\n"))
    assert progress.faults == ["line 1: 401 characters, 400 are allowed"]
    assert [line["line"] for line in lines_of(progress)] == [2]


@pytest.mark.parametrize(("n_rows", "is_cut"), [(2, False), (3, False), (4, True), (32, True), (40, True)])
def test_rows_beyond_the_limit_are_never_dropped_in_silence(
    services: Services, tmp_path: Path, n_rows: int, is_cut: bool
) -> None:
    progress = ran(services, written(tmp_path, "a.txt", "Tim\n" * n_rows))
    assert len(lines_of(progress)) == min(n_rows, 3)
    assert progress.n_faults == 0
    assert ("Stopped after 3 texts, the most allowed here." in file_words(progress)) == is_cut


def test_an_empty_file_ends_with_empty_results(services: Services, tmp_path: Path) -> None:
    progress = ran(services, written(tmp_path, "a.txt", ""))
    assert lines_of(progress) == []
    assert progress.n_faults == 0


@pytest.mark.parametrize(
    ("name", "content", "column", "words"),
    [
        ("a.pdf", b"x", None, ".pdf: files must end in .txt, .csv or .jsonl"),
        ("a.txt", b"\xff\xfe", None, "the file is UTF-16"),
        ("a.csv", b"a,b\n1,2\n", None, "Choose the column that holds the text: a, b."),
        ("a.csv", b"a,b\n1,2\n", "c", "no column 'c'"),
        ("a.csv", b"", None, "empty"),
        ("a.txt", b"x" * 2_001, None, "MB are allowed"),
    ],
)
def test_files_that_cannot_be_used_are_refused(
    services: Services, tmp_path: Path, name: str, content: bytes, column: str | None, words: str
) -> None:
    with pytest.raises((PageError, Gliner2Error)) as caught:
        ran(services, written(tmp_path, name, content), column)
    assert words in words_for(caught.value)
    assert str(tmp_path) not in words_for(caught.value)


def test_no_file_is_an_error(services: Services) -> None:
    with pytest.raises(PageError, match="Choose a file first"):
        ran(services, None)


def test_a_cancelled_run_keeps_what_was_done(roomy: Services, tmp_path: Path) -> None:
    run = Cancel()
    job = partial(entity_job, roomy, "person", 0.5, ALL)
    steps = run_file(roomy, run, str(written(tmp_path, "a.txt", "Tim\n" * 500)), None, job, tmp_path)
    first = next(steps).done
    run.is_cancelled = True
    *_, last = steps
    assert last.is_cancelled
    assert len(lines_of(last)) == last.done == first < 500
    assert "Stopped" in file_words(last)


def test_cells_that_look_like_formulas_are_guarded(services: Services, tmp_path: Path) -> None:
    assert [guarded(cell) for cell in ("=1+1", "+1", "-1", "@x", "\tx", "a=1", 3)] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "a=1", 3,
    ]  # fmt: skip
    path = written(tmp_path, "a.txt", "=HYPERLINK(1)\n")
    job = partial(entity_job, services, "+label", 0.0, ALL)
    *_, last = run_file(services, Cancel(), str(path), None, job, tmp_path)
    with Path(last.results[1]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["label"] for row in rows} == {"'+label"}
    assert any(row["text"].startswith("'=") for row in rows)


def table_of(progress: FileProgress, index: int = 1) -> list[dict[str, str]]:
    with Path(progress.results[index]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_other_columns_and_texts_without_a_finding_are_in_the_table(services: Services, tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "id,text,label\n7,Tim,x\n8,Zoe,=1\n")
    job = partial(entity_job, services, "person", 1.0, ALL)
    *_, last = run_file(services, Cancel(), str(path), None, job, tmp_path)
    assert last.found == 0
    assert [(row["line"], row["text"], row["label"], row["id"], row["label (file)"]) for row in table_of(last)] == [
        ("2", "Tim", "", "7", "x"),
        ("3", "Zoe", "", "8", "'=1"),
    ]
    assert [line["other"] for line in lines_of(last)] == [{"id": "7", "label": "x"}, {"id": "8", "label": "=1"}]


def test_lines_that_could_not_be_used_have_a_file_of_their_own(services: Services, tmp_path: Path) -> None:
    progress = ran(services, written(tmp_path, "a.jsonl", '{"text": "Tim"}\nnope\n'))
    assert table_of(progress, 2) == [{"line": "2", "reason": "not JSON: Expecting value at character 1"}]
    assert len(ran(services, written(tmp_path, "b.txt", "Tim\n")).results) == 2


@pytest.mark.parametrize(
    ("name", "content", "n_rows"),
    [
        ("a.csv", "id,id,text\n1,2,x\n", 1),
        ("a.txt", "a\n\nb\n", 2),
        ("a.csv", "id,body\n1,x\n2,y\n", 2),
        ("a.jsonl", '{"a": 1}\nno\n', 2),
        ("a.txt", "", 0),
    ],
)
def test_a_file_s_texts_are_counted_before_a_run(
    services: Services, tmp_path: Path, name: str, content: str, n_rows: int
) -> None:
    assert rows_of(services, str(written(tmp_path, name, content))) == n_rows
