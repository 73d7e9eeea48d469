"""Documents from files, with line numbers."""

from __future__ import annotations

import io
import re

import pytest

from gliner2_core.documents import BadLine, Document, kind_of, read_documents
from gliner2_core.errors import DataError


def read(content: str | bytes, kind: str, **options: object) -> list[Document | BadLine]:
    data = content if isinstance(content, bytes) else content.encode()
    return list(read_documents(io.BytesIO(data), kind, "file", **options))  # type: ignore[arg-type]


def test_text_file_has_a_document_per_line_that_is_not_blank() -> None:
    assert read("one\r\n\n  two \nthree", "txt") == [Document(1, "one"), Document(3, "  two "), Document(4, "three")]


def test_whole_text_file_keeps_every_character() -> None:
    assert read("one\r\n\ntwo\n", "txt", is_whole=True) == [Document(1, "one\r\n\ntwo\n")]


def test_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read(b"\xef\xbb\xbfone", "txt") == [Document(1, "one")]


@pytest.mark.parametrize(
    ("kind", "content", "line"),
    [
        ("txt", "ok\ncafé\nfine\n", 2),
        ("csv", "id,text\n1,ok\n2,café\n3,fine\n", 3),
        ("jsonl", '"ok"\n"café"\n"fine"\n', 2),
    ],
)
def test_a_line_in_another_encoding_is_reported_and_the_rest_is_read(kind: str, content: str, line: int) -> None:
    before, bad, after = read(content.encode("latin-1"), kind)
    assert isinstance(bad, BadLine)
    assert bad.line == line
    assert "not UTF-8 (byte 0xe9 at character" in bad.reason
    assert "save the file as UTF-8" in bad.reason
    assert [one.text for one in (before, after) if isinstance(one, Document)] == ["ok", "fine"]


def test_utf_16_is_named() -> None:
    with pytest.raises(DataError, match=r"file: the file is UTF-16 .* save it as UTF-8"):
        read("café".encode("utf-16"), "txt")
    with pytest.raises(DataError, match=r"file:1: the header is not UTF-8"):
        read("café,text\nx,y\n".encode("latin-1"), "csv")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_header_says_how_values_are_parted(separator: str) -> None:
    content = f'id{separator}text\n1{separator}"Tim, Apple; Rome\tx"\n'
    assert read(content, "csv") == [Document(2, "Tim, Apple; Rome\tx", {"id": "1"})]


def test_two_columns_of_the_text_s_name_are_an_error() -> None:
    with pytest.raises(DataError, match=r"2 columns are called 'text'; rename all but one"):
        read("text,text\na,b\n", "csv")


def test_csv_line_numbers_count_lines_inside_quotes() -> None:
    assert read('id,text\n1,"a\nb"\n2,c\n', "csv") == [Document(2, "a\nb", {"id": "1"}), Document(4, "c", {"id": "2"})]


@pytest.mark.parametrize(("header", "index"), [("id,text", 1), ("input,id", 0), ("text,input", 0), ("sentence", 0)])
def test_text_column_is_found(header: str, index: int) -> None:
    values = ["x", "y"][: header.count(",") + 1]
    (found,) = read(f"{header}\n{','.join(values)}\n", "csv")
    assert isinstance(found, Document)
    assert (found.line, found.text) == (2, values[index])
    assert list(found.other.values()) == [value for value in values if value != values[index]]


def test_csv_without_a_text_column_names_the_columns() -> None:
    with pytest.raises(DataError, match="file: no column 'text' among id, body; name the column that holds the text"):
        read("id,body\n1,x\n", "csv")


def test_named_column_that_is_missing_names_the_columns() -> None:
    with pytest.raises(DataError, match="file: no column 'body'; columns are id, text"):
        read("id,text\n1,x\n", "csv", column="body")


def test_empty_csv_is_an_error() -> None:
    with pytest.raises(DataError, match="the file is empty"):
        read("", "csv")


def test_bad_csv_rows_are_reported_and_the_rest_is_read() -> None:
    assert read("id,text\n1\n2,\n3,x\n", "csv") == [
        BadLine(2, "1 value for 2 columns"),
        BadLine(3, "the column 'text' is empty"),
        Document(4, "x", {"id": "3"}),
    ]


def test_other_keys_stand_in_the_answer_s_line() -> None:
    (found,) = read('{"id": 7, "text": "x", "tags": ["a"]}\n', "jsonl")
    assert isinstance(found, Document)
    assert found.answered({}) == {"line": 1, "text": "x", "other": {"id": 7, "tags": ["a"]}, "result": {}}
    assert Document(1, "x").answered({}) == {"line": 1, "text": "x", "result": {}}


def test_a_column_without_a_name_is_named_in_the_message() -> None:
    with pytest.raises(DataError, match=r"no column 'text' among \(no name\), body"):
        read(",body\n1,x\n", "csv")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ('{"body": "x"}', "no key 'text'; keys are body"),
        ('{"text": 3}', "the text must be a string, got number"),
        ("[1]", "the text must be a string, got list"),
        ('{"text": null}', "the text must be a string, got null"),
        ('{"text": " "}', "the text is empty"),
    ],
)
def test_bad_json_line_is_reported_and_the_rest_is_read(line: str, reason: str) -> None:
    bad, good = read(f'{line}\n{{"text": "x"}}\n', "jsonl")
    assert isinstance(bad, BadLine)
    assert re.match(reason, bad.reason)
    assert (bad.line, good) == (1, Document(2, "x"))


def test_json_line_may_be_a_string_or_carry_input() -> None:
    assert read('"a"\n\n{"input": "b"}\n', "jsonl") == [Document(1, "a"), Document(3, "b")]


@pytest.mark.parametrize(("path", "kind"), [("a.TXT", "txt"), ("b.csv", "csv"), ("c.ndjson", "jsonl")])
def test_kind_follows_the_ending(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_other_ending_is_an_error() -> None:
    with pytest.raises(DataError, match=r"x\.pdf: files must end in \.txt, \.csv or \.jsonl, got '\.pdf'"):
        kind_of("x.pdf")


def test_half_characters_beside_the_text_become_readable() -> None:
    (found, good) = read(b"text,note\nBob,caf\xe9\nZoe,ok\n", "csv")
    assert found == Document(2, "Bob", {"note": "caf\ufffd"})
    assert good == Document(3, "Zoe", {"note": "ok"})
    (found,) = read('{"text": "Bob", "note": ["\\ud83d", {"a": "\\udc00"}]}\n', "jsonl")
    assert found == Document(1, "Bob", {"note": ["\ufffd", {"a": "\ufffd"}]})


def test_half_characters_in_the_text_are_reported() -> None:
    bad, good = read('{"text": "a \\ud83d"}\n{"text": "b"}\n', "jsonl")
    assert bad == BadLine(1, "the text holds half a character (a lone surrogate, '\\ud83d') at offset 2; mend it")
    assert good == Document(2, "b")
