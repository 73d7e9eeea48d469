"""Decoding against a plain reading of the same logits, on tiny random weights."""

from __future__ import annotations

import pytest
import torch

from gliner2_core import AttributeGroup, RegexValidator, Schema
from gliner2_core.decoding import decide_classification
from gliner2_core.modeling.batch import collate
from gliner2_core.predictions import ChoicePrediction, Prediction, SpanPrediction
from gliner2_core.prompt import PromptEncoder, compile_prompt
from gliner2_core.schema import StructureBuilder
from gliner2_core.tasks import ClassificationTask
from gliner2_core.words import split_words
from tests.tiny_model import tiny_checkpoint, tiny_extractor

TEXT = "Mary Shelley met Ann Lee in Paris, then left."
WORDS = split_words(TEXT)
TOLERANCE = 1e-5


def predict(
    schema: Schema | StructureBuilder, threshold: float = 0.5, *, count: int = 2, policy: str | None = None
) -> Prediction:
    return tiny_extractor(count=count).predict(TEXT, schema, threshold=threshold, overlap_policy=policy)


@torch.no_grad()
def naive_scores(schema: Schema | StructureBuilder, group: int, steps: int) -> torch.Tensor:
    """Compute (N, L, W, K) probabilities of one group over prefix and text, 0 past the text."""
    loaded = tiny_checkpoint()
    prompt = compile_prompt(schema.tasks())
    encoded = PromptEncoder(loaded.tokenizer).encode(prompt, WORDS)
    batch = collate([encoded], [prompt.groups])
    states = loaded.model.states(batch)
    queries = loaded.model.queries(states.labels, batch.label_mask, steps)[:, group, : len(prompt.groups[group].labels)]
    head = loaded.model.span_rep
    flat = torch.sigmoid(head.score(head.states(states.words), queries.flatten(0, 1)[None])[0])
    scores = flat.unflatten(0, queries.shape[:2])
    n_words = len(prompt.prefix) + WORDS.n_real
    for first in range(scores.shape[2]):
        scores[:, :, first, max(n_words - first, 0) :] = 0
    return scores


def candidates(scores: torch.Tensor, threshold: float) -> list[SpanPrediction]:
    """Read (W, K) probabilities of text words: every span that reaches the threshold, best first, overlaps removed."""
    found = []
    for first in range(WORDS.n_real):
        for width in range(scores.shape[1]):
            if float(scores[first, width]) >= threshold and first + width < WORDS.n_real:
                start, end = WORDS.items[first].start, WORDS.items[first + width].end
                found.append(SpanPrediction(TEXT[start:end], start, end, float(scores[first, width])))
    kept: list[SpanPrediction] = []
    for span in sorted(found, key=lambda one: -one.confidence):
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return kept


def assert_spans(got: tuple[SpanPrediction, ...], expected: list[SpanPrediction]) -> None:
    assert [(one.text, one.start, one.end) for one in got] == [(one.text, one.start, one.end) for one in expected]
    assert [one.confidence for one in got] == pytest.approx([one.confidence for one in expected], abs=TOLERANCE)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.9])
def test_entities_are_read_from_the_first_instance(threshold: float) -> None:
    schema = Schema().entities(["person", "city"])
    scores = naive_scores(schema, 0, 1)
    for index, entity in enumerate(predict(schema, threshold).entities):
        assert_spans(entity.spans, candidates(scores[0, index], threshold))


def test_every_label_has_its_own_threshold() -> None:
    schema = Schema().entities({"person": {"threshold": 0.0}, "city": {"threshold": 1.0}, "river": None})
    scores = naive_scores(schema, 0, 1)
    person, city, river = predict(schema, 0.25).entities
    assert_spans(person.spans, candidates(scores[0, 0], 0.0))
    assert city.spans == ()
    assert_spans(river.spans, candidates(scores[0, 2], 0.25))


