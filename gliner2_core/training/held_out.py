"""Scores a checkpoint on the sources that its training never saw: `python -m gliner2_core.training.held_out --data DIR`.

These scores choose between settings and checkpoints; the benchmark sets stay untouched until the choice is made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from gliner2_core.evaluation import evaluate_examples, to_markdown
from gliner2_core.extractor import GLiNER2
from gliner2_core.training.corpus import Corpus
from gliner2_core.training.gold import TrainingExample
from gliner2_core.training.pretrain import HELD_OUT
from gliner2_core.training.sampling import PLAIN

SEED = 5
WHOLE_TEXTS = replace(PLAIN, max_words=100)


def main(arguments: list[str] | None = None) -> int:
    """Print a report per held-out source; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gliner2_core.training.held_out", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with <source>.jsonl.gz files")
    parser.add_argument("--model", help="checkpoint folder or hub id (the embedded checkpoint)")
    parser.add_argument("--limit", type=int, default=300, help="examples per source (300)")
    options = parser.parse_args(arguments)
    model = GLiNER2.from_pretrained(options.model)
    for source in HELD_OUT:
        examples = held_out_examples(options.data, source, options.limit)
        sys.stdout.write(to_markdown(evaluate_examples(model, examples, source), per_label=False) + "\n")
    return 0


def held_out_examples(data: Path, source: str, limit: int) -> list[TrainingExample]:
    """Return the same examples of a held-out source every time.

    Raises:
        DataError: If the folder has no such source.
    """
    return list(islice(_distinct(Corpus(data, only=(source,), sampling=WHOLE_TEXTS)), limit))


def _distinct(corpus: Corpus) -> Iterator[TrainingExample]:
    """Yield each record at most once."""
    seen: set[str] = set()
    for example in corpus.examples(SEED):
        if example.text not in seen:
            seen.add(example.text)
            yield example


if __name__ == "__main__":
    sys.exit(main())
