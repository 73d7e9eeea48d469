"""Heads and pooling against plain formulas written here."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, RobertaConfig

from gliner2_core.checkpoint import load_checkpoint
from gliner2_core.config import CountLayer, Pooling
from gliner2_core.modeling.batch import collate, pad_rows
from gliner2_core.modeling.classification_head import build_classifier, probabilities
from gliner2_core.modeling.count_head import CountLstm, CountLstmMoe, CountLstmV2, build_count_embed
from gliner2_core.modeling.encoder import RELATIVE_WINDOW, gather_rows, pool_words, window_of
from gliner2_core.modeling.span_head import SpanHead, span_mask
from gliner2_core.prompt import PromptEncoder, compile_prompt
from gliner2_core.schema import Schema
from gliner2_core.tasks import ClassificationTask
from gliner2_core.words import split_words
from tests.tiny_model import DEBERTA, tiny_checkpoint, tiny_extractor

TOLERANCE = 1e-5
"""Float32 sums in another order: logits here are below 10."""
D = 16


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(7)


def assert_close(got: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(got, expected, atol=TOLERANCE, rtol=TOLERANCE)


def linear(weights: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return weights[f"{name}.weight"] @ x + weights[f"{name}.bias"]


def mlp(weights: dict[str, Tensor], name: str, x: Tensor, last: int = 2) -> Tensor:
    return linear(weights, f"{name}.{last}", torch.relu(linear(weights, f"{name}.0", x)))


def naive_gru(weights: dict[str, Tensor], field: Tensor, steps: int) -> list[Tensor]:
    states, state = [], field
    for step in range(steps):
        x = weights["pos_embedding.weight"][step]
        of_x = weights["gru.weight_ih_l0"] @ x + weights["gru.bias_ih_l0"]
        of_h = weights["gru.weight_hh_l0"] @ state + weights["gru.bias_hh_l0"]
        (rx, zx, nx), (rh, zh, nh) = of_x.chunk(3), of_h.chunk(3)
        r, z = torch.sigmoid(rx + rh), torch.sigmoid(zx + zh)
        state = (1 - z) * torch.tanh(nx + r * nh) + z * state
        states.append(state)
    return states


def layer_norm(weights: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + 1e-5)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def naive_transformer_layer(weights: dict[str, Tensor], prefix: str, x: Tensor, heads: int = 4) -> Tensor:
    """Compute one post-norm layer over the rows of x, (L, 128)."""
    size = x.shape[1] // heads
    q, k, v = (x @ weights[f"{prefix}.self_attn.in_proj_weight"].T + weights[f"{prefix}.self_attn.in_proj_bias"]).chunk(3, 1)
    mixed = []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        mixed.append(torch.softmax(q[:, part] @ k[:, part].T / math.sqrt(size), 1) @ v[:, part])
    rows = torch.cat(mixed, 1)
    attended = torch.stack([linear(weights, f"{prefix}.self_attn.out_proj", row) for row in rows])
    x = layer_norm(weights, f"{prefix}.norm1", x + attended)
    inner = torch.relu(torch.stack([linear(weights, f"{prefix}.linear1", row) for row in x]))
    outer = torch.stack([linear(weights, f"{prefix}.linear2", row) for row in inner])
    return layer_norm(weights, f"{prefix}.norm2", x + outer)


def naive_queries(layer: CountLayer, weights: dict[str, Tensor], fields: Tensor, steps: int) -> Tensor:
    """Compute (N, L, D) queries of one group's fields, (L, D)."""
    unrolled = [naive_gru(weights, field, steps) for field in fields]
    queries = []
    for step in range(steps):
        states = [of_field[step] for of_field in unrolled]
        if layer == "count_lstm":
            rows = [mlp(weights, "projector", torch.cat(pair)) for pair in zip(states, fields, strict=True)]
        elif layer == "count_lstm_v2":
            summed = [state + field for state, field in zip(states, fields, strict=True)]
            x = torch.stack([linear(weights, "transformer.in_projector", one) for one in summed])
            for number in range(2):
                x = naive_transformer_layer(weights, f"transformer.transformer.layers.{number}", x)
            rows = []
            for attended, one in zip(x, summed, strict=True):
                inner = torch.relu(linear(weights, "transformer.out_projector.0", torch.cat([attended, one])))
                inner = torch.relu(linear(weights, "transformer.out_projector.2", inner))
                rows.append(linear(weights, "transformer.out_projector.4", inner))
        else:
            rows = [naive_experts(weights, state) for state in states]
        queries.append(torch.stack(rows))
    return torch.stack(queries)


