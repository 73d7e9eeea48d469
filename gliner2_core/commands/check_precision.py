"""`python -m gliner2_core check-precision`: what bfloat16 and int8 change on one's own texts."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path

from gliner2_core.checks import checked_positive
from gliner2_core.commands.models import add_model_options, load_model
from gliner2_core.commands.paths import check_file, check_out
from gliner2_core.commands.schemas import add_schema_options, schema_of
from gliner2_core.documents import Document, kind_of, read_documents
from gliner2_core.errors import InputError

LIMIT = 200


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options.

    Args:
        subparsers: Of the main parser.
    """
    parser = subparsers.add_parser(
        "check-precision",
        help="compare float32 with bfloat16 and int8 on your own texts",
        description="Answers texts in every precision that this machine has, says which findings differ, how far "
        "confidences move and how much faster it is, and which precision to take. Let nothing else run meanwhile.",
    )
    parser.add_argument("--texts", required=True, metavar="FILE", help=".txt (a text per line), .csv, .jsonl or .ndjson")
    add_schema_options(parser)
    add_model_options(parser, has_precision=False)
    parser.add_argument("--column", metavar="NAME", help="column or key that holds the text (text, input, or the only one)")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help=f"at most the first N texts ({LIMIT})")
    parser.add_argument("--threshold", type=float, default=0.5, help="from which probability a span counts (0.5)")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="texts per forward pass (8)")
    parser.add_argument("--out", metavar="FILE", help="write the figures and every difference as JSON, too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare and print.

    Args:
        args: What the parser read.

    Returns:
        0.

    Raises:
        InputError: If there is no text, or a file cannot be opened or written.
    """
    from tqdm import tqdm

    from gliner2_core.evaluation.json_files import write_json
    from gliner2_core.evaluation.precision_check import advised, check_precision, to_markdown

    checked_positive(args.limit, "--limit")
    check_file(args.out)
    check_out(args.out, (args.texts, args.schema))
    texts, schema = _texts(args), schema_of(args)
    model = load_model(args)
    with tqdm(unit=" rounds", disable=None, leave=False, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        rows = check_precision(model, texts, schema, threshold=args.threshold, batch_size=args.batch_size, on_round=show)
    if args.out:
        told = {"checkpoint": model.checkpoint.name, "texts": len(texts), "take": advised(rows).precision}
        write_json({**told, "rows": [row.to_dict() for row in rows]}, args.out)
    sys.stdout.write(to_markdown(rows))
    return 0


def _texts(args: argparse.Namespace) -> list[str]:
    try:
        with Path(args.texts).open("rb") as file:
            documents = read_documents(file, kind_of(args.texts), args.texts, column=args.column)
            texts = [one.text for one in islice((one for one in documents if isinstance(one, Document)), args.limit)]
    except OSError as error:
        raise InputError(f"{args.texts}: cannot be opened: {error.strerror}") from error
    if not texts:
        raise InputError(f"{args.texts}: there is no text to compare on")
    return texts
