"""The model that a command asks: its options, and loading it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add `--model` and `--adapter`."""
    parser.add_argument("--model", default=None, help="checkpoint folder or hub id (default: the embedded checkpoint)")
    parser.add_argument("--adapter", metavar="DIR", help="LoRA adapter to put on the model: a folder or hub id")


def load_model(args: argparse.Namespace, **options: Any) -> GLiNER2:
    """Load the model with its adapter; options as of `GLiNER2.from_pretrained`.

    Raises:
        CheckpointError: If there is no usable checkpoint or adapter.
    """
    from gliner2_core.extractor import GLiNER2

    model = GLiNER2.from_pretrained(args.model, **options)
    if args.adapter is not None:
        model.load_adapter(args.adapter)
    return model
