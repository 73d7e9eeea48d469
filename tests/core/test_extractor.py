from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gliner2_core import GLiNER2, Schema
from gliner2_core.config import CountLayer, Pooling
from gliner2_core.predictions import Prediction, SpanPrediction
from gliner2_core.schema import StructureBuilder
from tests.parity.answers import differences
from tests.strategies import documents
from tests.tiny_model import recorded_extractor, tiny_checkpoint, tiny_extractor

TEXT = "Apple Inc. CEO Tim Cook announced new products in Cupertino."
TEXTS = [
    TEXT, "Paris", "", "Mary met Ann in Paris. " * 12, "Öz 😀 kaldı!", "A long way from home, they said, and left it.",
    "Paris", "x", "Phones cost $999.", "Mary met Ann in Paris. " * 30, "?", "He works for Acme.",
]  # fmt: skip
FULL: dict[str, Any] = {"include_confidence": True, "include_spans": True, "threshold": 0.3}
TASKS: dict[str, Any] = {"tone": ["calm", "angry"], "topics": {"labels": {"a": "A", "b": None}, "multi_label": True}}

METHODS: dict[str, Any] = {
    "extract_entities": {"person": "People", "city": None},
    "classify_text": TASKS,
    "extract_json": {"deal": ["buyer::str::Who buys", "kind::[phone|laptop]::list", "price"]},
    "extract_relations": ["works for"],
    "extract": Schema().entities(["person"]).classification("tone", ["calm", "angry"]).structure("s").field("f"),
}


def every_task() -> StructureBuilder:
    return (
        Schema().entities(["person", "city"]).relations(["works for"]).classification("tone", ["calm", "angry"])
        .structure("deal").field("buyer", dtype="str").field("kind", choices=["phone", "laptop"])
    )  # fmt: skip


def spans_of(found: Prediction) -> Iterator[SpanPrediction]:
    for entity in found.entities:
        yield from entity.spans
    for relation in found.relations:
        for pair in relation.pairs:
            yield from (pair.head, pair.tail)
    for structure in found.structures:
        for field in itertools.chain.from_iterable(structure.instances):
            yield from (value for value in field.values if isinstance(value, SpanPrediction))


def plain(found: Prediction) -> dict[str, Any]:
    return found.to_dict() | {"duration_s": None}


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("extract_entities", Schema().entities(METHODS["extract_entities"])),
        ("extract_json", Schema().add_structures(METHODS["extract_json"])),
        ("extract_relations", Schema().relations(METHODS["extract_relations"])),
        ("classify_text", Schema().classification("tone", ["calm", "angry"])
            .classification("topics", {"a": "A", "b": ""}, multi_label=True, cls_threshold=0.3)),
    ],
)  # fmt: skip
def test_a_method_is_extract_with_its_schema(method: str, asked: Schema) -> None:
    extractor = recorded_extractor()
    assert getattr(extractor, method)(TEXT, METHODS[method], **FULL) == extractor.extract(TEXT, asked, **FULL)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_a_batch_answers_as_one_by_one_and_in_order(method: str, batch_size: int) -> None:
    extractor = recorded_extractor()
    name = f"batch_{method}"
    answers = getattr(extractor, name)(TEXTS, METHODS[method], batch_size=batch_size, **FULL)
    expected = [getattr(extractor, method)(text, METHODS[method], **FULL) for text in TEXTS]
    assert differences(expected, answers) == []


@pytest.mark.parametrize("layer", ["count_lstm", "count_lstm_v2", "count_lstm_moe"])
@pytest.mark.parametrize("pooling", ["first", "mean", "max"])
def test_a_batch_answers_as_one_by_one_on_every_kind_of_model(layer: CountLayer, pooling: Pooling) -> None:
    extractor = tiny_extractor(layer, pooling, 3)
    texts = [text for text in TEXTS if len(text) < 70]
    expected = [extractor.extract(text, every_task(), **FULL) for text in texts]
    assert differences(expected, extractor.batch_extract(texts, every_task(), **FULL)) == []


def test_each_text_may_have_its_own_schema() -> None:
    extractor = recorded_extractor()
    schemas = [Schema().entities(["person"]), {"classifications": [{"task": "t", "labels": ["a", "b"]}]}]
    answers = extractor.batch_extract([TEXT, "Paris"], schemas, **FULL)
    assert answers == [extractor.extract(TEXT, schemas[0], **FULL), extractor.extract("Paris", schemas[1], **FULL)]


def test_no_texts_give_no_answers() -> None:
    assert recorded_extractor().batch_extract([], Schema().entities(["x"])) == []


def test_an_empty_schema_gives_an_empty_answer() -> None:
    assert recorded_extractor().extract(TEXT, Schema()) == {}


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0"])
def test_a_text_without_words_has_no_spans(text: str) -> None:
    answer = tiny_extractor().extract(text, every_task(), threshold=0.0)
    assert answer["entities"] == {"person": [], "city": []}
    assert answer["relation_extraction"] == {"works for": []}
    assert all(instance["buyer"] is None for instance in answer["deal"])


@pytest.mark.parametrize(
    ("flags", "shape"),
    [
        ({}, str),
        ({"include_confidence": True}, {"text", "confidence"}),
        ({"include_spans": True}, {"text", "start", "end"}),
        ({"include_confidence": True, "include_spans": True}, {"text", "confidence", "start", "end"}),
    ],
)
def test_flags_decide_what_a_value_holds(flags: dict[str, bool], shape: Any) -> None:
    found = tiny_extractor().extract_entities(TEXT, ["x"], threshold=0.0, **flags)["entities"]["x"]
    assert {type(one) if shape is str else frozenset(one) for one in found} == {shape if shape is str else frozenset(shape)}


