"""The model: encoder and heads joined, forward only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor, nn
from transformers import PreTrainedConfig

from gliner2_core.config import ModelConfig
from gliner2_core.modeling.batch import Batch
from gliner2_core.modeling.classification_head import build_classifier
from gliner2_core.modeling.count_head import build_count_embed, build_count_pred
from gliner2_core.modeling.encoder import build_encoder, pool_words
from gliner2_core.modeling.span_head import SpanHead

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class States:
    """What the heads read.

    Attributes:
        words: (B, W, D) float, choice prefix first.
        prompts: (G, D) float, one per group.
        labels: (G, L, D) float.
    """

    words: Tensor
    prompts: Tensor
    labels: Tensor


class Gliner2Model(nn.Module):
    """GLiNER2, span architecture. Parameter names are those of published checkpoints.

    Args:
        config: Shape of the heads.
        encoder_config: transformers config of the backbone.
    """

    def __init__(self, config: ModelConfig, encoder_config: PreTrainedConfig) -> None:
        super().__init__()
        hidden = int(encoder_config.hidden_size)
        self.model_config = config
        self.encoder = build_encoder(encoder_config)
        self.span_rep = SpanHead(hidden, config.max_width)
        self.classifier = build_classifier(hidden)
        self.count_pred = build_count_pred(hidden)
        self.count_embed = build_count_embed(config.counting_layer, hidden)

    def forward(self, work: Callable[[Gliner2Model], Result]) -> Result:
        """Do a piece of work with the model: what wraps models, such as torch's DistributedDataParallel, sees it so."""
        return work(self)

    def states(self, batch: Batch) -> States:
        """Run the encoder once and pick the vectors that the heads read."""
        # A full batch needs no mask, and the encoder is faster without one.
        mask = None if bool(batch.attention_mask.all()) else batch.attention_mask
        hidden = self.encoder(input_ids=batch.input_ids, attention_mask=mask).last_hidden_state
        words = pool_words(hidden, batch.word_positions, batch.word_lengths, self.model_config.token_pooling)
        return States(
            words,
            hidden[batch.group_text, batch.prompt_positions],
            hidden[batch.group_text[:, None], batch.label_positions],
        )

    def count_logits(self, prompts: Tensor) -> Tensor:
        """Score the number of instances: (G, D) → (G, 20) logits for 0 to 19."""
        return self.count_pred(prompts)

    def class_logits(self, labels: Tensor) -> Tensor:
        """Score labels: (G, L, D) → (G, L) logits."""
        return self.classifier(labels).squeeze(-1)

    def queries(self, labels: Tensor, label_mask: Tensor, steps: int) -> Tensor:
        """Make span queries: (G, L, D) → (N, G, L, D) for the first N = `steps` instances."""
        return self.count_embed(labels, label_mask, steps)
