"""`python -m gliner2_core benchmark`: the paper's Table 4 for this machine."""

from __future__ import annotations

import argparse
import platform
import sys

from gliner2_core.checks import checked_positive
from gliner2_core.commands.models import add_model_options, load_model
from gliner2_core.commands.paths import check_file

ROUNDS = 20


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options.

    Args:
        subparsers: Of the main parser.
    """
    parser = subparsers.add_parser(
        "benchmark",
        help="time one text against the number of labels on this machine",
        description="Times one text of 100 words with 5, 10, 20 and 50 labels, as the paper's Table 4 does: in every "
        "precision of this machine, beside the reference package where it is installed, and beside the floor, which is what "
        "the encoder's products alone would take. Let nothing else run meanwhile.",
    )
    add_model_options(parser, has_precision=False)
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"timed requests per row ({ROUNDS})")
    parser.add_argument("--out", metavar="FILE", help="write the figures as JSON, too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print.

    Args:
        args: What the parser read.

    Returns:
        0.

    Raises:
        InputError: If --rounds is no positive number, or --out cannot be written.
    """
    import torch
    from tqdm import tqdm

    from gliner2_core.evaluation.json_files import write_json
    from gliner2_core.evaluation.speed import measure_speed, to_markdown

    checked_positive(args.rounds, "--rounds")
    check_file(args.out)
    model = load_model(args)
    measured = measure_speed(model, rounds=args.rounds)
    rows = list(tqdm(measured, unit=" rows", disable=None, leave=False, file=sys.stderr))
    if args.out:
        machine = {"processor": platform.processor() or platform.machine(), "threads": torch.get_num_threads()}
        told = {"checkpoint": model.checkpoint.name, "torch": str(torch.__version__), **machine}
        write_json({**told, "rows": [row.to_dict() for row in rows]}, args.out)
    sys.stdout.write(to_markdown(rows))
    return 0
