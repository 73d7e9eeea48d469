"""`python -m gliner2_core evaluate`: scores on one's own records or on benchmark sets."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gliner2_core.commands.models import add_model_options, load_model
from gliner2_core.commands.paths import check_file, check_out
from gliner2_core.errors import InputError
from gliner2_core.training.example_checks import fault_report

if TYPE_CHECKING:
    from gliner2_core.evaluation import Report
    from gliner2_core.evaluation.answers import Answers
    from gliner2_core.evaluation.runner import Progress
    from gliner2_core.extractor import GLiNER2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options.

    Args:
        subparsers: Of the main parser.
    """
    parser = subparsers.add_parser(
        "evaluate",
        help="score a model on your own records or on benchmark sets",
        description="Scores a model. The report goes to standard output as Markdown, and as JSON to --out.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="JSONL with true answers, as for training")
    add_model_options(parser)
    parser.add_argument(
        "--suite", action="append", metavar="NAME", help="paper, structures, latency, all, or a set; repeatable"
    )
    parser.add_argument("--data", metavar="DIR", help="folder with the benchmark files (NAME.jsonl.gz), for --suite")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N records per set, spread evenly")
    parser.add_argument("--threshold", type=float, default=0.5, help="from which probability a span counts (0.5)")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="records per forward pass (8)")
    parser.add_argument("--skip-faulty", action="store_true", help="leave faulty records out and list them")
    parser.add_argument(
        "--out", metavar="FILE", help="write the report as JSON, too; an interrupted --suite run goes on when it is repeated"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and write the report.

    Args:
        args: What the parser read.

    Returns:
        0.

    Raises:
        InputError: If neither files nor a suite are given, or both, or the suite's folder or --out's is missing.
    """
    from gliner2_core.evaluation import to_markdown, write_json

    _check(args)
    report, answers = _evaluate_suites(args) if args.suite else _evaluate_files(args)
    report = replace(report, precision=args.precision)
    if args.out:
        write_json(report.to_dict(), args.out)
    # The answers go only when the report is safe.
    answers.close()
    sys.stdout.write(to_markdown(report, per_label=not args.suite))
    return 0


def _check(args: argparse.Namespace) -> None:
    from gliner2_core.evaluation.suites import sets_named

    if bool(args.files) == bool(args.suite):
        raise InputError("give either JSONL files or --suite, for example: evaluate corrections.jsonl")
    if args.suite:
        sets_named(args.suite)
    if args.suite and not args.data and set(args.suite) != {"latency"}:
        raise InputError("--suite needs --data DIR, the folder that holds the benchmark files (NAME.jsonl.gz)")
    check_file(args.out)
    check_out(args.out, args.files)


def _evaluate_files(args: argparse.Namespace) -> tuple[Report, Answers]:
    from gliner2_core.evaluation import evaluate_examples
    from gliner2_core.evaluation.runner import NOT_KEPT
    from gliner2_core.training.examples import load_examples

    # Data first: a typing mistake should not cost the time of loading a model.
    loaded = load_examples(args.files, on_error="skip" if args.skip_faulty else "raise")
    notes = list(loaded.notes)
    if loaded.faults:
        notes.append(f"faulty records left out: {loaded.skipped}; " + fault_report(loaded.faults))
    name = ", ".join(Path(file).name for file in args.files)
    model = load_model(args)
    with _progress() as progress:
        report = evaluate_examples(
            model, loaded.examples, name, args.limit, progress,
            notes=notes, threshold=args.threshold, batch_size=args.batch_size,
        )  # fmt: skip
    return report, NOT_KEPT


def _evaluate_suites(args: argparse.Namespace) -> tuple[Report, Answers]:
    from gliner2_core.evaluation import asks_latency, measure_latency, run_suite, sets_named
    from gliner2_core.evaluation.answers import Answers
    from gliner2_core.evaluation.data_files import find_file

    for one in sets_named(args.suite):
        find_file(args.data, one.name)
    model = load_model(args)
    run: dict[str, Any] = {"model": args.model, "weights": _fingerprint(model)}
    run |= {"threshold": args.threshold, "limit": args.limit}
    if args.precision != "float32":
        run["precision"] = args.precision
    answers = Answers(Path(f"{args.out}.answers.jsonl") if args.out else None, run)
    with _progress() as progress:
        report = run_suite(
            model, args.data, args.suite, args.limit, progress,
            threshold=args.threshold, batch_size=args.batch_size, answers=answers,
        )  # fmt: skip
    if asks_latency(args.suite):
        report = replace(report, checkpoint=model.checkpoint.name, latency=measure_latency(model))
    return report, answers


def _fingerprint(model: GLiNER2) -> str:
    """Return a short digest of the weights, so that answers of another checkpoint of the same name are not taken."""
    digest = hashlib.sha256()
    for name, tensor in model.model.state_dict().items():
        digest.update(f"{name} {tuple(tensor.shape)} {float(tensor.double().sum()):.6e}\n".encode())
    return digest.hexdigest()[:16]


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar on a terminal, nothing in a pipe or a log."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Any]] = {}

    def show(name: str, done: int, total: int) -> None:
        if name not in bars:
            bars[name] = tqdm(total=total, desc=name, unit=" records", disable=None, leave=True, file=sys.stderr)
        bars[name].update(done - bars[name].n)
        if done == total:
            bars[name].close()

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
