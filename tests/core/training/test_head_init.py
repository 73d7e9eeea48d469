"""Heads that start as a similarity, against the formula."""

from __future__ import annotations

import pytest
import torch

from gliner2_core.modeling.count_head import CountLstmMoe
from gliner2_core.prompt import PromptEncoder
from gliner2_core.training.collator import collate_targets
from gliner2_core.training.examples import load_examples
from gliner2_core.training.head_init import PRIOR_LOGIT, start_as_similarity
from gliner2_core.training.targets import build_targets
from tests.core.training.records import RECORDS
from tests.core.training.test_targets_and_losses import loaded


def test_score_starts_as_centred_similarity_of_label_and_span() -> None:
    checkpoint = loaded("bert_lstm")
    model = checkpoint.model
    saved = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    targets = [build_targets(example, 8) for example in load_examples(RECORDS).examples]
    batch = collate_targets(PromptEncoder(checkpoint.tokenizer), targets)
    try:
        start_as_similarity(model, [batch])
        model.eval()
        with torch.no_grad():
            states = model.states(batch.inputs)
            words = states.words[batch.inputs.word_mask]
            labels = states.labels[batch.inputs.label_mask & ~batch.is_classification[:, None]]
            queries = model.queries(states.labels[:1], batch.inputs.label_mask[:1], 1)[0]
            found = model.span_rep.score(model.span_rep.states(states.words[:1]), queries)[0]
        means = (states.words[0, :-1] + states.words[0, 1:]) / 2 - words.mean(0)
        raw = (states.labels[0] - labels.mean(0)) @ means.T
        expected = raw / raw.std()
        of_two_words = found[:, :-1, 1]
        # The free units stay random and add noise: the order must be that of the similarity, around the prior.
        assert float(torch.corrcoef(torch.stack([of_two_words.flatten(), expected.flatten()]))[0, 1]) > 0.8
        assert float(of_two_words.mean()) == pytest.approx(PRIOR_LOGIT, abs=2.0)
    finally:
        model.load_state_dict(saved)


def test_other_count_heads_are_refused() -> None:
    checkpoint = loaded("bert_lstm")
    own = checkpoint.model.count_embed
    checkpoint.model.count_embed = CountLstmMoe(64)
    try:
        with pytest.raises(TypeError, match="only count_lstm can start as a similarity, got CountLstmMoe"):
            start_as_similarity(checkpoint.model, [])
    finally:
        checkpoint.model.count_embed = own
