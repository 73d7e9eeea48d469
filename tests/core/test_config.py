from __future__ import annotations

from typing import Any

import pytest

from gliner2_core.config import ModelConfig
from gliner2_core.errors import ArchitectureError, CheckpointError

PUBLISHED = {
    "counting_layer": "count_lstm_v2",
    "max_width": 12,
    "model_name": "microsoft/mdeberta-v3-base",
    "model_type": "extractor",
    "token_pooling": "mean",
    "transformers_version": "4.51.0",
    "_attn_implementation_autoset": True,
}


def test_an_older_config_is_read() -> None:
    assert ModelConfig.from_dict(PUBLISHED) == ModelConfig("microsoft/mdeberta-v3-base", 12, "count_lstm_v2", "mean")


def test_an_empty_config_has_the_defaults() -> None:
    assert ModelConfig.from_dict({}) == ModelConfig("bert-base-uncased", 8, "count_lstm", "first", None)


def test_the_width_of_the_span_head_counts() -> None:
    assert ModelConfig.from_dict({"max_width": 8, "span_head": {"max_width": 4}}).max_width == 4


def test_a_config_is_written_for_both_kinds_of_reader() -> None:
    written = ModelConfig("enc", 5, "count_lstm_moe", "max", 400).to_dict()
    assert written["model_type"] == "extractor"
    assert written["architecture"] == "span"
    assert written["max_width"] == written["span_head"]["max_width"] == 5
    assert ModelConfig.from_dict(written) == ModelConfig("enc", 5, "count_lstm_moe", "max", 400)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"architecture": " Boundary "}, r"here: this is a checkpoint of the boundary architecture \(GLiNER2.5\)"),
        ({"boundary_head": {"dim": 1}}, "not supported yet; use a span checkpoint such as fastino/gliner2-base-v1"),
        ({"architecture": "other"}, "here: unknown architecture 'other'; supported: 'span'"),
    ],
)
def test_another_architecture_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        ModelConfig.from_dict(data, "here")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"model_type": "bert"}, "here: model_type is 'bert', a GLiNER2 checkpoint has 'extractor'"),
        ({"max_width": 0}, "here: max_width must be a whole number from 1 on, got 0"),
        ({"max_width": True}, "here: max_width must be a whole number from 1 on, got True"),
        ({"span_head": {"max_width": "8"}}, "here: max_width must be a whole number from 1 on, got '8'"),
        ({"span_head": {"span_mode": "markerV1"}}, "here: span_mode must be 'markerV0', got 'markerV1'"),
        ({"span_head": [8]}, "here: span_head must be an object, got list"),
        ({"counting_layer": "gru"}, "counting_layer must be one of count_lstm, count_lstm_v2, count_lstm_moe, got 'gru'"),
        ({"token_pooling": "last"}, "here: token_pooling must be one of first, mean, max, got 'last'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        ModelConfig.from_dict(data, "here")
