from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gliner2_core.commands import evaluate
from gliner2_core.errors import DataError, InputError
from gliner2_core.evaluation import (
    SUITES,
    Report,
    evaluate_examples,
    measure_latency,
    run_suite,
    sets_named,
    to_markdown,
    write_json,
)
from gliner2_core.evaluation.answers import Answers
from gliner2_core.evaluation.data_files import read_benchmark, spread
from gliner2_core.evaluation.gold_spans import gold_spans
from gliner2_core.evaluation.schemas import build_schemas
from gliner2_core.predictions import (
    CheckpointInfo,
    ChoicePrediction,
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    LabelProbability,
    Prediction,
    RelationPair,
    RelationPrediction,
    SpanPrediction,
    StructurePrediction,
)
from gliner2_core.schema import Schema
from gliner2_core.training.examples import load_examples, parse_example
from gliner2_core.training.gold import GoldField, TrainingExample

TINY = Path(__file__).parents[1] / "data" / "parity" / "checkpoints" / "bert_lstm"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "eval"
TEXT = "Jon Snow of Acme sold the red bike to Mia."
RECORD: dict[str, Any] = {
    "input": TEXT,
    "output": {
        "entities": {"person": ["Jon Snow", "Mia"], "city": []},
        "json_structures": [{"sale": {"item": "bike", "color": {"value": "red", "choices": ["red", "blue"]}, "price": ""}}],
        "relations": [{"sold_to": {"head": "Jon Snow", "tail": "Mia"}}],
        "classifications": [{"task": "topic", "labels": ["trade", "sport"], "true_label": "trade"}],
    },
}


def found(text: str, surface: str) -> SpanPrediction:
    start = text.find(surface)
    return SpanPrediction(surface, start, start + len(surface), 0.9)


class Oracle:
    """Answers from the true answers; with `is_silent` it finds nothing and chooses nothing."""

    def __init__(self, examples: Sequence[TrainingExample], *, is_silent: bool = False) -> None:
        self.answers = {example.text: example for example in examples}
        self.is_silent = is_silent
        self.asked: list[tuple[Schema, float, str | None, int]] = []

    def iter_predict(
        self,
        texts: Sequence[str],
        schema: Schema | Sequence[Schema],
        /,
        *,
        threshold: float,
        overlap_policy: str | None,
        batch_size: int,
    ) -> Iterator[Prediction]:
        schemas = [schema] * len(texts) if isinstance(schema, Schema) else list(schema)
        for text, one in zip(texts, schemas, strict=True):
            self.asked.append((one, threshold, overlap_policy, batch_size))
            yield self.answer(text, threshold)

    def answer(self, text: str, threshold: float) -> Prediction:
        example = self.answers[text]
        base = Prediction(text, CheckpointInfo("oracle", "r1"), threshold, None)
        if self.is_silent:
            return base
        names = dict.fromkeys(instance.name for instance in example.structures)
        return Prediction(
            text,
            base.checkpoint,
            threshold,
            None,
            entities=tuple(
                EntityPrediction(label, True, tuple(found(text, mention.text) for mention in mentions))
                for label, mentions in example.entities.items()
            ),
            structures=tuple(
                StructurePrediction(
                    name,
                    tuple(
                        tuple(self.field(text, field, value) for field, value in instance.fields.items())
                        for instance in example.structures
                        if instance.name == name
                    ),
                )
                for name in names
            ),
            relations=tuple(
                RelationPrediction(
                    relation.name,
                    (RelationPair(*(found(text, relation.fields[end].mentions[0].text) for end in ("head", "tail"))),),
                )
                for relation in example.relations
                if "head" in relation.fields
            ),
            classifications=tuple(
                ClassificationPrediction(
                    task.task, task.multi_label, (), tuple(LabelProbability(label, 0.9, True) for label in task.true_labels)
                )
                for task in example.classifications
            ),
        )

    @staticmethod
    def field(text: str, name: str, gold: GoldField) -> FieldPrediction:
        chosen = tuple(ChoicePrediction(choice, 0.9) for choice in gold.chosen)
        return FieldPrediction(name, True, chosen or tuple(found(text, mention.text) for mention in gold.mentions))


# One's own records


def test_right_answers_score_one_in_every_task() -> None:
    examples = load_examples([RECORD]).examples
    report = evaluate_examples(Oracle(examples), examples, "mine")
    assert [(task.task, task.metric, task.score, task.support) for task in report.sets[0].tasks] == [
        ("entities", "micro F1", 1.0, 2),
        ("structures", "field F1", 1.0, 2),
        ("relations", "micro F1", 1.0, 1),
        ("topic", "accuracy", 1.0, 1),
    ]
    assert report.sets[0].tasks[0].labels == ("person", "city")
    assert report.sets[0].tasks[1].labels == ("sale.item", "sale.color", "sale.price")
    assert (report.checkpoint, report.revision) == ("oracle", "r1")


