"""Ask a model all records of a set and score the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from gliner2_core.errors import DataError
from gliner2_core.evaluation.answers import Answers
from gliner2_core.evaluation.data_files import find_file, read_benchmark, spread
from gliner2_core.evaluation.report import Report, SetReport
from gliner2_core.evaluation.schemas import build_schemas, is_askable, pair_relations
from gliner2_core.evaluation.scoring import score_tasks
from gliner2_core.evaluation.suites import sets_named
from gliner2_core.predictions import CheckpointInfo, Prediction
from gliner2_core.schema import Schema
from gliner2_core.training.gold import TrainingExample

NOT_KEPT = Answers()
"""Keeps no answers."""
Progress = Callable[[str, int, int], None]
"""Called as progress(set name, records done, records in all)."""


class Predictor(Protocol):
    """What is evaluated: an extractor, or anything that answers like one."""

    def iter_predict(
        self,
        texts: Sequence[str],
        schemas: Schema | Sequence[Schema],
        /,
        *,
        threshold: float,
        overlap_policy: str | None,
        batch_size: int,
    ) -> Iterator[Prediction]:
        """Answer each text, in order."""
        ...


def no_progress(name: str, done: int, total: int) -> None:
    """Show nothing."""


def run_suite(
    extractor: Predictor,
    data_dir: str | Path,
    names: Sequence[str],
    limit: int | None = None,
    progress: Progress = no_progress,
    *,
    threshold: float = 0.5,
    batch_size: int = 8,
    answers: Answers = NOT_KEPT,
) -> Report:
    """Evaluate on benchmark sets.

    Args:
        extractor: The model.
        data_dir: The folder that holds one `name.jsonl.gz` per set.
        names: Suites (`paper`, `structures`, `all`) or single sets.
        limit: At most so many records per set, spread evenly over its file; None takes all.
        progress: Told after every record.
        threshold: Probability from which a span counts as found.
        batch_size: Records per forward pass.
        answers: Keeps the answers, so that an interrupted run goes on.

    Returns:
        Scores per set, with intervals, labels and seconds.

    Raises:
        DataError: If the folder or a file is missing or a record is not what its set should hold.
        InputError: If a name is unknown.
    """
    sets = sets_named(names)
    for one in sets:
        # A missing file should be known before the first hour is spent.
        find_file(data_dir, one.name)
    reports: list[SetReport] = []
    checkpoint = CheckpointInfo("")
    for one in sets:
        examples = read_benchmark(data_dir, one, limit)
        report, checkpoint = _evaluate_set(extractor, examples, one.name, progress, threshold, batch_size, answers=answers)
        reports.append(report)
    return Report(checkpoint.name, checkpoint.revision, threshold, limit, tuple(reports))


def evaluate_examples(
    extractor: Predictor,
    examples: Sequence[TrainingExample],
    name: str,
    limit: int | None = None,
    progress: Progress = no_progress,
    *,
    threshold: float = 0.5,
    batch_size: int = 8,
    notes: Sequence[str] = (),
) -> Report:
    """Evaluate on one's own records.

    Each record is asked exactly the tasks and labels that it carries, entity labels without mentions included.

    Args:
        extractor: The model.
        examples: The records with their true answers.
        name: Of the set, for the report.
        limit: At most so many records, spread evenly; None takes all.
        progress: Told after every record.
        threshold: Probability from which a span counts as found.
        batch_size: Records per forward pass.
        notes: What the reader should know about how the records came about (faulty ones left out, for example).

    Returns:
        Scores per task and label.

    Raises:
        DataError: If there is no record that can be asked, or a record's tasks cannot be.
    """
    chosen = spread(list(examples), limit)
    askable = [example for example in chosen if is_askable(example)]
    if not askable:
        raise DataError(f"{name}: there is nothing to evaluate ({len(chosen)} records, none with a task that can be asked)")
    report, checkpoint = _evaluate_set(
        extractor, askable, name, progress, threshold, batch_size, (*notes, *_left_out(chosen, len(askable)))
    )
    return Report(checkpoint.name, checkpoint.revision, threshold, limit, (report,))


def _evaluate_set(
    extractor: Predictor,
    examples: Sequence[TrainingExample],
    name: str,
    progress: Progress,
    threshold: float,
    batch_size: int,
    notes: Sequence[str] = (),
    answers: Answers = NOT_KEPT,
) -> tuple[SetReport, CheckpointInfo]:
    predictions = answers.kept(name)[: len(examples)]
    left = examples[len(predictions) :]
    started = time.perf_counter() - answers.seconds(name)
    progress(name, len(predictions), len(examples))
    for prediction in extractor.iter_predict(
        [example.text for example in left],
        build_schemas(left),
        threshold=threshold,
        overlap_policy=None,
        batch_size=batch_size,
    ):
        predictions.append(prediction)
        answers.add(name, prediction, time.perf_counter() - started)
        progress(name, len(predictions), len(examples))
    duration_s = time.perf_counter() - started
    windowed = sum(prediction.windows > 1 for prediction in predictions)
    tasks = score_tasks(examples, predictions)
    return SetReport(name, len(examples), duration_s, windowed, tasks, tuple(notes)), predictions[0].checkpoint


def _left_out(examples: Sequence[TrainingExample], askable: int) -> list[str]:
    notes: list[str] = []
    named: dict[str, int] = {}
    for example in examples:
        pairs = pair_relations(example)
        for relation in example.relations:
            if relation not in pairs:
                named[relation.name] = named.get(relation.name, 0) + 1
    for name, count in named.items():
        notes.append(f"relation {name!r} is not scored (instances: {count}): only head and tail can be asked")
    if len(examples) > askable:
        notes.append(f"records not scored because they hold nothing that can be asked: {len(examples) - askable}")
    return notes
