"""The model that a command asks: its options, and loading it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2


def add_model_options(parser: argparse.ArgumentParser, *, has_precision: bool = True) -> None:
    """Add `--model`, `--adapter`, `--threads` and, unless the command tries all of them, `--precision`."""
    parser.add_argument("--model", default=None, help="checkpoint folder or hub id (default: the embedded checkpoint)")
    parser.add_argument("--adapter", metavar="DIR", help="LoRA adapter to put on the model: a folder or hub id")
    parser.add_argument("--threads", type=int, metavar="N", help="processor threads (as torch decides)")
    parser.set_defaults(precision="float32")
    if has_precision:
        parser.add_argument(
            "--precision", metavar="NAME", help="float32, bfloat16 or int8; check-precision compares them (float32)"
        )


def load_model(args: argparse.Namespace, **options: Any) -> GLiNER2:
    """Load the model with its adapter; options as of `GLiNER2.from_pretrained`.

    Raises:
        CheckpointError: If there is no usable checkpoint or adapter.
    """
    from gliner2_core.extractor import GLiNER2

    model = GLiNER2.from_pretrained(args.model, precision=args.precision, threads=args.threads, **options)
    if args.adapter is not None:
        model.load_adapter(args.adapter)
    return model
