"""ModelConfig: what `config.json` of a checkpoint says about the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from gliner2_core.errors import ArchitectureError, CheckpointError

CountLayer = Literal["count_lstm", "count_lstm_v2", "count_lstm_moe"]
Pooling = Literal["first", "mean", "max"]

COUNT_LAYERS = ("count_lstm", "count_lstm_v2", "count_lstm_moe")
POOLINGS = ("first", "mean", "max")
MAX_COUNT = 20
"""Classes of the count head: 0 to 19 instances."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Shape of a span model.

    Attributes:
        encoder_name: Hub id of the encoder it started from; informative.
        max_width: Longest span in words.
        counting_layer: Which count head.
        token_pooling: How a word's vector is made of its subwords.
        max_len: Word limit used in training; never cuts a text at inference.
    """

    encoder_name: str = "bert-base-uncased"
    max_width: int = 8
    counting_layer: CountLayer = "count_lstm"
    token_pooling: Pooling = "first"
    max_len: int | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "config.json") -> ModelConfig:
        """Read `config.json` as published ones (1.x) and newer ones (2.x) write it.

        Raises:
            ArchitectureError: If the checkpoint has another architecture than `span`.
            CheckpointError: If a value is unusable.

        Source: reference package 2.1, ExtractorConfig.
        """
        architecture = str(data.get("architecture") or "span").strip().lower()
        if architecture == "boundary" or (data.get("boundary_head") and "architecture" not in data):
            raise ArchitectureError(
                f"{where}: this is a checkpoint of the boundary architecture (GLiNER2.5), which is not supported yet; "
                "use a span checkpoint such as fastino/gliner2-base-v1"
            )
        if architecture != "span":
            raise ArchitectureError(f"{where}: unknown architecture {architecture!r}; supported: 'span'")
        model_type = data.get("model_type", "extractor")
        if model_type != "extractor":
            raise CheckpointError(f"{where}: model_type is {model_type!r}, a GLiNER2 checkpoint has 'extractor'")
        span_head = data.get("span_head") or {}
        if not isinstance(span_head, Mapping):
            raise CheckpointError(f"{where}: span_head must be an object, got {type(span_head).__name__}")
        width = span_head.get("max_width", data.get("max_width", 8))
        if isinstance(width, bool) or not isinstance(width, int) or width < 1:
            raise CheckpointError(f"{where}: max_width must be a whole number from 1 on, got {width!r}")
        mode = span_head.get("span_mode", "markerV0")
        if mode != "markerV0":
            raise CheckpointError(f"{where}: span_mode must be 'markerV0', got {mode!r}")
        return cls(
            encoder_name=str(data.get("model_name") or "bert-base-uncased"),
            max_width=width,
            counting_layer=cast(CountLayer, _one_of(data, "counting_layer", "count_lstm", COUNT_LAYERS, where)),
            token_pooling=cast(Pooling, _one_of(data, "token_pooling", "first", POOLINGS, where)),
            max_len=data.get("max_len"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what `config.json` holds, readable by the reference package 1.x and 2.x."""
        return {
            "model_type": "extractor",
            "architecture": "span",
            "architecture_version": 1,
            "config_version": 3,
            "model_name": self.encoder_name,
            "counting_layer": self.counting_layer,
            "token_pooling": self.token_pooling,
            "max_width": self.max_width,
            "max_len": self.max_len,
            "span_head": {"max_width": self.max_width, "span_mode": "markerV0", "dropout": 0.1},
        }


def _one_of(data: Mapping[str, Any], key: str, default: str, allowed: tuple[str, ...], where: str) -> str:
    value = data.get(key) or default
    if value not in allowed:
        raise CheckpointError(f"{where}: {key} must be one of {', '.join(allowed)}, got {value!r}")
    return str(value)