def test_format_results_false_gives_the_raw_shape() -> None:
    answer = recorded_extractor().classify_text(TEXT, {"t": ["a", "b"]}, format_results=False)
    assert [(type(value), len(value)) for value in answer.values()] == [(tuple, 2)]


def test_a_higher_threshold_keeps_a_part() -> None:
    def found(threshold: float) -> set[tuple[int, int]]:
        answer = tiny_extractor().predict(TEXT, Schema().entities(["x"]), threshold=threshold, overlap_policy="allow")
        return {(one.start, one.end) for one in answer.entities[0].spans}

    assert found(0.9) < found(0.5) < found(0.0)


def test_classify_text_takes_the_threshold_of_the_call_and_of_the_task() -> None:
    tasks = {"a": {"labels": ["x", "y"], "multi_label": True},
             "b": {"labels": ["x", "y"], "multi_label": True, "threshold": 0.0}}  # fmt: skip
    answer = recorded_extractor().classify_text(TEXT, tasks, threshold=1.0)
    assert (len(answer["a"]), answer["b"]) == (1, ["x", "y"])


def test_max_len_reads_the_first_words_only() -> None:
    extractor = tiny_extractor()
    found = extractor.predict(TEXT, Schema().entities(["x"]), threshold=0.0, max_len=2)
    assert found.words == 2
    assert max(one.end for one in found.entities[0].spans) == len("Apple Inc")


def test_a_prediction_says_how_it_was_made() -> None:
    found = recorded_extractor().predict(TEXT, every_task(), threshold=0.25, overlap_policy="disallow")
    assert (found.text, found.threshold, found.overlap_policy) == (TEXT, 0.25, "flat")
    assert (found.words, found.windows) == (12, 1)
    assert set(found.counts) == {"deal", "entities", "works for"}
    assert found.duration_s > 0


def test_predictions_come_while_texts_are_read() -> None:
    n_read = 0

    def endless() -> Iterator[str]:
        nonlocal n_read
        while True:
            n_read += 1
            yield f"text {n_read}"

    stream = recorded_extractor().iter_predict(endless(), Schema().entities(["x"]), batch_size=2)
    assert n_read == 0
    assert [found.text for found in itertools.islice(stream, 3)] == ["text 1", "text 2", "text 3"]
    assert n_read <= 16


def test_iter_extract_answers_as_batch_extract() -> None:
    extractor, schema = recorded_extractor(), Schema().entities(["person"])
    assert list(extractor.iter_extract(iter(TEXTS), schema, **FULL)) == extractor.batch_extract(TEXTS, schema, **FULL)


@pytest.mark.parametrize("splitter", ["char", lambda text: [(text[:3], 0, 3), (text[3:], 3, len(text))]])
def test_another_word_splitter(splitter: Any) -> None:
    extractor = GLiNER2(tiny_checkpoint(), word_splitter=splitter)
    found = extractor.predict("东京 is big.", Schema().entities(["x"]), threshold=0.0)
    assert found.words == (4 if splitter == "char" else 2)
    assert extractor.word_splitter is splitter


def test_the_splitter_can_be_changed() -> None:
    extractor = GLiNER2(tiny_checkpoint())
    extractor.set_word_splitter("char")
    assert extractor.predict("东京.", Schema().entities(["x"])).words == 3


def test_parts_of_the_model_are_at_hand() -> None:
    extractor = tiny_extractor()
    assert extractor.model is extractor.loaded.model
    assert extractor.checkpoint.name == "tiny"
    assert isinstance(extractor.create_schema(), Schema)


def test_four_threads_get_the_same_answers() -> None:
    extractor = GLiNER2(tiny_checkpoint())
    texts = [text for text in TEXTS if len(text) < 70]
    expected = [plain(found) for found in GLiNER2(tiny_checkpoint()).iter_predict(texts, every_task())]
    answers: dict[int, Any] = {}

    def work(number: int) -> None:
        answers[number] = [plain(found) for found in extractor.iter_predict(texts, every_task())]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == dict.fromkeys(range(4), expected)


@pytest.mark.parametrize("make", [tiny_extractor, lambda: tiny_extractor("count_lstm_v2", "max", 4)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=documents(8), threshold=st.sampled_from([0.0, 0.4]), policy=st.sampled_from([None, "allow", "flat"]))
def test_every_surface_is_the_text_at_its_offsets(
    make: Callable[[], GLiNER2], text: str, threshold: float, policy: str | None
) -> None:
    found = make().predict(text, every_task(), threshold=threshold, overlap_policy=policy)
    for span in spans_of(found):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text == span.text.strip()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(documents(8), max_size=6), batch_size=st.integers(1, 4))
def test_any_batch_answers_as_one_by_one(texts: list[str], batch_size: int) -> None:
    extractor, schema = tiny_extractor(max_width=2), Schema().entities(["a"]).classification("t", ["x", "y"])
    expected = [found.classifications for found in (extractor.predict(text, schema) for text in texts)]
    got = [found.classifications for found in extractor.iter_predict(texts, schema, batch_size=batch_size)]
    for one, other in zip(got, expected, strict=True):
        probabilities = [label.probability for label in other[0].labels]
        assert [label.probability for label in one[0].labels] == pytest.approx(probabilities, abs=1e-5)
