from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from gliner2_core import AttributeGroup, Schema
from gliner2_core import prompt as prompt_module
from gliner2_core.prompt import CompiledPrompt, PromptEncoder, compile_prompt
from gliner2_core.words import split_words


class Letters:
    """A tokenizer with one subword per character, except that `z` has none; a marker is one subword."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: list[str], *, add_special_tokens: bool, verbose: bool) -> Mapping[str, list[list[int]]]:
        self.asked += text
        return {"input_ids": [[1] if one.startswith("[") else [ord(char) for char in one if char != "z"] for one in text]}


def compiled(schema: Schema) -> CompiledPrompt:
    return compile_prompt(schema.tasks())


@pytest.mark.parametrize(
    ("schema", "elements"),
    [
        (Schema().entities({"city": "Towns"}), "( [P] <entities [DESCRIPTION] city: Towns> ( [E] <city> ) )"),
        (Schema().entities(["a", "b"]), "( [P] <entities> ( [E] <a> [E] <b> ) )"),
        (Schema().relations(["knows"]), "( [P] <knows> ( [R] <head> [R] <tail> ) )"),
        (Schema().relations({"knows": "Met"}), "( [P] <knows: Met> ( [R] <head> [R] <tail> ) )"),
        (Schema().structure("s").field("f", description="d").field("g").schema,
         "( [P] <s [DESCRIPTION] f: d> ( [C] <f> [C] <g> ) )"),
        (Schema().classification("t", ["a", "b"]), "( [P] <t> ( [L] <a> [L] <b> ) )"),
        (Schema().classification("t", {"a": "A"}, prompt="Q?", examples=[("x", "a")]),
         "( [P] <t: Q? [DESCRIPTION] a: A [EXAMPLE] x [OUTPUT] a> ( [L] <a> ) )"),
    ],
)  # fmt: skip
def test_how_a_task_is_laid_out(schema: Schema, elements: str) -> None:
    group = compiled(schema).groups[0]
    shown = [one if one in "()" or one in ("[P]", "[E]", "[R]", "[C]", "[L]") else f"<{one}>" for one in group.elements]
    assert " ".join(shown) == elements


def test_tasks_come_in_processing_order() -> None:
    schema = Schema().classification("t", ["a"]).relations(["r"]).entities(["e"]).structure("s").field("f").schema
    assert [(group.kind, group.name) for group in compiled(schema).groups] == [
        ("structure", "s"), ("entities", "entities"), ("relation", "r"), ("classification", "t"),
    ]  # fmt: skip


def test_attribute_labels_follow_the_entity_labels_in_order() -> None:
    groups = {"tone": AttributeGroup(["warm", "cold"]), "mood": AttributeGroup(["good"], qualify_labels=True)}
    prompt = compiled(Schema().entities(["film", "book"]).entity_attributes(groups))
    assert prompt.groups[0].labels == ("film", "book", "cold", "mood: good", "warm")


def test_choices_stand_before_the_text_and_keep_their_own_places() -> None:
    schema = (
        Schema().structure("s").field("f", choices=["a", "B c"]).field("plain").field("g", choices=["a"])
        .structure("t").field("h", choices=["x"]).schema
    )  # fmt: skip
    prompt = compiled(schema)
    assert prompt.prefix == (
        "(", "s:", "f", "(", "a", "|", "B c", ")", ",", "g", "(", "a", ")", ")", "(", "t:", "h", "(", "x", ")", ")",
    )  # fmt: skip
    assert prompt.choices == {("s", "f"): (4, 6), ("s", "g"): (11,), ("t", "h"): (18,)}


def test_ids_and_positions_of_one_text() -> None:
    encoded = PromptEncoder(Letters()).encode(compiled(Schema().entities(["ab", "c"])), split_words("De."))
    assert "".join(chr(one) if one > 1 else "#" for one in encoded.ids) == "(#entities(#ab#c))#de."
    assert (encoded.prompt_positions, encoded.label_positions) == ((1,), ((11, 14),))
    assert (encoded.word_positions, encoded.word_lengths, encoded.n_prefix) == ((19, 21), (2, 1), 0)


def test_tasks_are_parted_and_the_choice_prefix_counts_as_words() -> None:
    schema = Schema().structure("s").field("f", choices=["o"]).schema.classification("t", ["a"])
    encoded = PromptEncoder(Letters()).encode(compiled(schema), split_words("x."))
    assert "".join(chr(one) if one > 1 else "#" for one in encoded.ids) == "(#s(#f))#(#t(#a))#(s:f(o))x."
    assert (encoded.prompt_positions, encoded.label_positions) == ((1, 10), ((4,), (13,)))
    assert encoded.n_prefix == 7
    assert encoded.word_positions[-2:] == (26, 27)


def test_a_word_without_subwords_stands_where_the_next_one_begins() -> None:
    encoded = PromptEncoder(Letters()).encode(CompiledPrompt(Schema().tasks(), ()), split_words("a z b."))
    assert (encoded.word_positions, encoded.word_lengths) == ((1, 2, 2, 3), (1, 0, 1, 1))


def test_a_last_word_without_subwords_stands_at_the_last_position() -> None:
    words = split_words("a z.", limit=2)
    encoded = PromptEncoder(Letters()).encode(CompiledPrompt(Schema().tasks(), ()), words)
    assert (len(encoded.ids), encoded.word_positions) == (2, (1, 1))


def test_lengths_of_prompt_and_words() -> None:
    encoder = PromptEncoder(Letters())
    assert encoder.prompt_length(compiled(Schema().entities(["ab"]))) == len("(#entities(#ab))#")
    assert encoder.word_lengths(split_words("abc z d.")) == [3, 0, 1, 1]


def test_a_string_is_tokenised_once() -> None:
    tokenizer = Letters()
    encoder = PromptEncoder(tokenizer)
    for _ in range(3):
        encoder.encode(compiled(Schema().entities(["x"])), split_words("x y x."))
    assert sorted(tokenizer.asked) == sorted(set(tokenizer.asked))


def test_a_full_cache_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_module, "_CACHED_WORDS", 8)
    encoder = PromptEncoder(Letters())
    for text in ("aa b c.", "dd e f.", "aa b g."):
        assert encoder.word_lengths(split_words(text)) == [2, 1, 1, 1]


def test_threads_do_not_lose_each_other_s_words() -> None:
    encoder = PromptEncoder(Letters())
    wrong: list[str] = []

    def read(letter: str) -> None:
        for number in range(200):
            word = letter * (number % 40 + 1)
            if encoder.word_lengths(split_words(f"{word} {word}{letter}.")) != [len(word), len(word) + 1, 1]:
                wrong.append(word)

    threads = [threading.Thread(target=read, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
