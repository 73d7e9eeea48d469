from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core import Schema
from gliner2_core.decoding import decide_classification
from gliner2_core.errors import WindowError
from gliner2_core.predictions import (
    ChoicePrediction,
    ClassificationPrediction,
    EntityPrediction,
    FieldPrediction,
    RelationPair,
    RelationPrediction,
    SpanPrediction,
    StructurePrediction,
)
from gliner2_core.spans import WordSpan
from gliner2_core.windows import (
    merge_classifications,
    merge_entities,
    merge_relations,
    merge_structures,
    plan_windows,
    shift_span,
)
from gliner2_core.words import split_words
from tests.tiny_model import recorded_extractor, tiny_extractor

WINDOW = 96
SENTENCE = "Mary met Ann in Paris ."


def plan(text: str, room: int, lengths: list[int] | None = None) -> list[tuple[int, int]]:
    words = split_words(text)
    lengths = lengths or [1] * len(words.items)
    return [(run.start, run.end) for run in plan_windows(words, lengths, room, prompt_length=10, window=room + 10)]


def span(start: int, end: int, confidence: float) -> SpanPrediction:
    return SpanPrediction("x" * (end - start), start, end, confidence)


def entity(*spans: SpanPrediction, is_list: bool = True) -> tuple[EntityPrediction, ...]:
    return (EntityPrediction("label", is_list, spans),)


def test_what_fits_is_one_run() -> None:
    assert plan("a b c", 4) == [(0, 3)]


def test_runs_end_at_sentence_ends_and_share_the_last_sentence() -> None:
    # Sentences of 6 words, room for 38 (2 are kept free): six sentences, then the sixth again with what follows.
    assert plan(" ".join([SENTENCE] * 10), 40) == [(0, 36), (30, 60)]


def test_without_sentence_ends_an_eighth_is_shared() -> None:
    assert plan("word " * 100, 42) == [(0, 40), (35, 75), (70, 100)]


def test_long_words_make_runs_shorter() -> None:
    assert plan("word " * 20, 34, [5] * 21) == [(0, 6), (6, 12), (12, 18), (18, 20)]


def test_a_schema_that_leaves_no_room_is_refused_with_the_numbers() -> None:
    words = split_words("a " * 40)
    with pytest.raises(WindowError) as caught:
        plan_windows(words, [1] * 41, 31, prompt_length=481, window=512)
    assert str(caught.value) == (
        "the schema takes 481 of the model's 512 subwords and leaves 31 for text, at least 32 are needed; "
        "ask for fewer labels at once or shorten descriptions"
    )


def test_a_schema_longer_than_the_window_leaves_0() -> None:
    with pytest.raises(WindowError, match="takes 600 of the model's 512 subwords and leaves 0 for text"):
        plan_windows(split_words("a"), [1, 1], -88, prompt_length=600, window=512)


def test_a_word_longer_than_a_window_is_refused() -> None:
    with pytest.raises(WindowError, match=r"the word 'b{40}' alone has 39 subwords, 40 fit; shorten it"):
        plan("a " + "b" * 50, 40, [20, 39, 1])


@given(st.lists(st.tuples(st.sampled_from(["w", "x", ".", "?"]), st.integers(0, 12)), max_size=120), st.integers(32, 60))
def test_every_word_is_in_a_run_and_every_run_fits(drawn: list[tuple[str, int]], room: int) -> None:
    words = split_words(" ".join(form for form, _ in drawn))
    lengths = [*(length for _, length in drawn), 1][: len(words.items)]
    runs = plan_windows(words, lengths, room, prompt_length=1, window=room + 1)
    covered = {index for run in runs for index in range(run.start, run.end)}
    assert covered == set(range(words.n_real))
    assert all(sum(lengths[run.start : run.end]) <= room for run in runs)
    assert all(one.start < two.start <= one.end < two.end for one, two in pairwise(runs))


def test_a_shared_sentence_that_fills_the_window_is_not_read_a_third_time() -> None:
    words = split_words("w w w . w . w w")
    runs = plan_windows(words, [0, 0, 0, 0, 0, 8, 12, 12, 1], 32, prompt_length=1, window=33)
    assert [(run.start, run.end) for run in runs] == [(0, 6), (4, 7), (6, 8)]


def test_a_span_is_moved() -> None:
    assert shift_span(span(1, 3, 0.5), 10) == SpanPrediction("xx", 11, 13, 0.5)


def test_the_more_confident_of_equal_spans_stays_whole() -> None:
    merged = merge_entities([entity(span(12, 14, 0.5)), entity(span(2, 4, 0.75), span(8, 9, 0.25))], [0, 10], None)
    assert merged == entity(span(12, 14, 0.75), span(18, 19, 0.25))


@pytest.mark.parametrize(("policy", "kept"), [(None, [(11, 14)]), ("allow", [(11, 14), (13, 16)])])
def test_the_policy_decides_between_windows(policy: str | None, kept: list[tuple[int, int]]) -> None:
    merged = merge_entities([entity(span(11, 14, 0.75)), entity(span(3, 6, 0.5))], [0, 10], policy)
    assert [(one.start, one.end) for one in merged[0].spans] == kept


