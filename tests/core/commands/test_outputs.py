"""What a command leaves behind when nothing could run, when options contradict each other, and when a disk is full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gliner2_core.__main__ import main
from gliner2_core.commands.outputs import FailedLines

MODEL = str(Path(__file__).parents[2] / "data" / "parity" / "checkpoints" / "bert_lstm")
LABELS = ("--labels", "a", "--model", MODEL)


def test_a_schema_too_long_for_every_text_is_told_once_and_the_former_answers_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, texts, out = tmp_path / "schema.json", tmp_path / "a.txt", tmp_path / "out.jsonl"
    schema.write_text(json.dumps({"entities": {f"label {n}": "a description of it " * 30 for n in range(40)}}))
    texts.write_text("Ann\nBob\nCleo\n")
    out.write_text("former")
    status = main(["extract", str(texts), "--schema", str(schema), "--model", MODEL, "--out", str(out)])
    told = capsys.readouterr().err
    assert status == 2
    assert told.count("leaves 0 for text") == 1
    assert "lines 2 to 3: 2 times the same\n3 lines failed" in told
    assert out.read_text() == "former"


def test_an_empty_file_leaves_the_former_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, out = tmp_path / "a.txt", tmp_path / "out.jsonl"
    texts.write_text("\n")
    out.write_text("former")
    assert main(["extract", str(texts), *LABELS, "--out", str(out)]) == 2
    assert "there is no text to extract from" in capsys.readouterr().err
    assert out.read_text() == "former"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "x", "--column", "y"], "--column y is for .csv and .jsonl files"),
        (["a.txt", "--column", "y"], "--column y is for .csv and .jsonl files"),
        (["--text", "x", "--whole"], "--whole is for .txt files and standard input"),
        (["a.csv", "--whole"], "--whole is for .txt files and standard input"),
        (["--text", "x", "--out", "."], "--out . is a folder; name a file"),
        (["--text", "x", "--out", "missing/a.jsonl"], "--out missing/a.jsonl: the folder does not exist; create it first"),
    ],
)
def test_options_that_cannot_work_are_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extract", *arguments, *LABELS]) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_labels_in_quotes_may_hold_commas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "--text", "x", "--labels", 'a, "b, c"', "--model", MODEL]) == 0
    assert list(json.loads(capsys.readouterr().out)["result"]["entities"]) == ["a", "b, c"]
    assert main(["extract", "--text", "x", "--labels", 'a, "b', "--model", MODEL]) == 2
    assert "the quotes do not match" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["--epochs", "1", "--max-steps", "2"], "argument --max-steps: not allowed with argument --epochs"),
    ],
)
def test_options_that_cannot_be_read_show_the_usage_of_their_command(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["train", "a.jsonl", "--out", "x", *arguments])
    assert exit_.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("usage: python -m gliner2_core train")
    assert words in told


def test_characters_can_be_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = "北京大学在北京。" * 300
    assert main(["extract", "--text", text.replace("。", ""), *LABELS]) == 2
    assert "word_splitter='char'" in capsys.readouterr().err
    assert main(["extract", "--text", text.replace("。", ""), *LABELS, "--word-splitter", "char"]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("redirected", [True, False])
def test_a_full_disk_is_one_message(redirected: bool) -> None:
    command = [sys.executable, "-m", "gliner2_core", "extract", "--text", "x", *LABELS]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command if redirected else [*command, "--out", "/dev/full"],
            stdout=full if redirected else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == (
        "error: the output: No space left on device; what was written so far is kept"
    )
    assert "Traceback" not in done.stderr


def test_reasons_that_follow_each_other_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    failed = FailedLines()
    for line, reason in ((1, "a"), (2, "a"), (3, "b"), (4, "b"), (6, "b"), (7, "a")):
        failed.add(line, reason)
    failed.flush()
    assert failed.count == 6
    assert capsys.readouterr().err.splitlines() == [
        "line 1: a", "line 2: the same", "line 3: b", "lines 4 to 6: 2 times the same", "line 7: a",
    ]  # fmt: skip


def test_a_report_that_has_no_file_is_refused_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = tmp_path / "a.jsonl"
    records.write_text('{"input": "Ann", "output": {"entities": {"person": ["Ann"]}}}\n', encoding="utf-8")
    assert main(["evaluate", str(records), "--out", str(tmp_path), "--model", MODEL]) == 2
    assert f"error: --out {tmp_path} is a folder; name a file" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
