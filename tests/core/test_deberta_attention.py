"""The fast DeBERTa attention says what transformers' own says: for every length, mask, kind of table, and in training."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModel, DebertaV2Config

from gliner2_core.modeling import deberta_attention
from gliner2_core.modeling.deberta_attention import FastDisentangledAttention, speed_up

DEBERTA_V3 = {"share_att_key": True, "position_buckets": 16, "norm_rel_ebd": "layer_norm", "max_position_embeddings": 64}
OWN_PROJECTIONS = {**DEBERTA_V3, "share_att_key": False}
PLAIN_DISTANCES = {**OWN_PROJECTIONS, "position_buckets": -1, "norm_rel_ebd": "none"}


def plain_and_fast(**options: Any) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    config = DebertaV2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, vocab_size=60, type_vocab_size=0,
        relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, max_relative_positions=-1,
        **options,
    )  # fmt: skip
    plain = AutoModel.from_config(config).eval()
    for weight in plain.parameters():
        nn.init.normal_(weight, std=0.3)
    fast = copy.deepcopy(plain)
    speed_up(fast)
    assert isinstance(fast.encoder.layer[0].attention.self, FastDisentangledAttention)
    return plain, fast


def states(model: nn.Module, ids: Tensor, mask: Tensor | None = None) -> Tensor:
    found = model(input_ids=ids, attention_mask=mask).last_hidden_state
    return found if mask is None else found * mask.unsqueeze(-1)


@pytest.mark.parametrize("options", [DEBERTA_V3, OWN_PROJECTIONS, PLAIN_DISTANCES])
@pytest.mark.parametrize("length", [1, 2, 9, 40, 130])
@pytest.mark.parametrize("is_made_in", [False, True])
def test_states_are_equal(options: dict[str, Any], length: int, is_made_in: bool) -> None:
    with torch.inference_mode(is_made_in):
        plain, fast = plain_and_fast(**options)
    ids = torch.arange(3 * length).remainder(60).view(3, length)
    mask = torch.ones_like(ids)
    mask[1, length // 2 + 1 :] = 0
    with torch.inference_mode():
        for one in (None, mask):
            assert torch.allclose(states(plain, ids, one), states(fast, ids, one), atol=2e-6)


@pytest.mark.parametrize("length", [9, 40])
@pytest.mark.parametrize("block", [1, 400, 20_000])
def test_states_are_equal_in_blocks(length: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deberta_attention, "BLOCK", block)
    plain, fast = plain_and_fast(**DEBERTA_V3)
    ids = torch.arange(3 * length).remainder(60).view(3, length)
    mask = torch.ones_like(ids)
    mask[1, length // 2 :] = 0
    with torch.inference_mode():
        for one in (None, mask):
            assert torch.allclose(states(plain, ids, one), states(fast, ids, one), atol=2e-6)


def test_kept_positions_serve_every_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deberta_attention, "LONGEST_KEPT", 24)
    plain, fast = plain_and_fast(**OWN_PROJECTIONS)
    with torch.no_grad():
        for length in (5, 12, 3, 24, 25, 60, 7):
            ids = torch.arange(length).remainder(60).view(1, length)
            assert torch.allclose(states(plain, ids), states(fast, ids), atol=2e-6), length


def test_weights_keep_their_names() -> None:
    plain, fast = plain_and_fast(**OWN_PROJECTIONS)
    assert list(fast.state_dict()) == list(plain.state_dict())


@pytest.mark.parametrize("options", [DEBERTA_V3, OWN_PROJECTIONS])
def test_gradients_are_equal(options: dict[str, Any]) -> None:
    ids = torch.arange(36).view(2, 18)
    found = []
    for model in plain_and_fast(**options):
        states(model, ids).square().sum().backward()
        found.append([weight.grad for weight in model.parameters()])
    for plain, fast in zip(*found, strict=True):
        assert torch.allclose(plain, fast, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["encoder.rel_embeddings.weight", "encoder.layer.0.attention.self.key_proj.weight"])
@torch.no_grad()
def test_changed_weights_are_noticed(name: str) -> None:
    plain, fast = plain_and_fast(**DEBERTA_V3)
    ids = torch.arange(12).view(1, 12)
    before = states(fast, ids)
    for model in (plain, fast):
        weight = model.get_parameter(name)
        weight.copy_(weight.flip(0))
    assert not torch.allclose(before, states(fast, ids), atol=1e-3)
    assert torch.allclose(states(plain, ids), states(fast, ids), atol=2e-6)
    changed = {key: value * 0.9 for key, value in plain.state_dict().items()}
    for model in (plain, fast):
        model.load_state_dict(changed, assign=True)
    assert torch.allclose(states(plain, ids), states(fast, ids), atol=2e-6)


def test_other_backbones_stay_as_they_are() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    speed_up(model)
    assert [type(one) for one in model] == [nn.Linear]