def test_a_single_value_is_the_most_confident() -> None:
    of_list = predict(Schema().entities(["person"]), 0.0).entities[0]
    of_one = predict(Schema().entities(["person"], dtype="str"), 0.0).entities[0]
    assert (len(of_list.spans) > 1, of_list.is_list, of_one.is_list) == (True, True, False)
    assert of_one.spans == of_list.spans[:1]


def test_validators_come_before_overlaps_are_removed() -> None:
    schema = Schema().entities({"x": {"validators": RegexValidator(r"\w{4}")}})
    found = predict(schema, 0.0).entities[0].spans
    assert sorted(one.text for one in found) == ["Mary", "left", "then"]


def test_all_validators_must_accept() -> None:
    schema = Schema().entities("x", validators=[RegexValidator(r"\w{4}"), RegexValidator("l.*", exclude=True)])
    assert sorted(one.text for one in predict(schema, 0.0).entities[0].spans) == ["Mary", "then"]


def test_a_count_of_0_finds_nothing_of_any_kind() -> None:
    schema = Schema().entities(["x"]).relations(["r"]).structure("s").field("f", choices=["a"])
    found = predict(schema, 0.0, count=0)
    assert found.counts == {"s": 0, "entities": 0, "r": 0}
    assert (found.structures[0].instances, found.entities[0].spans, found.relations[0].pairs) == ((), (), ())


def test_a_structure_has_as_many_instances_as_were_counted() -> None:
    schema = Schema().structure("s").field("f").field("g", dtype="str")
    scores = naive_scores(schema, 0, 3)
    found = predict(schema, 0.0, count=3).structures[0]
    assert len(found.instances) == 3
    for row, (first, second) in zip(scores, found.instances, strict=True):
        assert_spans(first.values, candidates(row[0], 0.0))  # type: ignore[arg-type]
        assert_spans(second.values, candidates(row[1], 0.0)[:1])  # type: ignore[arg-type]


def test_an_instance_without_any_value_is_left_out() -> None:
    assert predict(Schema().structure("s").field("f", threshold=1.0), 0.0).structures[0].instances == ()


def test_choices_are_read_at_their_own_field() -> None:
    schema = (
        Schema().structure("s").field("f", dtype="str", choices=["a", "b"]).field("g", choices=["b", "a"])
        .field("h", dtype="str", choices=["a"], threshold=1.0)
    )  # fmt: skip
    scores = naive_scores(schema, 0, 1)
    # ( s: f ( a | b ) , g ( b | a ) …
    of_f, of_g = scores[0, 0, [4, 6], 0].tolist(), scores[0, 1, [11, 13], 0].tolist()
    f, g, h = predict(schema, 0.0, count=1).structures[0].instances[0]
    best = max(range(2), key=of_f.__getitem__)
    assert [(one.text, isinstance(one, ChoicePrediction)) for one in f.values] == [("ab"[best], True)]
    assert [one.confidence for one in f.values] == pytest.approx([of_f[best]], abs=TOLERANCE)
    assert [one.text for one in g.values] == ["b", "a"]
    assert [one.confidence for one in g.values] == pytest.approx(of_g, abs=TOLERANCE)
    assert h.values == ()


def test_a_relation_joins_the_best_head_and_the_best_tail() -> None:
    schema = Schema().relations(["knows"])
    scores = naive_scores(schema, 0, 2)
    pairs = predict(schema, 0.0).relations[0].pairs
    assert len(pairs) == 2
    for row, pair in zip(scores, pairs, strict=True):
        assert_spans((pair.head, pair.tail), [candidates(row[0], 0.0)[0], candidates(row[1], 0.0)[0]])


def test_a_relation_uses_its_own_threshold() -> None:
    found = predict(Schema().relations({"a": {"threshold": 1.0}, "b": None}), 0.0)
    assert [len(one.pairs) for one in found.relations] == [0, 2]