def test_each_task_counts_the_records_that_ask_it() -> None:
    plain = {"input": "Jon met Ann.", "output": {"entities": {"person": ["Jon", "Ann"]}}}
    examples = load_examples([RECORD, plain, {**plain, "input": "Jon met Ann again."}]).examples
    report = evaluate_examples(Oracle(examples), examples, "mine")
    assert {task.task: task.records for task in report.sets[0].tasks} == {
        "entities": 3, "structures": 1, "relations": 1, "topic": 1,
    }  # fmt: skip
    summary = [row.split(" | ")[1:3] for row in to_markdown(report).splitlines() if row.startswith("| mine")]
    assert summary == [["entities", "3"], ["structures", "1"], ["relations", "1"], ["topic", "1"]]


def test_silence_scores_zero_in_every_task() -> None:
    examples = load_examples([RECORD]).examples
    report = evaluate_examples(Oracle(examples, is_silent=True), examples, "mine")
    assert [task.score for task in report.sets[0].tasks] == [0.0, 0.0, 0.0, 0.0]


def test_the_schema_names_the_labels_and_not_the_answers() -> None:
    examples = load_examples([RECORD]).examples
    oracle = Oracle(examples)
    evaluate_examples(oracle, examples, "mine", threshold=0.3, batch_size=4)
    expected = (
        Schema()
        .structure("sale")
        .field("item", "str")
        .field("color", "str", ["red", "blue"])
        .field("price", "str")
        .entities(["person", "city"])
        .relations(["sold_to"])
        .classification("topic", ["trade", "sport"])
    )
    assert oracle.asked == [(expected, 0.3, None, 4)]


def test_a_field_with_several_values_anywhere_is_asked_as_a_list_everywhere() -> None:
    one = parse_example({"input": "a b", "output": {"json_structures": [{"s": {"x": "a"}}]}})
    two = parse_example({"input": "a b", "output": {"json_structures": [{"s": {"x": ["a", "b"]}}]}})
    assert build_schemas([one, two]) == Schema().structure("s").field("x", "list").schema


def test_relations_that_cannot_be_asked_are_noted() -> None:
    sale = {"sale": {"seller": "Jon Snow", "item": "bike"}}
    examples = load_examples([RECORD, {"input": TEXT + " ", "output": {"relations": [sale]}}]).examples
    report = evaluate_examples(Oracle(examples), examples, "mine", notes=["two lines were left out"])
    assert report.sets[0].notes == (
        "two lines were left out",
        "relation 'sale' is not scored (instances: 1): only head and tail can be asked",
        "records not scored because they hold nothing that can be asked: 1",
    )
    assert report.sets[0].records == 1


def test_nothing_to_evaluate_is_an_error() -> None:
    with pytest.raises(DataError, match=r"mine: there is nothing to evaluate \(0 records"):
        evaluate_examples(Oracle([]), [], "mine")


def test_tasks_that_cannot_be_asked_name_file_and_line() -> None:
    example = parse_example(
        {"input": "a", "output": {"entities": {"x": []}, "json_structures": [{"entities": {"y": "a"}}]}}, "t.jsonl:4"
    )
    with pytest.raises(DataError, match=r"t\.jsonl:4: a task named 'entities' collides"):
        evaluate_examples(Oracle([example]), [example], "mine")


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("Rome and rome.", {"city": ["Rome"]}, {("city", 0, 4), ("city", 9, 13)}),
        ("Paris Hilton saw Paris.", {"person": ["Paris Hilton"], "city": ["Paris"]}, {("person", 0, 12), ("city", 17, 22)}),
        ("University of Paris", {"org": ["University of Paris"], "city": ["Paris"]}, {("org", 0, 19), ("city", 14, 19)}),
        ("a b a", {"x": [{"text": "a", "start": 4, "end": 5}]}, {("x", 4, 5)}),
        ("Jonathan", {"x": ["Jon"]}, {("x", 0, 3)}),
    ],
)
def test_where_true_mentions_are(text: str, entities: dict[str, Any], expected: set[tuple[str, int, int]]) -> None:
    example = parse_example({"input": text, "output": {"entities": entities}})
    assert {(one.label, one.span.start, one.span.end) for one in gold_spans(example)} == expected


# Benchmark sets