def test_one_value_is_the_most_confident_of_all_windows() -> None:
    parts = [entity(span(1, 2, 0.5), is_list=False), entity(span(1, 2, 0.75), is_list=False), entity(is_list=False)]
    assert merge_entities(parts, [0, 10, 20], None) == entity(span(11, 12, 0.75), is_list=False)


def test_an_instance_found_twice_counts_once() -> None:
    def structure(*starts: int) -> tuple[StructurePrediction, ...]:
        return (
            StructurePrediction(
                "s",
                tuple(
                    (
                        FieldPrediction("f", True, (span(start, start + 2, 0.5),)),
                        FieldPrediction("kind", False, (ChoicePrediction("new", 0.5),)),
                    )
                    for start in starts
                ),
            ),
        )

    assert merge_structures([structure(0, 12), structure(2, 5)], [0, 10]) == structure(0, 12, 15)


def test_a_pair_found_twice_counts_once() -> None:
    def pairs(*starts: int) -> tuple[RelationPrediction, ...]:
        return (
            RelationPrediction(
                "r", tuple(RelationPair(span(one, one + 1, 0.5), span(one + 2, one + 3, 0.5)) for one in starts)
            ),
        )

    assert merge_relations([pairs(0, 12), pairs(2, 5)], [0, 10]) == pairs(0, 12, 15)


def test_probabilities_are_averaged_by_words_and_decided_anew() -> None:
    tasks = Schema().classification("t", ["a", "b"]).tasks()
    task = tasks.classifications[0]
    parts: list[tuple[ClassificationPrediction, ...]] = [
        (decide_classification(task, [1.0, 0.0]),), (decide_classification(task, [0.0, 1.0]),),
    ]  # fmt: skip
    merged = merge_classifications(parts, [1, 3], tasks, decide_classification)
    assert merged == (decide_classification(task, [0.25, 0.75]),)
    assert merged[0].chosen[0].label == "b"


def test_a_text_longer_than_the_window_is_read_in_windows() -> None:
    extractor = tiny_extractor(window=WINDOW)
    text = " ".join(f"Ann{number} met Öz in Paris 😀." for number in range(30))
    schema = extractor.create_schema().entities(["person", "city"]).classification("t", ["a", "b"])
    found = extractor.predict(text, schema.structure("s").field("f").field("k", choices=["x", "y"]), threshold=0.3)
    spans = [one for label in found.entities for one in label.spans]
    assert (found.windows, found.words) == (9, 210)
    assert found.counts == {"s": 2 * 9, "entities": 2 * 9}
    assert max(one.end for one in spans) > len(text) // 2
    assert all(text[one.start : one.end] == one.text for one in spans)
    assert sum(label.probability for label in found.classifications[0].labels) == pytest.approx(1)


def test_one_subword_more_than_the_window_makes_two_windows() -> None:
    extractor = tiny_extractor(window=WINDOW)
    schema = extractor.create_schema().entities(["x"])
    room = WINDOW - len(["(", "[P]", "entities", "(", "[E]", "x", ")", ")", "[SEP_TEXT]"])
    windows = [extractor.predict("a " * (room - 1 + more), schema).windows for more in (0, 1)]
    assert windows == [1, 2]


def test_the_window_of_a_recorded_checkpoint() -> None:
    text = "Mary met Ann in Paris. " * 200
    extractor = recorded_extractor()
    found = extractor.predict(text, extractor.create_schema().entities(["person"]))
    assert (found.words, found.windows) == (1200, 2)
    assert all(text[one.start : one.end] == one.text for one in found.entities[0].spans)


def test_a_schema_that_fills_the_window_names_its_length() -> None:
    labels = [f"label {letter}" for letter in "abcdefghijklmnopqrst"]
    with pytest.raises(WindowError, match=re.escape(f"of the model's {WINDOW} subwords and leaves ")):
        tiny_extractor(window=WINDOW).extract_entities("word " * 50, labels)


def test_a_run_is_a_span_of_words() -> None:
    assert plan_windows(split_words(""), [1], 10, prompt_length=1, window=11) == [WordSpan(0, 0)]


def test_every_window_is_reported_and_an_error_ends_the_run() -> None:
    extractor = tiny_extractor(window=WINDOW)
    seen: list[tuple[int, int]] = []
    text = "One sentence about Ann. " * 60
    schema = extractor.create_schema().entities(["person"])
    prediction = extractor.predict(text, schema, on_window=lambda done, planned: seen.append((done, planned)))
    assert prediction.windows > 1
    assert seen[-1] == (prediction.windows, prediction.windows)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert prediction == replace(extractor.predict(text, schema), duration_s=prediction.duration_s)

    def stop(done: int, planned: int) -> None:
        raise InterruptedError(f"after {done} of {planned}")

    with pytest.raises(InterruptedError, match=r"after \d+ of"):
        extractor.predict(text, schema, on_window=stop)
