"""A tiny model with seeded random weights, for the variants that the recorded checkpoints do not have."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from transformers import BertConfig

from gliner2_core import GLiNER2
from gliner2_core.checkpoint import LoadedCheckpoint, load_tokenizer
from gliner2_core.config import MAX_COUNT, CountLayer, ModelConfig, Pooling
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo

CHECKPOINTS = Path(__file__).parent / "data" / "parity" / "checkpoints"
BERT, DEBERTA = CHECKPOINTS / "bert_lstm", CHECKPOINTS / "deberta_lstm_v2"
HIDDEN = 32
WINDOW = 256
"""Subwords that the tiny model reads in one pass, unless a test asks for fewer."""


@cache
def tiny_checkpoint(
    counting_layer: CountLayer = "count_lstm",
    token_pooling: Pooling = "first",
    max_width: int = 8,
    count: int = 2,
    window: int = WINDOW,
) -> LoadedCheckpoint:
    """Build a model: BERT with two layers, the tokenizer of `bert_lstm`, and a count head that always says `count`."""
    tokenizer = load_tokenizer(BERT)
    encoder = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=window,
    )
    config = ModelConfig("tiny", max_width, counting_layer, token_pooling)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        model = Gliner2Model(config, encoder).eval()
        # Fresh heads score everything near 0; this spreads the probabilities over 0 to 1.
        model.get_parameter("span_rep.span_rep_layer.out_project.3.weight").mul_(40)
        model.get_parameter("count_pred.2.weight").zero_()
        model.get_parameter("count_pred.2.bias").copy_(torch.eye(MAX_COUNT)[count])
    return LoadedCheckpoint(model, encoder, tokenizer, CheckpointInfo("tiny"))


@cache
def tiny_extractor(
    counting_layer: CountLayer = "count_lstm",
    token_pooling: Pooling = "first",
    max_width: int = 8,
    count: int = 2,
    window: int = WINDOW,
) -> GLiNER2:
    """Wrap `tiny_checkpoint`; shared by all tests, so change nothing about it."""
    return GLiNER2(tiny_checkpoint(counting_layer, token_pooling, max_width, count, window))


@cache
def recorded_extractor(name: str = "bert_lstm") -> GLiNER2:
    """Load one of the recorded checkpoints; shared by all tests."""
    return GLiNER2.from_pretrained(CHECKPOINTS / name)