def benchmark_folder(path: Path) -> Path:
    topics = list(sets_named(["ag_news"])[0].labels)
    politics = {
        "text": "Merkel met Macron.",
        "entities": [
            {"label": "politician", "start": 0, "end": 6, "text": "Merkel"},
            {"label": "miscellaneous", "start": 11, "end": 17, "text": "Macron"},
        ],
    }
    news = [
        {"text": f"{topic} {index}", "classifications": [{"task": "topic", "labels": topics, "true": [topic]}]}
        for topic in topics
        for index in range(5)
    ]
    hotel = {
        "text": "A cheap room in Rome.",
        "label_descriptions": {"location": "Town"},
        "structures": [
            {
                "name": "search hotel",
                "fields": {"location": "Rome", "smoking allowed": "False"},
                "schema": ["location", "smoking allowed"],
                "choices": {"smoking allowed": ["True", "False"]},
            }
        ],
    }
    for name, records in (("crossner_politics", [politics]), ("ag_news", news), ("struct_sgd_unseen", [hotel])):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (path / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return path


def test_a_suite_asks_all_fixed_labels_and_reports_each_set(tmp_path: Path) -> None:
    names = ["crossner_politics", "ag_news", "struct_sgd_unseen"]
    folder = benchmark_folder(tmp_path)
    sets = sets_named(names)
    oracle = Oracle([example for one in sets for example in read_benchmark(folder, one)])
    seen: list[tuple[str, int, int]] = []
    report = run_suite(oracle, folder, names, 8, lambda *progress: seen.append(progress))
    assert [(one.name, one.records, one.tasks[0].score) for one in report.sets] == [
        ("crossner_politics", 1, 1.0),
        ("ag_news", 8, 1.0),
        ("struct_sgd_unseen", 1, 1.0),
    ]
    assert report.sets[0].tasks[0].labels == sets[0].labels
    assert "miscellaneous" not in report.sets[0].tasks[0].labels
    assert report.sets[0].tasks[0].support == 1
    assert oracle.asked[0][0] == Schema().entities(list(sets[0].labels))
    assert oracle.asked[-1][0] == (
        Schema()
        .structure("search hotel")
        .field("location", "str", description="Town")
        .field("smoking allowed", "str", ["True", "False"])
        .schema
    )
    assert seen[:2] == [("crossner_politics", 0, 1), ("crossner_politics", 1, 1)]


def test_a_limit_is_spread_over_a_sorted_file() -> None:
    examples = [TrainingExample(str(number)) for number in range(10)]
    assert [example.text for example in spread(examples, 4)] == ["0", "2", "5", "7"]
    assert spread(examples, 99) == examples
    with pytest.raises(InputError, match="limit must be at least 1, got 0"):
        spread(examples, 0)


def test_other_labels_than_the_fixed_ones_are_refused(tmp_path: Path) -> None:
    record = {"text": "a", "classifications": [{"task": "topic", "labels": ["world"], "true": ["world"]}]}
    (tmp_path / "ag_news.jsonl").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(DataError, match=r"ag_news\.jsonl:1: the labels differ from those fixed for ag_news"):
        run_suite(Oracle([]), tmp_path, ["ag_news"])


def test_a_missing_data_folder_or_file_says_what_to_pass(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere does not exist; pass --data with the folder that holds crossner_ai\."):
        run_suite(Oracle([]), tmp_path / "nowhere", ["paper"])
    with pytest.raises(DataError, match=r"holds neither crossner_ai\.jsonl\.gz nor crossner_ai\.jsonl"):
        run_suite(Oracle([]), tmp_path, ["paper"])


def test_an_unknown_suite_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="suite 'papr'; suites: paper, structures, all, latency; sets: crossner_ai, "):
        sets_named(["papr"])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the benchmark files are not at {SHARED}")
@pytest.mark.parametrize("name", [one.name for one in SUITES["all"]])
def test_the_fixed_labels_are_those_of_the_files(name: str) -> None:
    (benchmark,) = sets_named([name])
    assert read_benchmark(SHARED, benchmark, 1)


# Reports and the command


def test_a_report_is_written_as_markdown_and_json(tmp_path: Path) -> None:
    examples = load_examples([RECORD]).examples
    report = evaluate_examples(Oracle(examples), examples, "a|b")
    text = to_markdown(report)
    assert "# Evaluation of oracle (r1)" in text
    assert "| a\\|b | entities | 1 | 2 | micro F1 | 100.0 | 100.0–100.0 | " in text
    assert "| city | 0.0 | 0.0 | 0.0 | 0 |" in text
    write_json(report.to_dict(), tmp_path / "report.json")
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["sets"][0]["tasks"][0]["scores"]["per_label"]["person"]["support"] == 2
    assert data["sets"][0]["tasks"][0]["interval"]["confidence"] == 0.95
    assert list(tmp_path.iterdir()) == [tmp_path / "report.json"]


def test_means_are_given_over_sets_of_one_kind(tmp_path: Path) -> None:
    names = ["crossner_politics", "ag_news"]
    folder = benchmark_folder(tmp_path)
    examples = [example for one in sets_named(names) for example in read_benchmark(folder, one)]
    report = run_suite(Oracle(examples), folder, names)
    assert report.averages == {}
    doubled = type(report)("m", None, 0.5, None, report.sets * 2)
    assert doubled.averages == {"entities micro F1": 1.0, "classification accuracy": 1.0}


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    evaluate.add_parser(parser.add_subparsers())
    return parser.parse_args(["evaluate", *words])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "give either JSONL files or --suite"),
        (("a.jsonl", "--suite", "paper"), "give either JSONL files or --suite"),
        (("--suite", "paper"), "--suite needs --data DIR"),
        (("a.jsonl", "--out", "no/such/folder/report.json"), "the folder does not exist"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(words: tuple[str, ...], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        evaluate.run(arguments(*words))


def test_the_command_scores_a_file_with_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(RECORD) + "\n{\n", encoding="utf-8")
    out = tmp_path / "report.json"
    words = (str(path), "--model", str(TINY), "--skip-faulty", "--threshold", "0.4", "--out", str(out))
    assert arguments(*words).run(arguments(*words)) == 0
    shown = capsys.readouterr()
    assert "## mine.jsonl: topic" in shown.out
    assert "faulty records left out: 1; " in shown.out
    assert "mine.jsonl" not in shown.err  # a bar is for terminals
    data = json.loads(out.read_text(encoding="utf-8"))
    assert data["threshold"] == 0.4
    assert [task["task"] for task in data["sets"][0]["tasks"]] == ["entities", "structures", "relations", "topic"]


def test_the_command_scores_a_suite_with_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = benchmark_folder(tmp_path)
    suites = ("--suite", "ag_news", "--suite", "crossner_politics")
    assert evaluate.run(arguments(*suites, "--data", str(folder), "--model", str(TINY), "--limit", "3")) == 0
    shown = capsys.readouterr().out
    assert "| ag_news | topic | 3 | 4 | accuracy |" in shown
    assert "| crossner_politics | entities | 1 | 8 | micro F1 |" in shown


# Interrupted runs


class Interrupted(Oracle):
    """Stops after a number of answers, like a killed process."""

    def __init__(self, examples: Sequence[TrainingExample], after: int) -> None:
        super().__init__(examples)
        self.after = after

    def answer(self, text: str, threshold: float) -> Prediction:
        if len(self.asked) > self.after:
            raise KeyboardInterrupt
        return super().answer(text, threshold)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    names = ["crossner_politics", "ag_news", "struct_sgd_unseen"]
    folder = benchmark_folder(tmp_path)
    examples = [example for one in sets_named(names) for example in read_benchmark(folder, one)]
    path, run = tmp_path / "report.json.answers.jsonl", {"model": "oracle"}
    with pytest.raises(KeyboardInterrupt):
        run_suite(Interrupted(examples, 4), folder, names, answers=Answers(path, run))
    with path.open("a") as file:
        file.write('{"set": "ag_news", "seconds": 1.0, "ans')
    second = Oracle(examples)
    answers = Answers(path, run)
    report = run_suite(second, folder, names, answers=answers)
    assert len(second.asked) == len(examples) - 4
    whole = run_suite(Oracle(examples), folder, names)
    assert [one.tasks for one in report.sets] == [one.tasks for one in whole.sets]
    assert all(one.duration_s > 0 for one in report.sets)
    answers.close()
    assert not path.exists()


def test_answers_of_another_run_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    Answers(path, {"model": "a"})
    with pytest.raises(DataError, match=r"answers of another run .*\"model\": \"a\".*delete it"):
        Answers(path, {"model": "b"})


def test_latency_has_a_row_per_task_and_number_of_labels() -> None:
    class Counting:
        def __init__(self) -> None:
            self.asked: list[int] = []

        def predict(self, text: str, schema: Schema, /) -> None:
            assert len(text.split()) == 100
            tasks = schema.tasks()
            self.asked.append(len(tasks.entities) or len(tasks.classifications[0].labels))

    model = Counting()
    rows = measure_latency(model, rounds=2)
    counts = (5, 10, 20, 50)
    assert [(row.task, row.labels) for row in rows] == [(t, n) for t in ("entities", "classification") for n in counts]
    assert model.asked == [n for n in counts for _ in range(5)] * 2
    assert all(0 <= row.p50_ms <= row.p95_ms for row in rows)
    report = to_markdown(Report("m", None, 0.5, None, (), rows))
    assert "| entities | 5 |" in report
    assert "Threshold" not in report
