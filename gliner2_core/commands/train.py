"""`python -m gliner2_core train`: fine-tune a checkpoint on one's own records."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gliner2_core.errors import InputError

if TYPE_CHECKING:
    from gliner2_core.training.loop import Progress, TrainingResult

METRICS_FILE = "metrics.json"


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
            "The same command resumes a run that was interrupted. The trained model lies in OUT/model."
        ),
    )
    parser.add_argument("data", nargs="+", metavar="FILE", help="JSONL with true answers")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="run folder; an unfinished run is resumed")
    parser.add_argument("--dev", action="append", default=[], metavar="FILE", help="JSONL to score before and after")
    parser.add_argument("--model", default=None, help="checkpoint to start from (default: the embedded checkpoint)")
    parser.add_argument("--method", choices=("full", "lora", "heads"), default="full", help="what is trained (full)")
    parser.add_argument("--epochs", type=float, default=3.0, metavar="N", help="passes over the records (3)")
    parser.add_argument("--max-steps", type=int, metavar="N", help="optimizer steps, instead of --epochs")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="records per step (8)")
    parser.add_argument("--encoder-lr", type=float, default=1e-5, metavar="X", help="learning rate of the encoder (1e-5)")
    parser.add_argument("--head-lr", type=float, default=5e-4, metavar="X", help="learning rate of the heads (5e-4)")
    parser.add_argument("--seed", type=int, default=42, help="same seed, same result (42)")
    parser.add_argument("--save-steps", type=int, default=500, metavar="N", help="checkpoint every N steps (500)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="arithmetic (float32)")
    parser.add_argument("--skip-faulty", action="store_true", help="leave faulty records out and list them")
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
    from gliner2_core.training.config import TrainingConfig
    from gliner2_core.training.loop import train

    config = TrainingConfig(
        method=args.method,
        epochs=args.epochs,
        max_steps=args.max_steps,
        batch_size=args.batch_size,
        encoder_learning_rate=args.encoder_lr,
        head_learning_rate=args.head_lr,
        seed=args.seed,
        save_steps=args.save_steps,
        precision=args.precision,
        logging_steps=10,
    )
    examples = _load(args.data, args.skip_faulty)
    dev = _load(args.dev, args.skip_faulty) if args.dev else []
    before = _scores(args.model, dev)
    with _Bar() as bar:
        result = train(args.model, examples, args.out, config, on_progress=bar.show)
    _tell(result)
    if dev:
        after = _scores(str(result.model_folder), dev)
        metrics = {"before": before, "after": after}
        (args.out / METRICS_FILE).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        _compare(before, after)
    return 0


def _load(files: list[str], skip_faulty: bool) -> list[Any]:
    from gliner2_core.training.example_checks import fault_report
    from gliner2_core.training.examples import load_examples

    loaded = load_examples(list(files), on_error="skip" if skip_faulty else "raise")
    if loaded.faults:
        print(f"left out: {fault_report(loaded.faults)}", file=sys.stderr)
    if not loaded.examples:
        raise InputError(f"{', '.join(files)}: no record to use")
    return list(loaded.examples)


def _scores(model: str | None, dev: list[Any]) -> dict[str, float]:
    """Return the main score of every task on the dev records."""
    if not dev:
        return {}
    from gliner2_core.evaluation import evaluate_examples
    from gliner2_core.extractor import GLiNER2

    report = evaluate_examples(GLiNER2.from_pretrained(model), dev, "dev")
    return {f"{task.task} ({task.metric})": task.score for one in report.sets for task in one.tasks}


def _tell(result: TrainingResult) -> None:
    losses = " → ".join(f"{loss:.3f}" for loss in (result.first_loss, result.last_loss) if loss is not None)
    losses = losses and f", loss {losses}"
    print(f"{result.examples} examples, {result.steps} steps, {result.duration_s:.0f} s{losses}")
    for what, where in (
        ("too long for the model, left out", result.too_long),
        ("values no span can express", result.lost_values),
    ):
        if where:
            more = f" and {len(where) - 10} more" if len(where) > 10 else ""
            print(f"{what}: {', '.join(where[:10])}{more}", file=sys.stderr)
    print(f"model: {result.model_folder}")


def _compare(before: dict[str, float], after: dict[str, float]) -> None:
    print("\n| dev | before | after |\n| --- | ---: | ---: |")
    for name, score in after.items():
        print(f"| {name} | {100 * before[name]:.1f} | {100 * score:.1f} |")


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __enter__(self) -> _Bar:
        from tqdm import tqdm

        self._bar = tqdm(unit="step", disable=not sys.stderr.isatty())
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        """Move the bar to where the run stands."""
        self._bar.total = progress.steps
        if progress.loss is not None:
            self._bar.set_postfix(loss=f"{progress.loss:.3f}", refresh=False)
        self._bar.update(progress.step - self._bar.n)