def naive_experts(weights: dict[str, Tensor], state: Tensor) -> Tensor:
    gates = torch.softmax(linear(weights, "router.2", gelu(linear(weights, "router.0", state))), 0)
    total = torch.zeros_like(state)
    for expert, gate in enumerate(gates):
        inner = gelu(state @ weights["w1"][expert] + weights["b1"][expert])
        total = total + gate * (inner @ weights["w2"][expert] + weights["b2"][expert])
    return total


def gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


@torch.no_grad()
@pytest.mark.parametrize("steps", [1, 3, 20])
@pytest.mark.parametrize("layer", ["count_lstm", "count_lstm_v2", "count_lstm_moe"])
def test_queries_follow_the_formula(layer: CountLayer, steps: int) -> None:
    head = build_count_embed(layer, D).eval()
    for parameter in head.parameters():
        nn.init.normal_(parameter, std=0.3)
    fields = torch.randn(2, 3, D)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    got = head(fields, mask, steps)
    weights = dict(head.state_dict())
    assert got.shape == (steps, 2, 3, D)
    assert_close(got[:, 0], naive_queries(layer, weights, fields[0], steps))
    assert_close(got[:, 1, :2], naive_queries(layer, weights, fields[1, :2], steps))


@pytest.mark.parametrize(
    ("layer", "kind"), [("count_lstm", CountLstm), ("count_lstm_v2", CountLstmV2), ("count_lstm_moe", CountLstmMoe)]
)
def test_the_count_layer_is_the_one_named(layer: CountLayer, kind: type[nn.Module]) -> None:
    assert type(build_count_embed(layer, D)) is kind


@torch.no_grad()
@pytest.mark.parametrize("max_width", [1, 2, 5, 12])
def test_span_scores_follow_the_unfactorised_formula(max_width: int) -> None:
    head = SpanHead(D, max_width).eval()
    words, queries = torch.randn(2, 7, D), torch.randn(2, 3, D)
    got = head.score(head.states(words), queries)
    weights = {name.removeprefix("span_rep_layer."): tensor for name, tensor in head.state_dict().items()}
    assert got.shape == (2, 3, 7, max_width)
    for text in range(2):
        for first in range(7):
            for width in range(min(max_width, 7 - first)):
                start = mlp(weights, "project_start", words[text, first], last=3)
                end = mlp(weights, "project_end", words[text, first + width], last=3)
                span = mlp(weights, "out_project", torch.relu(torch.cat([start, end])), last=3)
                assert_close(got[text, :, first, width], queries[text] @ span)


def test_the_span_mask_keeps_what_lies_inside() -> None:
    mask = span_mask(torch.tensor([[True, True, True], [True, False, False]]), 2)
    assert mask.tolist() == [
        [[True, True], [True, True], [True, False]],
        [[True, False], [False, False], [False, False]],
    ]


@pytest.mark.parametrize("pooling", ["first", "mean", "max"])
def test_pooling_follows_a_plain_loop(pooling: Pooling) -> None:
    states = torch.randn(2, 9, D)
    # Words of one, three, no and two subwords; the second text is shorter, its last row is padding.
    positions, lengths = torch.tensor([[1, 2, 5, 5], [2, 6, 8, 0]]), torch.tensor([[1, 3, 0, 2], [4, 2, 0, 0]])
    got = pool_words(states, positions, lengths, pooling)
    for text in range(2):
        for word in range(4):
            at, length = int(positions[text, word]), max(int(lengths[text, word]), 1)
            pieces = states[text, at : at + length]
            expected = {"first": pieces[0], "mean": pieces.mean(0), "max": pieces.max(0).values}[pooling]
            assert_close(got[text, word], expected)


@pytest.mark.parametrize("pooling", ["first", "mean", "max"])
def test_a_word_that_would_reach_past_the_text_is_cut(pooling: Pooling) -> None:
    states = torch.ones(1, 3, D)
    assert pool_words(states, torch.tensor([[2]]), torch.tensor([[1]]), pooling).tolist() == [[[1.0] * D]]


