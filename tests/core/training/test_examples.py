from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gliner2_core.checks import MARKERS
from gliner2_core.errors import DataError, InputTypeError
from gliner2_core.training.example_choices import CLASSIFICATION_KEYS
from gliner2_core.training.example_parsing import TASK_KEYS
from gliner2_core.training.example_records import example_record, examples_to_jsonl
from gliner2_core.training.examples import load_examples, parse_example
from gliner2_core.training.gold import GoldClassification, GoldField, GoldInstance, Mention, TrainingExample

GOLDEN = Path(__file__).parents[2] / "data" / "parity" / "training_golden.json"
TEXT = "Jon Snow of Acme sold the red bike to Mia."


def golden() -> list[tuple[dict[str, Any], list[str]]]:
    data = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return list(zip(data["records"], data["validation_errors"], strict=True))


def record(**output: Any) -> dict[str, Any]:
    return {"input": TEXT, "output": output}


def message(**output: Any) -> str:
    with pytest.raises(DataError) as caught:
        parse_example(record(**output), "train.jsonl:7")
    return str(caught.value)


def task(**changes: Any) -> dict[str, Any]:
    return {"task": "tone", "labels": ["calm", "angry"], "true_label": "calm", **changes}


def write(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


GOOD = json.dumps(record(entities={"person": ["Mia"]}))


# What the reference accepts


@pytest.mark.parametrize("index", range(len(golden())))
def test_every_golden_record_is_accepted_and_written_back(index: int) -> None:
    given_record, _ = golden()[index]
    example = parse_example(given_record, "x")
    assert parse_example(example_record(example), "x") == example


def test_the_only_golden_error_of_the_reference_is_a_list_of_choices() -> None:
    refused = [given_record for given_record, errors in golden() if errors]
    assert len(refused) == 1
    assert parse_example(refused[0]).structures[0].fields["tags"] == GoldField(
        choices=("new", "used", "old"), chosen=("new", "used")
    )


@pytest.mark.parametrize(
    "form",
    [
        {"input": TEXT, "output": {"entities": {"person": ["Mia"]}, "entity_descriptions": {"person": "Names"}}},
        {"text": TEXT, "schema": {"entities": {"person": ["Mia"]}, "entity_descriptions": {"person": "Names"}}},
        {"text": TEXT, "entities": {"person": ["Mia"]}, "entity_descriptions": {"person": "Names"}},
    ],
)
def test_all_three_forms_say_the_same(form: dict[str, Any]) -> None:
    assert parse_example(form) == TrainingExample(
        TEXT, entities={"person": (Mention("Mia"),)}, entity_descriptions={"person": "Names"}
    )


def test_pinned_mentions_are_read_everywhere() -> None:
    pinned = {"text": "Mia", "start": 38, "end": 41}
    example = parse_example(
        record(
            entities={"person": [pinned, "Jon Snow"]},
            json_structures=[{"sale": {"buyer": pinned, "all": ["Jon", pinned]}}],
            relations=[{"knows": {"head": "Jon", "tail": pinned}}],
        )
    )
    mia = Mention("Mia", 38, 41)
    assert example.entities["person"] == (mia, Mention("Jon Snow"))
    assert example.structures[0].fields == {"buyer": GoldField((mia,)), "all": GoldField((Mention("Jon"), mia))}
    assert example.relations[0].fields["tail"] == GoldField((mia,))


def test_empty_lists_are_true_negatives() -> None:
    assert parse_example(record(entities={"person": [], "city": []})).entities == {"person": (), "city": ()}


@pytest.mark.parametrize(
    "absent", [None, "", [], [None, ""], {"value": None, "choices": ["a"]}, {"value": "", "choices": ["a"]}]
)
def test_absent_field_values_leave_an_empty_field(absent: Any) -> None:
    assert parse_example(record(json_structures=[{"sale": {"item": absent}}])).structures[0].is_empty


def test_values_are_found_whatever_their_case() -> None:
    assert parse_example(record(entities={"person": ["jon snow"]})).entities["person"] == (Mention("jon snow"),)


def test_a_slice_that_ends_in_a_sigma_is_found() -> None:
    # "ΑΣ".lower() ends in a final sigma, "ΑΣΒ".lower() has none.
    assert parse_example({"input": "ΑΣΒ", "output": {"entities": {"x": ["ΑΣ"]}}}).entities["x"] == (Mention("ΑΣ"),)


@pytest.mark.parametrize("true_label", ["calm", ["calm"]])
def test_a_true_label_may_be_a_string_or_a_list(true_label: Any) -> None:
    example = parse_example(record(classifications=[task(true_label=true_label)]))
    assert example.classifications == (GoldClassification("tone", ("calm", "angry"), ("calm",)),)


def test_several_true_labels_make_the_task_multi_label() -> None:
    example = parse_example(record(classifications=[task(true_label=["calm", "angry"])]))
    assert example.classifications[0].multi_label is True


def test_several_instances_keep_file_order() -> None:
    example = parse_example(record(json_structures=[{"a": {"x": "Mia"}}, {"b": {"x": ""}}, {"a": {"x": "Jon"}}]))
    assert [instance.name for instance in example.structures] == ["a", "b", "a"]


# What is wrong with a record


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"entities": {"person": ["Jan"]}}, "entities.person[0] 'Jan' does not occur in the text"),
        ({"entities": {"person": "Jon"}}, "entities.person must be a list, got string ('Jon')"),
        (
            {"entities": {"person": [3]}},
            "entities.person[0] must be a string or an object with text, start, end, got number (3)",
        ),
        ({"entities": {"person": [" "]}}, "entities.person[0] ' ' is blank; write \"\" for an absent value"),
        ({"entities": {" ": ["Jon"]}}, "entity label must not be empty, got ' '"),
        ({"entities": ["person"]}, "entities must be an object, got list (['person'])"),
        (
            {"entities": {"person": [{"text": "Mia", "start": 37, "end": 40}]}},
            "entities.person[0]: the text at [37, 40) is ' Mi', not 'Mia'",
        ),
        (
            {"entities": {"person": [{"text": "mia", "start": 38, "end": 41}]}},
            "entities.person[0]: the text at [38, 41) is 'Mia', not 'mia'",
        ),
        (
            {"entities": {"person": [{"text": "Mia", "start": 38, "end": 99}]}},
            "entities.person[0]: [38, 99) does not lie in the text of 42 characters",
        ),
        (
            {"entities": {"person": [{"text": "Mia", "start": "38", "end": 41}]}},
            "entities.person[0]: start and end must be whole numbers, got '38' and 41",
        ),
        (
            {"entities": {"person": [{"text": "Mia"}]}},
            "entities.person[0] lacks 'start', 'end'; a pinned mention needs text, start, end",
        ),
        (
            {"entities": {"person": ["Jon"]}, "entity_descriptions": {"city": "Towns"}},
            "entity_descriptions describes 'city', which is no entity label of this record (known: 'person')",
        ),
        (
            {"json_structures": [{"sale": {"item": "car"}}]},
            "json_structures[0].sale.item 'car' does not occur in the text",
        ),
        ({"json_structures": [{"sale": {}}]}, "json_structures[0].sale has no fields"),
        ({"json_structures": [{}]}, "json_structures[0] is empty; it must be an object with a name and its fields"),
        (
            {"json_structures": [{"sale": {"kind": {"value": "car", "choices": ["bike", "boat"]}}}]},
            "json_structures[0].sale.kind: the value 'car' is not among the choices (known: 'bike', 'boat')",
        ),
        (
            {"json_structures": [{"sale": {"kind": {"value": "bike", "choices": ["bike", "bike"]}}}]},
            "json_structures[0].sale.kind.choices lists 'bike' twice",
        ),
        (
            {"json_structures": [{"sale": {"kind": {"value": "bike"}}}]},
            "json_structures[0].sale.kind lacks 'choices'; a choice needs value and choices",
        ),
        (
            {"json_structures": [{"sale": {"item": "bike"}}], "json_descriptions": {"sale": {"price": "Cost"}}},
            "json_descriptions.sale describes 'price', which is no field of 'sale' of this record (known: 'item')",
        ),
        (
            {"json_structures": [{"sale": {"item": "bike"}}], "json_descriptions": {"trade": {}}},
            "json_descriptions describes 'trade', which is no structure of this record",
        ),
        (
            {"relations": [{"sold": {"head": "Jon", "tail": "Mia"}}, {"sold": {"head": "Jon", "item": "bike"}}]},
            "relation 'sold' has the fields head, tail in one place and head, item in another",
        ),
        (
            {"relations": [{"sold": {"head": "Jon", "tail": "Tom"}}]},
            "relations[0].sold.tail 'Tom' does not occur in the text",
        ),
        (
            {"classifications": [task(true_label="sad")]},
            "classifications[0] ('tone'): the true label 'sad' is not among the labels (known: 'calm', 'angry')",
        ),
        (
            {"classifications": [task(labels=["calm", "calm"])]},
            "classifications[0] ('tone'): labels lists 'calm' twice",
        ),
        ({"classifications": [task(labels=[])]}, "classifications[0] ('tone'): labels is empty; at least one is needed"),
        (
            {"classifications": [task(examples=[["so quiet"]])]},
            "classifications[0] ('tone'): examples[0] must be a pair [text, label], got ['so quiet']",
        ),
        (
            {"classifications": [task(label_descriptions={"sad": "blue"})]},
            "classifications[0] ('tone'): label_descriptions describes 'sad', which is no label of this record "
            "(known: 'calm', 'angry')",
        ),
        (
            {"classifications": [task(true_label=[])]},
            "classifications[0] ('tone'): true_label is empty; write one label, or set multi_label if none may hold",
        ),
        ({"classifications": [{"task": "tone", "labels": ["a"]}]}, "classifications[0] lacks 'true_label'"),
        (
            {"classifications": [task(multilabel=True)]},
            "unknown key 'multilabel' in classifications[0]; known: task, labels, true_label, multi_label, prompt, "
            "examples, label_descriptions",
        ),
        (
            {"classifications": [task(), task()]},
            "two tasks are called 'tone'; structures, relations and classifications need different names",
        ),
        ({}, "the record has no task: entities, classifications, json_structures and relations are all empty"),
    ],
)
def test_a_fault_names_place_value_and_what_is_allowed(output: dict[str, Any], expected: str) -> None:
    assert message(**output) == f"train.jsonl:7: {expected}"


