"""What the public methods say to values that they cannot use; each before the model runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from gliner2_core import GLiNER2, Schema
from gliner2_core.checks import checked_text
from gliner2_core.errors import CheckpointError, InputError, InputTypeError, SchemaError
from tests.tiny_model import tiny_extractor

SCHEMA = Schema().entities(["x"])
ONE: dict[str, Any] = {
    "extract": SCHEMA, "extract_entities": ["x"], "classify_text": {"t": ["a", "b"]}, "extract_json": {"s": ["f"]},
    "extract_relations": ["r"], "predict": SCHEMA, "extract_long": SCHEMA, "extract_entities_long": ["x"],
    "classify_text_long": {"t": ["a", "b"]}, "extract_json_long": {"s": ["f"]}, "extract_relations_long": ["r"],
}  # fmt: skip
MANY: dict[str, Any] = {
    "batch_extract": SCHEMA, "batch_extract_entities": ["x"], "batch_classify_text": {"t": ["a", "b"]},
    "batch_extract_json": {"s": ["f"]}, "batch_extract_relations": ["r"], "batch_extract_long": SCHEMA,
    "iter_extract": SCHEMA, "iter_predict": SCHEMA,
}  # fmt: skip


@pytest.fixture
def extractor() -> GLiNER2:
    return tiny_extractor()


@pytest.mark.parametrize("method", ONE)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "got NoneType .*pass an empty string"),
        (b"hi", "got bytes .*decode it first"),
        (3, "got int .*convert it to str first"),
        (["hi"], "got list .*use the batch_ method for several texts"),
    ],
)
def test_a_text_that_is_no_str(extractor: GLiNER2, method: str, text: Any, words: str) -> None:
    with pytest.raises(InputTypeError, match=f"text must be a str, {words}"):
        getattr(extractor, method)(text, ONE[method])


@pytest.mark.parametrize("method", MANY)
@pytest.mark.parametrize("texts", ["one text", b"bytes", None, 3, {"a": "b"}])
def test_texts_that_are_no_list(extractor: GLiNER2, method: str, texts: Any) -> None:
    message = f"texts must be a list of str, got {type(texts).__name__} .*wrap a single text in a list"
    with pytest.raises(InputTypeError, match=message):
        getattr(extractor, method)(texts, MANY[method])


@pytest.mark.parametrize("method", [name for name in MANY if name.startswith("batch_")])
def test_a_list_with_something_else_in_it(extractor: GLiNER2, method: str) -> None:
    with pytest.raises(InputTypeError, match=r"texts\[1\] must be a str, got NoneType"):
        getattr(extractor, method)(["a", None], MANY[method])


def test_a_stream_with_something_else_in_it(extractor: GLiNER2) -> None:
    with pytest.raises(InputTypeError, match=r"texts\[1\] must be a str, got int"):
        list(extractor.iter_extract(iter(["a", 3]), SCHEMA))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ONE)
@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (1.5, "must be between 0 and 1, got 1.5"),
        (-0.1, "must be between 0 and 1, got -0.1"),
        (math.nan, "must be between 0 and 1, got nan"),
        (True, r"must be a number between 0 and 1, got bool \(True"),
        ("0.5", r"must be a number between 0 and 1, got str \('0.5'"),
    ],
)
def test_a_threshold_that_is_none(extractor: GLiNER2, method: str, threshold: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        getattr(extractor, method)("hi", ONE[method], threshold=threshold)


@pytest.mark.parametrize("method", [name for name in (*ONE, *MANY) if "predict" not in name])
def test_an_unknown_option(extractor: GLiNER2, method: str) -> None:
    given = ["hi"] if method in MANY else "hi"
    with pytest.raises(InputTypeError, match=r"unknown option 'include_span' \(the call\); known: .*include_spans"):
        getattr(extractor, method)(given, (ONE | MANY)[method], include_span=True)


@pytest.mark.parametrize("option", ["include_confidence", "include_spans", "format_results"])
@pytest.mark.parametrize("value", [1, None, "yes"])
def test_a_flag_that_is_no_bool(extractor: GLiNER2, option: str, value: Any) -> None:
    with pytest.raises(InputTypeError, match=f"{option} must be True or False, got {type(value).__name__}"):
        extractor.extract("hi", SCHEMA, **{option: value})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda e: e.extract_entities("hi", []), InputError, "at least one entity label is needed, got none"),
        (lambda e: e.extract_entities("hi", ["a", ""]), InputError, "entity label must not be empty, got ''"),
        (lambda e: e.extract_entities("hi", ["a", "a"]), InputError, "entity label 'a' is given twice"),
        (lambda e: e.extract_entities("hi", ["[SEP_TEXT]"]), InputError, "write it without the square brackets"),
        (lambda e: e.extract_entities("hi", None), InputTypeError, "entity labels must be a str, a list or a dict"),
        (lambda e: e.extract_relations("hi", []), InputError, "at least one relation is needed, got none"),
        (lambda e: e.classify_text("hi", ["a", "b"]), InputTypeError, "tasks must be a dict of labels by task, got list"),
        (lambda e: e.classify_text("hi", {"t": {"multi_label": True}}), InputError, "task 't' has no 'labels'"),
        (lambda e: e.classify_text("hi", {"t": {"labels": ["a"], "multi": True}}), InputTypeError,
         r"unknown option 'multi' \(task 't'\); known: labels, multi_label"),
        (lambda e: e.classify_text("hi", {"t": {"labels": ["a"], "threshold": 0.1, "cls_threshold": 0.2}}), InputError,
         "task 't' has both threshold and cls_threshold; give one"),
        (lambda e: e.classify_text("hi", {"t": []}), InputError, "at least one label of task 't' is needed"),
        (lambda e: e.extract_json("hi", {"s": ["f::a::b"]}), SchemaError, "structure 's', field 1, field spec 'f::a::b'"),
        (lambda e: e.extract_json("hi", ["f"]), InputTypeError, "structures must be a dict of field lists, got list"),
        (lambda e: e.extract("hi", ["x"]), InputError, "there are more schemas|schema must be a Schema or a dict"),
        (lambda e: e.extract("hi", "person"), InputTypeError, "schema must be a Schema or a dict, got str"),
        (lambda e: e.extract("hi", None), InputTypeError, "schema must be a Schema or a dict, got NoneType"),
        (lambda e: e.extract("hi", {"entitis": ["x"]}), SchemaError, r"unknown option 'entitis' \(schema\)"),
        (lambda e: e.extract("hi", SCHEMA, overlap_policy="best"), InputError, "unknown overlap_policy 'best'"),
        (lambda e: e.extract("hi", SCHEMA, max_len=0), InputError, "max_len must be at least 1, got 0"),
        (lambda e: e.batch_extract(["hi"], SCHEMA, batch_size=0), InputError, "batch_size must be at least 1, got 0"),
        (lambda e: e.batch_extract(["hi"], SCHEMA, batch_size="8"), InputTypeError, "batch_size must be a whole number"),
        (lambda e: e.batch_extract(["a", "b"], [SCHEMA]), InputError,
         "2 texts need as many schemas, got 1; or give one schema for all"),
        (lambda e: list(e.iter_extract(["a", "b"], [SCHEMA])), InputError, r"there are more texts than schemas \(1\)"),
        (lambda e: list(e.iter_extract(["a"], [SCHEMA] * 2)), InputError, r"there are more schemas than texts \(1\)"),
        (lambda e: e.set_word_splitter("spaces"), InputError, "unknown word splitter 'spaces'"),
        (lambda e: e.extract_long("hi", SCHEMA, chunk_size=0), InputError, "chunk_size must be at least 1, got 0"),
        (lambda e: e.extract_long("hi", SCHEMA, chunk_overlap=-1), InputError, "chunk_overlap must be at least 0, got -1"),
        (lambda e: e.extract_long("hi", SCHEMA, chunk_size=8, chunk_overlap=8), InputError,
         "chunk_overlap must be smaller than chunk_size, got 8 and 8"),
        (lambda e: e.extract_long("hi", SCHEMA, format_results=False), InputError, "use predict for all details"),
    ],
)  # fmt: skip
def test_what_is_said(extractor: GLiNER2, call: Callable[[GLiNER2], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(extractor)


def test_half_a_character_is_told_with_its_offset() -> None:
    with pytest.raises(InputError, match=r"text holds half a character .* at offset 2"):
        checked_text("a \ud800")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("name::[", "lack a bracket"),
        ("name::[a|b", "lack a bracket"),
        ("name::a|b]", "lack a bracket"),
        ("name::str::list", "two dtypes, 'str' and 'list'"),
        ("name::[a|b]::str::[c|d]", "two lists of choices"),
    ],
)
def test_field_spec_that_is_half_written_is_told(spec: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        Schema().add_structures({"p": [spec]})


@pytest.mark.parametrize("schemas", [[SCHEMA, SCHEMA], [SCHEMA], []])
@pytest.mark.parametrize("method", ["extract", "predict"])
def test_several_schemas_for_one_text(extractor: GLiNER2, method: str, schemas: list[Any]) -> None:
    with pytest.raises(InputTypeError, match="got list; several schemas go with several texts, to batch_extract"):
        getattr(extractor, method)("Ann", schemas)


@pytest.mark.parametrize("text", [None, b"{}", 3, {"entities": ["a"]}])
def test_a_schema_text_that_is_no_str(text: Any) -> None:
    with pytest.raises(InputTypeError, match=r"a schema's JSON must be a str, got .*; from_dict reads a dict"):
        Schema.from_json(text)


def test_a_model_cannot_be_saved_nowhere(extractor: GLiNER2) -> None:
    with pytest.raises(InputTypeError, match="a checkpoint's folder must be a path, got NoneType"):
        extractor.save_pretrained(None)  # type: ignore[arg-type]


def test_the_embedded_checkpoint_has_no_revision() -> None:
    with pytest.raises(CheckpointError, match="revision 'x': the embedded checkpoint has none; name a folder or a hub id"):
        GLiNER2.from_pretrained(revision="x")
