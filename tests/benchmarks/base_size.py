"""A checkpoint of DeBERTa-v3-base size with random weights: for times, not for answers."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import DebertaV2Config

from gliner2_core.checkpoint import EMBEDDED_FOLDER, LoadedCheckpoint, load_tokenizer, save_checkpoint
from gliner2_core.config import ModelConfig
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo


def save_base_size(folder: Path) -> None:
    """Save 12 layers of width 768 with a vocabulary of 128,011 pieces, as published checkpoints have."""
    config = DebertaV2Config(
        hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, vocab_size=128_011,
        max_position_embeddings=512, relative_attention=True, position_buckets=256, norm_rel_ebd="layer_norm",
        share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0,
        layer_norm_eps=1e-7, max_relative_positions=-1, pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(0)
    model = Gliner2Model(ModelConfig("random", 8), config).eval()
    save_checkpoint(folder, LoadedCheckpoint(model, config, load_tokenizer(EMBEDDED_FOLDER), CheckpointInfo("random")))