# 11 words give 11 spans of one word, 10 of two, … and 4 of the greatest width, 8.
@pytest.mark.parametrize(("policy", "n_kept"), [("allow", sum(range(4, 12))), ("longest", 4)])
def test_how_many_spans_a_policy_keeps(policy: str, n_kept: int) -> None:
    assert len(predict(Schema().entities(["x"]), 0.0, policy=policy).entities[0].spans) == n_kept


@pytest.mark.parametrize("policy", [None, "flat"])
def test_policies_without_overlap_cover_no_character_twice(policy: str | None) -> None:
    spans = predict(Schema().entities(["x"]), 0.0, policy=policy).entities[0].spans
    covered = [place for one in spans for place in range(one.start, one.end)]
    assert len(covered) == len(set(covered)) > 0


def test_attributes_are_decided_at_the_span() -> None:
    groups = {
        "tone": AttributeGroup(["good", "bad"]),
        "mood": AttributeGroup(["x", "y"], multi_label=True, threshold=0.0, applies_to=["city"], qualify_labels=True),
    }
    schema = Schema().entities(["person", "city"]).entity_attributes(groups)
    person, city = predict(schema, 0.0).entities
    assert {frozenset(span.attributes) for span in person.spans} == {frozenset({"tone"})}
    assert {frozenset(span.attributes) for span in city.spans} == {frozenset({"tone", "mood"})}
    assert {len(span.attributes["tone"]) for span in city.spans} == {1}
    assert [label.label for label in city.spans[0].attributes["mood"]] == ["x", "y"]
    assert city.spans[0].is_single == {"tone": True, "mood": False}


def test_an_attribute_s_probability_is_that_of_its_labels_at_the_span() -> None:
    schema = Schema().entities(["person"]).entity_attributes({"tone": AttributeGroup(["good", "bad"])})
    scores = torch.logit(naive_scores(schema, 0, 1)[0].double())  # rows: person, bad, good
    span = predict(schema, 0.0).entities[0].spans[0]
    first = next(index for index, word in enumerate(WORDS.items) if word.start == span.start)
    width = next(index for index, word in enumerate(WORDS.items) if word.end == span.end) - first
    bad, good = torch.softmax(scores[1:3, first, width], 0).tolist()
    label = span.attributes["tone"][0]
    assert label.label == ("good" if good > bad else "bad")
    assert label.probability == pytest.approx(max(good, bad), abs=1e-4)


@pytest.mark.parametrize(
    ("task", "chosen"),
    [
        (ClassificationTask("t", ("a", "b", "c")), ["b"]),
        (ClassificationTask("t", ("a", "b", "c"), threshold=1.0), ["b"]),
        (ClassificationTask("t", ("a", "b", "c"), multi_label=True), ["a", "b"]),
        (ClassificationTask("t", ("a", "b", "c"), multi_label=True, threshold=0.0), ["a", "b", "c"]),
        (ClassificationTask("t", ("a", "b", "c"), multi_label=True, threshold=0.9), ["b"]),
        (ClassificationTask("t", ("a", "b", "c"), multi_label=True, threshold=0.0, top_k=2), ["b", "a"]),
        (ClassificationTask("t", ("a", "b", "c"), multi_label=True, top_k=5), ["b", "a"]),
    ],
)
def test_which_labels_are_chosen(task: ClassificationTask, chosen: list[str]) -> None:
    found = decide_classification(task, [0.5, 0.75, 0.25])
    assert [label.label for label in found.chosen] == chosen
    assert [(label.label, label.probability) for label in found.labels] == [("a", 0.5), ("b", 0.75), ("c", 0.25)]
    assert [label.label for label in found.labels if label.is_chosen] == sorted(chosen)


def test_the_first_of_equal_labels_is_chosen() -> None:
    assert decide_classification(ClassificationTask("t", ("a", "b")), [0.5, 0.5]).chosen[0].label == "a"
