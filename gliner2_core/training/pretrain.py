"""The embedded checkpoint's recipe: `python -m gliner2_core.training.pretrain --data DIR --out RUN`.

Fetches the encoder, starts the heads as a similarity, trains on the corpus, and resumes where a killed run stopped.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from gliner2_core.checkpoint import SHARD_BYTES, LoadedCheckpoint, load_checkpoint, save_checkpoint
from gliner2_core.prompt import PromptEncoder
from gliner2_core.training.collator import TrainingBatch
from gliner2_core.training.config import Scheduler, TrainingConfig
from gliner2_core.training.corpus import Corpus
from gliner2_core.training.encoders import SOURCES, fetch_encoder, untrained_checkpoint
from gliner2_core.training.head_init import start_as_similarity
from gliner2_core.training.losses import LossConfig
from gliner2_core.training.opinions import opinion_records
from gliner2_core.training.run_folder import newest_checkpoint
from gliner2_core.training.sampling import Sampling
from gliner2_core.training.streams import batches_by_length
from gliner2_core.training.targets import build_targets
from gliner2_core.training.trainer import Gliner2Trainer
from gliner2_core.training.vocabulary import prune_vocabulary
from gliner2_core.training.written_texts import written_sources

HELD_OUT = ("nlupp", "phee", "presidio_synthetic", "re3d")
"""Sources that training never sees: they choose between checkpoints and settings."""
SOURCE_BOOSTS = {
    "written_texts": 12.0, "written_judgements": 18.0, "composed_opinions": 8.0,
    "redocred": 2.5, "synthetic_documents": 1.5, "clinc150": 5.0,
    "product_opinions": 4.0, "goemotions": 2.0, "open_trivia": 1.5, "synthetic_gazetteer": 0.6,
    "biomedical_ner": 0.5, "wet_lab_protocols": 0.5, "materials_synthesis": 0.5, "restaurants8k": 0.5, "us_addresses": 0.5,
    "home_assistant": 0.4, "multidogo": 0.6, "streusle": 0.5, "litbank": 0.5, "skillspan": 0.5,
}  # fmt: skip
"""Clean general text with fine-grained labels and opinions more often; narrow, noisy or oddly labelled text less often."""
SOURCE_WORDS = {"written_texts": 170, "written_judgements": 170, "composed_opinions": 250}
"""Our own texts are read whole: a review's verdict may stand in its last sentence."""
N_OPINIONS = 20_000
"""Composed ones, made anew for each run."""
CHUNK_STEPS = 1_000
"""The stream starts anew with its own seed every so many steps, so that a resumed run meets the same examples."""


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe; returns the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    config = TrainingConfig(
        max_steps=options.steps,
        batch_size=options.batch_size,
        encoder_learning_rate=options.encoder_lr,
        head_learning_rate=options.head_lr,
        warmup_ratio=0.02,
        scheduler=options.scheduler,
        precision="bfloat16",
        save_steps=options.save_steps,
        seed=options.seed,
        loss=LossConfig(count_weight=2.0, several_weight=3.0),
    )
    import torch

    corpus = Corpus(
        options.data,
        held_out=HELD_OUT,
        sampling=Sampling(max_words=options.max_words, source_words=SOURCE_WORDS, source_boosts=SOURCE_BOOSTS),
        more={**written_sources(), "composed_opinions": opinion_records(N_OPINIONS, options.seed)},
    )
    checkpoint = load_checkpoint(options.start_from) if options.start_from else _untrained(options, corpus)
    stream = _Batches(corpus, checkpoint, config, options.max_subwords)
    if options.start_from is None and not options.plain_heads:
        start_as_similarity(checkpoint.model, list(itertools.islice(stream(0), 12)))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "run.json").write_text(
        json.dumps({"config": config.to_dict(), "sampling": asdict(corpus.sampling), "held_out": HELD_OUT,
                    "layers": options.layers, "max_width": options.max_width}, indent=2)
    )  # fmt: skip
    trainer = Gliner2Trainer(checkpoint.model, stream, config, options.steps, options.out)
    trainer.resume(newest_checkpoint(options.out))
    save_checkpoint(options.out / "final", checkpoint, dtype=torch.float16, shard_bytes=SHARD_BYTES)
    return 0


def _untrained(options: argparse.Namespace, corpus: Corpus) -> LoadedCheckpoint:
    source = SOURCES[options.encoder]
    folder = fetch_encoder(options.encoder_folder or Path(".train") / options.encoder, source)
    if options.vocabulary:
        pruned = folder / f"vocabulary-{options.vocabulary}"
        if not pruned.is_dir():
            prune_vocabulary(folder, pruned, corpus.texts(), options.vocabulary)
        folder = pruned
    return untrained_checkpoint(
        folder, layers=options.layers, max_width=options.max_width, seed=options.seed, name=source.name
    )


class _Batches:
    """The endless stream from a step on."""

    def __init__(self, corpus: Corpus, checkpoint: LoadedCheckpoint, config: TrainingConfig, max_subwords: int) -> None:
        self._corpus = corpus
        self._encoder = PromptEncoder(checkpoint.tokenizer)
        self._max_width = checkpoint.model.model_config.max_width
        self._config = config
        self._max_subwords = max_subwords

    def __call__(self, first_step: int) -> Iterator[TrainingBatch]:
        for chunk in itertools.count(first_step // CHUNK_STEPS):
            examples = self._corpus.examples(self._config.seed * 100_003 + chunk)
            batches = batches_by_length(
                (build_targets(example, self._max_width) for example in examples),
                self._encoder,
                self._config.batch_size,
                seed=chunk,
                max_subwords=self._max_subwords,
            )
            begin = first_step % CHUNK_STEPS if chunk == first_step // CHUNK_STEPS else 0
            yield from itertools.islice(batches, begin, CHUNK_STEPS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gliner2_core.training.pretrain", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with <source>.jsonl.gz files")
    parser.add_argument("--out", type=Path, required=True, help="run folder; an interrupted run there is resumed")
    parser.add_argument("--encoder", choices=sorted(SOURCES), default="e5", help="which pretrained encoder (e5)")
    parser.add_argument("--encoder-folder", type=Path, help="where its files are or go (.train/NAME)")
    parser.add_argument("--vocabulary", type=int, help="keep so many pieces of the vocabulary (of e5)")
    parser.add_argument("--start-from", type=Path, help="continue with the weights of this checkpoint folder")
    parser.add_argument("--steps", type=int, default=6_000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--encoder-lr", type=float, default=1.5e-4)
    parser.add_argument("--head-lr", type=float, default=5e-4)
    parser.add_argument("--scheduler", choices=get_args(Scheduler), default="stable", help="of the learning rates (stable)")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--max-width", type=int, default=12)
    parser.add_argument("--max-words", type=int, default=60)
    parser.add_argument("--max-subwords", type=int, default=448)
    parser.add_argument("--save-steps", type=int, default=250)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--plain-heads", action="store_true", help="start the heads at random (for comparison)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