@pytest.mark.parametrize("pooling", ["first", "mean", "max"])
def test_no_words_give_no_rows(pooling: Pooling) -> None:
    empty = torch.zeros(1, 0, dtype=torch.long)
    assert pool_words(torch.randn(1, 3, D), empty, empty, pooling).shape == (1, 0, D)


def test_rows_are_gathered_per_text() -> None:
    states = torch.arange(6.0).view(2, 3, 1)
    assert gather_rows(states, torch.tensor([[2, 0], [1, 1]])).tolist() == [[[2.0], [0.0]], [[4.0], [4.0]]]


@torch.no_grad()
def test_the_classifier_follows_the_formula() -> None:
    head = build_classifier(D)
    labels = torch.randn(3, D)
    weights = {f"head.{name}": tensor for name, tensor in head.state_dict().items()}
    assert_close(head(labels), torch.stack([mlp(weights, "head", label) for label in labels]))


@pytest.mark.parametrize(
    ("task", "is_softmax"),
    [
        (ClassificationTask("t", ("a", "b")), True),
        (ClassificationTask("t", ("a", "b"), multi_label=True), False),
        (ClassificationTask("t", ("a", "b"), activation="sigmoid"), False),
        (ClassificationTask("t", ("a", "b"), multi_label=True, activation="softmax"), True),
    ],
)
def test_the_activation_of_a_task(task: ClassificationTask, is_softmax: bool) -> None:
    found = probabilities(torch.tensor([0.0, math.log(3)]), task).tolist()
    assert found == pytest.approx([0.25, 0.75] if is_softmax else [0.5, 0.75])


def test_rows_are_padded_on_the_right() -> None:
    values, mask = pad_rows([[1, 2, 3], [], [4]], 9)
    assert values.tolist() == [[1, 2, 3], [9, 9, 9], [4, 9, 9]]
    assert mask.tolist() == [[True] * 3, [False] * 3, [True, False, False]]


@torch.no_grad()
@pytest.mark.parametrize("pooling", ["first", "mean", "max"])
def test_padding_changes_no_state(pooling: Pooling) -> None:
    loaded = tiny_checkpoint("count_lstm", pooling)
    prompts = [compile_prompt(Schema().entities(labels).tasks()) for labels in (["a"], ["b", "c", "d"])]
    texts = [PromptEncoder(loaded.tokenizer).encode(prompt, split_words(text)) for prompt, text in
             zip(prompts, ("Ann.", "Mary met Ann in Paris."), strict=True)]  # fmt: skip
    groups = [prompt.groups for prompt in prompts]
    both = loaded.model.states(collate(texts, groups, pad_id=5))
    for index in range(2):
        alone = loaded.model.states(collate([texts[index]], [groups[index]]))
        assert_close(both.words[index, : alone.words.shape[1]], alone.words[0])
        assert_close(both.labels[index, : alone.labels.shape[1]], alone.labels[0])
        assert_close(both.prompts[index], alone.prompts[0])


@pytest.mark.parametrize(("positions", "window"), [(512, 512), (-1, RELATIVE_WINDOW)])
def test_the_window_of_an_encoder_with_positions(positions: int, window: int) -> None:
    assert window_of(BertConfig(max_position_embeddings=positions)) == window


def test_the_window_of_an_encoder_whose_positions_start_behind_padding() -> None:
    assert window_of(RobertaConfig(max_position_embeddings=514, pad_token_id=1)) == 512


def test_relative_positions_have_a_window_of_our_own() -> None:
    assert window_of(load_checkpoint(DEBERTA).encoder_config) == RELATIVE_WINDOW


@pytest.mark.parametrize("max_width", [1, 2, 3])
def test_no_span_is_wider_than_the_model_allows(max_width: int) -> None:
    extractor = tiny_extractor(max_width=max_width)
    found = extractor.predict(
        "one two three four five six", extractor.create_schema().entities(["x"]), threshold=0.0, overlap_policy="allow"
    )
    widths = sorted(len(one.text.split()) for one in found.entities[0].spans)
    assert widths == sorted(width for width in range(1, max_width + 1) for _ in range(7 - width))