@pytest.mark.parametrize(
    ("given_record", "expected"),
    [
        ({"input": "  ", "output": {"entities": {"a": []}}}, "the text is empty"),
        ({"input": 5, "output": {"entities": {"a": []}}}, "the text must be a string, got number (5)"),
        ({"input": "a"}, "the key 'output' is missing"),
        ({"input": "\ud800", "output": {}}, "the text contains a lone surrogate, which is no character"),
        ([], "a record must be a JSON object, got list ([])"),
        ({"input": "a", "output": {"entities": {"a": []}}, "id": 3}, "unknown key 'id' in the record; known: input, output"),
        (
            {"entities": {"a": []}},
            'the key \'input\' is missing; a record is {"input": …, "output": {…}}',
        ),
    ],
)
def test_records_of_the_wrong_form_are_refused(given_record: Any, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_example(given_record, "x:1")
    assert str(caught.value).splitlines()[0] == f"x:1: {expected}" or f"  x:1: {expected}" in str(caught.value)


def test_all_faults_of_a_record_are_reported_together() -> None:
    said = message(entities={"person": ["Jan"], "city": ["Rome"]}, classifications=[task(true_label="sad")])
    assert said.splitlines()[0] == "3 faults in 1 record:"
    assert len(said.splitlines()) == 4


def test_instances_must_agree_on_choices() -> None:
    said = message(
        json_structures=[
            {"sale": {"kind": {"value": "bike", "choices": ["bike", "boat"]}}},
            {"sale": {"kind": {"value": "car", "choices": ["car", "boat"]}}},
        ]
    )
    assert said == "train.jsonl:7: the instances of 'sale' disagree on the choices of field 'kind'"


# Files


def test_faults_of_a_file_name_path_and_line(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", GOOD, "", "{", "[1]", b'{"input": "\xff"}', GOOD)
    with pytest.raises(DataError) as caught:
        load_examples(path)
    assert str(caught.value).splitlines() == [
        "3 faults in 3 records:",
        f"  {path}:3: not JSON: Expecting property name enclosed in double quotes (column 2)",
        f"  {path}:4: a record must be a JSON object, got list ([1])",
        f"  {path}:5: not UTF-8 (byte 12 of the line); save the file as UTF-8",
    ]


def test_skip_returns_the_rest_and_every_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", GOOD, "{", GOOD)
    loaded = load_examples(path, on_error="skip")
    assert [example.origin for example in loaded.examples] == [f"{path}:1", f"{path}:3"]
    assert [fault.origin for fault in loaded.faults] == [f"{path}:2"]
    assert loaded.skipped == 1


def test_long_fault_lists_are_counted_and_cut(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", *["{"] * 51)
    with pytest.raises(DataError) as caught:
        load_examples(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "51 faults in 51 records:"
    assert len(lines) == 22
    assert lines[-1] == "  … and 31 more"


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_tolerated(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", b"\xef\xbb\xbf" + GOOD.encode() + b"\r", "  ", GOOD + "\r", "")
    assert [example.origin for example in load_examples(path).examples] == [f"{path}:1", f"{path}:3"]


def test_a_repeated_key_is_a_fault_because_json_keeps_only_the_last(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"input": "A B", "output": {"entities": {"x": ["A"], "x": ["B"]}}}')
    with pytest.raises(DataError, match="the key 'x' comes twice in one object; join the two"):
        load_examples(path)


def test_several_files_and_records_are_read_in_order(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.jsonl", GOOD), write(tmp_path / "b.jsonl", GOOD, GOOD)
    loaded = load_examples([str(first), second, json.loads(GOOD)])
    assert [example.origin for example in loaded.examples] == [f"{first}:1", f"{second}:1", f"{second}:2", "records[2]"]


def test_a_file_without_records_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the file holds no records"):
        load_examples(write(tmp_path / "a.jsonl", "", " "))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl cannot be read: No such file or directory"):
        load_examples(tmp_path / "none.jsonl")


@pytest.mark.parametrize("sources", [5, [5], {"input": "a"}, b"a.jsonl"])
def test_other_sources_are_refused(sources: Any) -> None:
    with pytest.raises(InputTypeError, match="must be a path"):
        load_examples(sources)


def test_settings_without_effect_and_mixed_relations_are_noted() -> None:
    loaded = load_examples(
        [
            record(relations=[{"sold": {"head": "Jon", "tail": "Mia"}}], record_metadata={}),
            record(relations=[{"sold": {"seller": "Jon", "item": "bike"}}]),
        ]
    )
    assert loaded.notes == (
        "record_metadata has no effect on this architecture (records with it: 1)",
        "relation 'sold' has different fields in different records (head, tail; item, seller)",
    )


# Whatever a file may hold

KEYS = st.sampled_from(
    [*TASK_KEYS, *CLASSIFICATION_KEYS, "input", "text", "output", "schema", "start", "end", "value", "choices", "", "a"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.sampled_from(["", " ", "a", "a b", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*TASK_KEYS, "x"]), JSON, max_size=4))
def test_any_json_is_an_example_or_a_list_of_faults(output: dict[str, Any]) -> None:
    loaded = load_examples([{"input": "a b", "output": output}], on_error="skip")
    assert len(loaded.examples) + loaded.skipped == 1
    for example in loaded.examples:
        assert parse_example(example_record(example), example.origin) == example


@given(JSON.filter(lambda value: isinstance(value, dict)))
def test_any_object_is_an_example_or_a_list_of_faults(value: dict[str, Any]) -> None:
    loaded = load_examples([value], on_error="skip")
    assert len(loaded.examples) + loaded.skipped == 1


# Out and in again

LETTERS = st.characters(exclude_categories=("Cs",))
NAMES = st.text(LETTERS, min_size=1, max_size=6).filter(
    lambda name: bool(name.strip()) and not any(marker in name for marker in MARKERS)
)
LABELS = st.lists(NAMES, min_size=1, max_size=3, unique=True)
DESCRIPTIONS = st.text(LETTERS, min_size=1, max_size=8)


@st.composite
def mentions(draw: st.DrawFn, text: str) -> Mention:
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    surface = text[start:end] if text[start:end].strip() else text
    if surface == text or draw(st.booleans()):
        return Mention(surface)
    return Mention(surface, start, end)


@st.composite
def fields(draw: st.DrawFn, text: str, choices: tuple[str, ...]) -> GoldField:
    if choices:
        return GoldField(choices=choices, chosen=tuple(draw(st.lists(st.sampled_from(choices), unique=True))))
    return GoldField(tuple(draw(st.lists(mentions(text), max_size=2))))


@st.composite
def instances(draw: st.DrawFn, text: str, name: str) -> list[GoldInstance]:
    choices = {field: tuple(draw(st.one_of(st.just([]), LABELS))) for field in draw(LABELS)}
    return [
        GoldInstance(name, {field: draw(fields(text, options)) for field, options in choices.items()})
        for _ in range(draw(st.integers(1, 2)))
    ]


@st.composite
def classifications(draw: st.DrawFn, task: str) -> GoldClassification:
    labels = tuple(draw(LABELS))
    true_labels = tuple(draw(st.lists(st.sampled_from(labels), unique=True)))
    return GoldClassification(
        task,
        labels,
        true_labels,
        multi_label=len(true_labels) != 1 or draw(st.booleans()),
        prompt=draw(st.none() | DESCRIPTIONS),
        examples=tuple(draw(st.lists(st.tuples(DESCRIPTIONS, st.sampled_from(labels)), max_size=2))),
        label_descriptions=draw(st.dictionaries(st.sampled_from(labels), DESCRIPTIONS)),
    )


@st.composite
def examples(draw: st.DrawFn) -> TrainingExample:
    text = draw(st.text(LETTERS, min_size=1, max_size=20).filter(lambda drawn: bool(drawn.strip())))
    entities = {label: tuple(draw(st.lists(mentions(text), max_size=2))) for label in draw(LABELS)}
    structure, relation, one, two = draw(st.lists(NAMES, min_size=4, max_size=4, unique=True))
    structures = tuple(draw(instances(text, structure)))
    known = st.sampled_from(list(structures[0].fields))
    relations = [
        GoldInstance(relation, {end: GoldField((draw(mentions(text)),)) for end in ("head", "tail")})
        for _ in range(draw(st.integers(0, 2)))
    ]
    return TrainingExample(
        text,
        entities,
        draw(st.dictionaries(st.sampled_from(list(entities)), DESCRIPTIONS)),
        structures,
        {structure: found} if (found := draw(st.dictionaries(known, DESCRIPTIONS))) else {},
        tuple(relations),
        {relation: draw(DESCRIPTIONS)} if relations else {},
        tuple(draw(classifications(name)) for name in (one, two)),
        "records[0]",
    )


@given(examples())
def test_an_example_survives_writing_and_reading(example: TrainingExample) -> None:
    written = examples_to_jsonl([example])
    assert written.count("\n") == 1
    (read,) = load_examples([json.loads(written)]).examples
    assert read == example
    assert examples_to_jsonl([read]) == written


def test_offsets_can_be_left_out_for_older_readers() -> None:
    example = parse_example(record(entities={"person": [{"text": "Mia", "start": 38, "end": 41}]}))
    assert example_record(example, keep_offsets=False) == record(entities={"person": ["Mia"]})
