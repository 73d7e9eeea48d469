"""The commands, run in this process as the shell would."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from gliner2_core.__main__ import main
from gliner2_core.modeling.precision import known_precisions
from tests.core.training.records import RECORDS

MODEL = str(Path(__file__).parents[2] / "data" / "parity" / "checkpoints" / "bert_lstm")


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_extract_answers_every_good_line_and_reports_the_bad_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "Tim Cook"}\n{oops\n{"text": "Paris"}\n')
    status = main(["extract", str(file), "--labels", "person,city", "--model", MODEL])
    out, err = capsys.readouterr()
    assert status == 1
    assert [(line["line"], line["text"]) for line in lines(out)] == [(1, "Tim Cook"), (3, "Paris")]
    assert "line 2: not JSON" in err
    assert "1 line failed" in err


def test_extract_reads_a_schema_file_and_writes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"classifications": [{"task": "tone", "labels": ["calm", "angry"]}]}))
    out = tmp_path / "out.jsonl"
    status = main(
        ["extract", "--text", "Well done.", "--schema", str(schema), "--model", MODEL, "--out", str(out), "--plain"]
    )
    assert status == 0
    assert lines(out.read_text())[0]["result"]["tone"] in ("calm", "angry")
    assert capsys.readouterr().out == ""


def test_extract_gives_offsets_and_confidences_unless_plain(capsys: pytest.CaptureFixture[str]) -> None:
    main(["extract", "--text", "Tim Cook", "--labels", "a", "--model", MODEL, "--threshold", "0"])
    found = lines(capsys.readouterr().out)[0]["result"]["entities"]["a"]
    assert {tuple(sorted(span)) for span in found} == {("confidence", "end", "start", "text")}
    assert all("Tim Cook"[span["start"] : span["end"]] == span["text"] for span in found)


def test_extract_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("één\n\ntwee\n".encode())))
    assert main(["extract", "-", "--labels", "a", "--model", MODEL]) == 0
    assert [(line["line"], line["text"]) for line in lines(capsys.readouterr().out)] == [(1, "één"), (3, "twee")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "x"], "give either --schema FILE or --labels A,B"),
        (["--labels", "a"], "give either a FILE (or - for standard input) or --text"),
        (["--text", "x", "--labels", "a,a"], "entity label 'a' is given twice"),
        (["--text", "x", "--labels", "a", "--threshold", "2"], "threshold must be between 0 and 1, got 2.0"),
        (["--text", "x", "--labels", "a", "--overlap-policy", "some"], "unknown overlap_policy 'some'"),
        (["--text", "x", "--schema", "missing.json"], "missing.json: cannot be opened"),
        (["--text", " ", "--labels", "a"], "--text is empty"),
        ([".", "--labels", "a"], ". is a folder; give a .txt, .csv or .jsonl file"),
        (["missing.csv", "--labels", "a"], "missing.csv: cannot be opened"),
        (["page.pdf", "--labels", "a"], "page.pdf: files must end in .txt, .csv or .jsonl"),
    ],
)
def test_extract_that_cannot_start_says_why(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", *arguments, "--model", MODEL]) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_csv_without_a_text_column_cannot_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.csv"
    file.write_text("id,body\n1,x\n")
    assert main(["extract", str(file), "--labels", "a", "--model", MODEL]) == 2
    assert "no column 'text' among id, body" in capsys.readouterr().err


def test_schema_file_that_is_no_json_gives_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"entities": [}')
    assert main(["extract", "--text", "x", "--schema", str(file), "--model", MODEL]) == 2
    assert f"{file}: the schema is not JSON: Expecting value: line 1 column 15" in capsys.readouterr().err


def test_schema_file_may_begin_with_a_byte_order_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"entities": ["a"]}', encoding="utf-8-sig")
    assert main(["extract", "--text", "x", "--schema", str(file), "--model", MODEL]) == 0
    assert list(lines(capsys.readouterr().out)[0]["result"]) == ["entities"]
    file.write_bytes(b'{"entities": ["\xe9"]}')
    assert main(["extract", "--text", "x", "--schema", str(file), "--model", MODEL]) == 2
    assert f"{file}: not UTF-8" in capsys.readouterr().err


def test_a_bad_byte_spoils_its_line_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Tim\n\nBob \xff x\nAnn\n")))
    assert main(["extract", "-", "--labels", "a", "--model", MODEL]) == 1
    said = capsys.readouterr()
    assert [line["text"] for line in lines(said.out)] == ["Tim", "Ann"]
    assert "line 3: not UTF-8 (byte 0xff at character 5)" in said.err


def test_an_unknown_suite_is_named_before_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--suite", "foo"]) == 2
    assert "unknown suite 'foo'" in capsys.readouterr().err


def test_train_scores_before_and_after_and_its_model_extracts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "train.jsonl"
    data.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    run = tmp_path / "run"
    options = ["--epochs", "2", "--replay", "0", "--progress", str(tmp_path / "progress.jsonl")]
    status = main(["train", str(data), "--test", str(data), "--model", MODEL, "--out", str(run), *options])
    out, err = capsys.readouterr()
    assert status == 0
    assert "5 examples, 2 steps" in out
    assert "| entities (micro F1) | 3 |" in out
    assert "| – person | 4 true |" in out
    assert "| general entities | 60 |" in out
    assert "5 held-out records are too few to tell" in err
    assert set(json.loads((run / "metrics.json").read_text())) == {"test", "general", "curve", "warnings"}
    events = lines((tmp_path / "progress.jsonl").read_text())
    assert [one.get("stage") or one["step"] for one in events] == ["before", "training", 1, 2, "after"]
    assert main(["extract", "--text", "Ann", "--labels", "person", "--model", str(run / "model")]) == 0


def test_train_lists_faults_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "train.jsonl"
    data.write_text('{"input": "Ann.", "output": {"entities": {"person": ["Bob"]}}}\n{\n')
    assert main(["train", str(data), "--model", MODEL, "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert "train.jsonl:1: entities.person[0] 'Bob' does not occur in the text" in error
    assert "train.jsonl:2: not JSON" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["extract", "train", "evaluate"])
def test_help_explains_every_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert "--model" in capsys.readouterr().out


def test_extract_does_not_write_over_its_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Tim Cook\n")
    assert main(["extract", str(file), "--labels", "a", "--model", MODEL, "--out", str(file)]) == 2
    assert "is the file that is read; name another" in capsys.readouterr().err
    assert file.read_text() == "Tim Cook\n"


def test_evaluate_does_not_write_over_its_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, link = tmp_path / "a.jsonl", tmp_path / "link.jsonl"
    file.write_text('{"input": "Ann in Rome", "output": {"entities": {"person": ["Ann"]}}}\n')
    link.symlink_to(file)
    before = file.read_text()
    assert main(["evaluate", str(file), "--model", MODEL, "--out", str(link)]) == 2
    assert "is the file that is read; name another" in capsys.readouterr().err
    assert file.read_text() == before


def test_an_adapter_is_trained_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = tmp_path / "d.jsonl", tmp_path / "run"
    data.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    options = [
        "--method",
        "lora",
        "--adapter",
        "--epochs",
        "20",
        "--encoder-lr",
        "1e-2",
        "--head-lr",
        "1e-2",
        "--replay",
        "0",
    ]
    assert main(["train", str(data), "--out", str(out), "--model", MODEL, *options]) == 0
    assert f"adapter: {out / 'adapter'}" in capsys.readouterr().out
    asked = ["extract", "--text", "Ann met Bob.", "--labels", "person", "--threshold", "0", "--overlap-policy", "allow"]
    answers = []
    for more in (["--model", MODEL], ["--model", MODEL, "--adapter", str(out / "adapter")]):
        assert main([*asked, *more]) == 0
        answers.append(lines(capsys.readouterr().out))
    assert answers[0] != answers[1]
    scored = ["evaluate", str(data), "--model", MODEL, "--adapter", str(out / "adapter")]
    assert main(scored) == 0
    assert main([*scored[:-1], str(tmp_path)]) == 2
    assert "is no adapter" in capsys.readouterr().err
    assert main(["train", str(data), "--out", str(tmp_path / "o"), "--model", MODEL, "--adapter"]) == 2
    assert "only method 'lora' leaves an adapter" in capsys.readouterr().err


def test_check_precision_compares_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, out = tmp_path / "texts.txt", tmp_path / "report.json"
    texts.write_text("Tim Cook met Ann in Paris.\nNobody was there.\nOslo is cold.\n")
    asked = ["check-precision", "--texts", str(texts), "--labels", "person,city"]
    assert main([*asked, "--limit", "2", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("| precision | texts per second |")
    report = json.loads(out.read_text())
    assert report["texts"] == 2
    assert [row["precision"] for row in report["rows"]] == list(known_precisions())
    assert f"Take {report['take']}." in told or report["take"] == "float32"
    for wrong, words in ((["--limit", "0"], "--limit must be at least 1"), (["--out", str(tmp_path)], "is a folder")):
        assert main([*asked, *wrong]) == 2
        assert words in capsys.readouterr().err
    (tmp_path / "empty.txt").write_text("\n")
    assert main(["check-precision", "--texts", str(tmp_path / "empty.txt"), "--labels", "a"]) == 2
    assert "there is no text to compare on" in capsys.readouterr().err


def test_a_precision_is_chosen_and_a_wrong_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    before = torch.get_num_threads()
    asked = ["extract", "--text", "Tim Cook", "--labels", "person", "--threads", "1", "--precision"]
    assert main([*asked, "int8"]) == 0
    assert torch.get_num_threads() == 1
    torch.set_num_threads(before)
    assert lines(capsys.readouterr().out)[0]["result"]["entities"]["person"][0]["text"] == "Tim Cook"
    assert main([*asked, "half"]) == 2
    assert "precision 'half' is unknown; allowed are float32, bfloat16, int8" in capsys.readouterr().err


def test_benchmark_times_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "speed.json"
    assert main(["benchmark", "--model", MODEL, "--rounds", "2", "--out", str(out)]) == 0
    table = capsys.readouterr().out.splitlines()
    rows = json.loads(out.read_text())["rows"]
    assert len(table) == len(rows) + 2
    assert [row["labels"] for row in rows][:: len(known_precisions())] == [5, 10, 20, 50]
    for row in rows:
        assert row["pieces"] > row["words"] == 100
        assert row["ours_ms"] > 0
        assert 0 < row["share_of_floor"] < 1
        assert row["floor_ms"] == pytest.approx(row["share_of_floor"] * row["ours_ms"])
    assert main(["benchmark", "--model", MODEL, "--rounds", "0"]) == 2
    assert "--rounds must be at least 1, got 0" in capsys.readouterr().err
