"""The model step by step against recorded tensors, so that a wrong answer shows where it went wrong."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from gliner2_core.checkpoint import LoadedCheckpoint, load_checkpoint
from gliner2_core.modeling.batch import Batch, collate
from gliner2_core.modeling.model import States
from gliner2_core.prompt import CompiledPrompt, EncodedText, PromptEncoder, compile_prompt
from gliner2_core.schema import Schema
from gliner2_core.words import split_words
from tests.parity.deviations import CHECKPOINTS
from tests.parity.requests import DATA, read_requests

RECORDED = ("r017", "r065", "r099")
"""A text with words that have no subword; a structure with choices; all four kinds of task at once."""

TOLERANCE = 2e-5
"""Logits reach about 10, and float32 sums in another order differ there by some 1e-6; the rest is margin."""

both = pytest.mark.parametrize("checkpoint", CHECKPOINTS)
each = pytest.mark.parametrize("name", RECORDED)


@cache
def loaded(checkpoint: str) -> LoadedCheckpoint:
    """Load a checkpoint once for all tests."""
    return load_checkpoint(DATA / "checkpoints" / checkpoint)


def recorded(checkpoint: str, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read the lists and the tensors of one request."""
    folder = DATA / "intermediates" / checkpoint
    with np.load(folder / f"{name}.npz") as tensors:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8")), dict(tensors)


def prompt_and_text(checkpoint: str, name: str) -> tuple[CompiledPrompt, EncodedText]:
    """Lay out one request as ids."""
    body = next(asked.body for asked in read_requests() if asked.id == name)
    if "structures" in body:
        schema = Schema().add_structures(body["structures"])
    elif "entity_types" in body:
        schema = Schema().entities(body["entity_types"])
    else:
        schema = Schema.from_dict(body["schema_from_dict"])
    prompt = compile_prompt(schema.tasks())
    return prompt, PromptEncoder(loaded(checkpoint).tokenizer).encode(prompt, split_words(body["text"]))


@cache
def computed(checkpoint: str, name: str) -> tuple[Batch, States]:
    """Run the encoder on one request."""
    prompt, text = prompt_and_text(checkpoint, name)
    batch = collate([text], [prompt.groups])
    with torch.no_grad():
        return batch, loaded(checkpoint).model.states(batch)


@both
@each
def test_ids_and_positions(checkpoint: str, name: str) -> None:
    lists, tensors = recorded(checkpoint, name)
    _, text = prompt_and_text(checkpoint, name)
    assert list(text.ids) == tensors["input_ids"].tolist()
    markers = [[first, *labels] for first, labels in zip(text.prompt_positions, text.label_positions, strict=True)]
    assert markers == lists["special_positions"]
    assert list(text.word_positions) == tensors["text_word_first_positions"].tolist()


@both
@each
def test_word_and_marker_vectors(checkpoint: str, name: str) -> None:
    _, tensors = recorded(checkpoint, name)
    _, states = computed(checkpoint, name)
    assert_close(states.words[0], tensors["word_embeddings"])
    for group in range(len(states.prompts)):
        expected = tensors[f"schema_emb_{group}"]  # [P] first, then the labels
        assert_close(states.prompts[group], expected[0])
        assert_close(states.labels[group, : len(expected) - 1], expected[1:])


@both
@each
def test_count_class_and_span_logits(checkpoint: str, name: str) -> None:
    lists, tensors = recorded(checkpoint, name)
    batch, states = computed(checkpoint, name)
    model = loaded(checkpoint).model
    with torch.no_grad():
        counts, classes = model.count_logits(states.prompts), model.class_logits(states.labels)
        spans = model.span_rep.states(states.words)
        for group, kind in enumerate(batch.kinds):
            n_labels = int(batch.label_mask[group].sum())
            if kind == "classification":
                assert_close(classes[group, :n_labels], tensors[f"cls_logits_{group}"])
                continue
            assert_close(counts[group], tensors[f"count_logits_{group}"])
            assert int(counts[group].argmax()) == lists["counts"][group]
            if lists["counts"][group] == 0:
                continue  # then the reference computes no span logits
            expected = torch.from_numpy(tensors[f"span_logits_{group}"])  # (N, L, W, K), -inf past the text
            queries = model.queries(states.labels, batch.label_mask, len(expected))[:, group, :n_labels]
            got = model.span_rep.score(spans, queries.flatten(0, 1)[None])[0].unflatten(0, queries.shape[:2])
            inside = expected.isfinite()
            assert inside.any()
            assert_close(got[inside], expected[inside].numpy())


def assert_close(got: torch.Tensor, expected: np.ndarray) -> None:
    """Compare with the recording within the tolerance."""
    torch.testing.assert_close(got, torch.from_numpy(expected), atol=TOLERANCE, rtol=TOLERANCE)
