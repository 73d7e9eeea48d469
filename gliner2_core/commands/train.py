"""`python -m gliner2_core train`: fine-tune a checkpoint on one's own records."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gliner2_core.errors import InputError

if TYPE_CHECKING:
    from gliner2_core.training.config import TrainingConfig
    from gliner2_core.training.loop import Progress, TrainingResult

_SETTINGS = {
    "method": "method", "epochs": "epochs", "max_steps": "max_steps", "batch_size": "batch_size",
    "encoder_lr": "encoder_learning_rate", "head_lr": "head_learning_rate", "replay": "replay", "patience": "patience",
    "seed": "seed", "save_steps": "save_steps", "precision": "precision",
    "adapter": "is_adapter_only", "accumulate": "accumulation",
}  # fmt: skip
"""Option → setting; what is not given is chosen by the number of records."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options.

    Args:
        subparsers: Of the main parser.
    """
    parser = subparsers.add_parser(
        "train",
        help="fine-tune a model on your own records",
        description=(
            "Fine-tunes a checkpoint on JSONL records, for example "
            '{"input": "Ann lives in Rome.", "output": {"entities": {"person": ["Ann"], "city": ["Rome"]}}}. '
            "Settings that you do not give are chosen by the number of records. The same command resumes a run that was "
            "interrupted. The trained model lies in OUT/model."
        ),
    )
    parser.add_argument("data", nargs="+", metavar="FILE", help="JSONL with true answers")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="run folder; an unfinished run is resumed")
    parser.add_argument("--dev", action="append", default=[], metavar="FILE", help="JSONL that says when to stop")
    parser.add_argument("--test", action="append", default=[], metavar="FILE", help="JSONL to score before and after")
    parser.add_argument("--model", default=None, help="checkpoint to start from (default: the embedded checkpoint)")
    parser.add_argument(
        "--curve",
        action="store_true",
        help="train on parts of the records, too: with --test, tells whether more are worth it",
    )
    parser.add_argument("--skip-faulty", action="store_true", help="leave faulty records out and list them")
    parser.add_argument(
        "--progress", type=Path, metavar="FILE", help="write a JSON line per event there, for other programs"
    )
    advanced = parser.add_argument_group("advanced settings")
    advanced.add_argument("--method", choices=("full", "lora", "heads"), help="what is trained")
    advanced.add_argument(
        "--adapter", action="store_true", default=None,
        help="with --method lora: leave all that is learned as an adapter of a few MB, beside the model",
    )  # fmt: skip
    length = advanced.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=float, metavar="N", help="most passes over the records")
    length.add_argument("--max-steps", type=int, metavar="N", help="optimizer steps, instead of --epochs")
    advanced.add_argument("--patience", type=int, metavar="N", help="with --dev: stop after N passes without a gain")
    advanced.add_argument("--replay", type=float, metavar="X", help="general examples mixed in, per record of yours")
    advanced.add_argument("--batch-size", type=int, metavar="N", help="records per step")
    advanced.add_argument("--accumulate", type=int, metavar="N", help="batches per optimizer step (1)")
    advanced.add_argument("--encoder-lr", type=float, metavar="X", help="learning rate of the encoder")
    advanced.add_argument("--head-lr", type=float, metavar="X", help="learning rate of the heads")
    advanced.add_argument("--seed", type=int, help="same seed, same result (42)")
    advanced.add_argument("--save-steps", type=int, metavar="N", help="checkpoint every N steps (500)")
    advanced.add_argument("--precision", choices=("float32", "bfloat16"), help="arithmetic (float32)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train and report.

    Args:
        args: What the parser read.

    Returns:
        0.

    Raises:
        InputError: If an option is out of range or the run folder holds another run.
        DataError: If records are faulty; the message lists them with file and line.
    """
    from gliner2_core.training.advice import parted
    from gliner2_core.training.fine_tune import fine_tune
    from gliner2_core.training.processes import is_main

    dev_records = _load(args.dev, args.skip_faulty) if args.dev else []
    examples, dev = parted(_load(args.data, args.skip_faulty), dev_records)
    if dev_records and not dev:
        print(f"{len(dev_records)} dev records are too few to say when to stop: they are learned from, too", file=sys.stderr)
    test = _load(args.test, args.skip_faulty) if args.test else []
    if args.curve and not test:
        raise InputError("--curve needs --test: records by which the parts are compared")
    config = _config(args, len(examples), has_dev=bool(dev))
    with _Watch(args.progress) as watch:
        done = fine_tune(
            args.model, examples, args.out, config,
            dev=dev, test=test, with_curve=args.curve, on_stage=watch.stage, on_progress=watch.progress,
        )  # fmt: skip
    if is_main():
        _tell(done.result)
        _compare(done.metrics)
    return 0


def _config(args: argparse.Namespace, n_examples: int, *, has_dev: bool) -> TrainingConfig:
    from dataclasses import replace

    from gliner2_core.training.advice import suggested

    given = {setting: getattr(args, option) for option, setting in _SETTINGS.items() if getattr(args, option) is not None}
    return replace(suggested(n_examples, has_dev=has_dev, method=args.method or "full"), **given)


def _load(files: list[str], skip_faulty: bool) -> list[Any]:
    from gliner2_core.training.example_checks import fault_report
    from gliner2_core.training.examples import load_examples

    loaded = load_examples(list(files), on_error="skip" if skip_faulty else "raise")
    if loaded.faults:
        print(f"left out: {fault_report(loaded.faults)}", file=sys.stderr)
    if not loaded.examples:
        raise InputError(f"{', '.join(files)}: no record to use")
    return list(loaded.examples)


def _tell(result: TrainingResult) -> None:
    losses = " → ".join(f"{loss:.3f}" for loss in (result.first_loss, result.last_loss) if loss is not None)
    losses = losses and f", loss {losses}"
    kept = "" if result.best_step == result.steps else f", the best at step {result.best_step}"
    mixed = f" (and {result.replayed} general ones)" if result.replayed else ""
    print(f"{result.examples} examples{mixed}, {result.steps} steps{kept}, {result.duration_s:.0f} s{losses}")
    for what, where in (
        ("too long for the model, left out", result.too_long),
        ("values no span can express", result.lost_values),
    ):
        if where:
            more = f" and {len(where) - 10} more" if len(where) > 10 else ""
            print(f"{what}: {', '.join(where[:10])}{more}", file=sys.stderr)
    print(f"model: {result.model_folder}")
    if result.adapter_folder is not None:
        print(f"adapter: {result.adapter_folder}")


def _compare(metrics: dict[str, Any]) -> None:
    print("\n| held out | records | before | after |\n| --- | ---: | ---: | ---: |")
    before, after = metrics["test"]["before"], metrics["test"]["after"]
    for name, task in after.items():
        _row(f"{name} ({task['metric']})", task["records"], before[name]["score"], task["score"])
        for label, row in task["labels"].items():
            _row(f"– {label}", f"{row['support']} true", before[name]["labels"][label]["f1"], row["f1"])
    general = metrics["general"]
    for name, n_texts in (("entities", 60), ("classes", 40)):
        _row(f"general {name}", n_texts, general["before"][name], general["after"][name])
    for point in metrics["curve"]:
        print(f"| learned from {point['records']} | | | {100 * point['score']:.1f} |")
    for words in metrics["warnings"]:
        print(f"warning: {words}", file=sys.stderr)


def _row(name: str, n_records: int | str, before: float, after: float) -> None:
    print(f"| {name} | {n_records} | {100 * before:.1f} | {100 * after:.1f} |")


class _Watch:
    """A progress bar on a terminal, and a file of events where one is asked for."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> _Watch:
        from tqdm import tqdm

        self._bar = tqdm(unit="step", disable=not sys.stderr.isatty())
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.close()

    def stage(self, name: str) -> None:
        """Tell that a part begins."""
        self._bar.set_description(
            {"before": "scoring before", "training": "training", "after": "scoring after", "curve": "learning curve"}[name]
        )
        self._write({"stage": name})

    def progress(self, progress: Progress) -> None:
        """Tell of a step."""
        self._bar.total = progress.steps
        if progress.loss is not None:
            self._bar.set_postfix(loss=f"{progress.loss:.3f}", refresh=False)
        self._bar.update(progress.step - self._bar.n)
        self._write({"step": progress.step, "steps": progress.steps, "loss": progress.loss})

    def _write(self, event: dict[str, Any]) -> None:
        if self._path is not None:
            line = json.dumps({**event, "at": round(time.time(), 2)}) + "\n"
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
