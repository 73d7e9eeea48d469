from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given

from gliner2_core.errors import InputError
from gliner2_core.words import Word, Words, split_words
from tests.strategies import documents


def forms(text: str, splitter: str = "whitespace") -> list[str]:
    return [word.form for word in split_words(text, splitter).items]  # type: ignore[arg-type]


def chars_of(words: Words, first: int, last: int) -> tuple[int, int]:
    return words.items[first].start, words.items[last].end


def words_in(words: Words, start: int, end: int) -> list[int]:
    return [index for index, word in enumerate(words.items[: words.n_real]) if start <= word.start and word.end <= end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tim Cook.", ["tim", "cook", "."]),
        ("co-op state_of_art well--known.", ["co-op", "state_of_art", "well", "-", "-", "known", "."]),
        ("see https://a.bc/d?e=f now.", ["see", "https://a.bc/d?e=f", "now", "."]),
        ("Jo.Doe@Mail.example.com, @Handle!", ["jo.doe@mail.example.com", ",", "@handle", "!"]),
        ("$1,000 100%?", ["$", "1", ",", "000", "100", "%", "?"]),
        ("क्षमा e\u0301te\u0301.", ["क्षमा", "e\u0301te\u0301", "."]),
        ("东京大学 a\u200db.", ["东京大学", "a\u200db", "."]),
        ("a\r\n\tb\u00a0c.", ["a", "b", "c", "."]),
    ],
)
def test_words_of_the_default_splitter(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("东京 a-b.", ["东", "京", "a-b."]), ("x@y+z_1 é!", ["x@y+z_1", "é", "!"])])
def test_words_of_the_char_splitter(text: str, expected: list[str]) -> None:
    assert forms(text, "char") == expected


@pytest.mark.parametrize("ending", [".", "!", "?"])
def test_nothing_is_added_to_a_closed_sentence(ending: str) -> None:
    words = split_words(f"Hi{ending}")
    assert words.items == (Word("hi", 0, 2), Word(ending, 2, 3))
    assert words.n_real == 2


def test_an_added_full_stop_is_no_real_word() -> None:
    words = split_words("Hi ")
    assert words.items == (Word("hi", 0, 2), Word(".", 3, 3))
    assert (words.n_real, words.text) == (1, "Hi ")


def test_an_address_that_swallows_the_added_full_stop_ends_with_the_text() -> None:
    words = split_words("see http://a.b")
    assert words.items[1] == Word("http://a.b.", 4, 14)
    assert words.n_real == 2


def test_an_empty_text_has_no_real_word() -> None:
    assert split_words("") == Words("", (Word(".", 0, 0),), 0)


def test_offsets_survive_letters_that_grow_in_lower_case() -> None:
    words = split_words("İİ Ankara.")
    assert [(word.start, word.end) for word in words.items] == [(0, 2), (3, 9), (9, 10)]


def test_limit_keeps_the_first_words_only() -> None:
    words = split_words("one two three", limit=2)
    assert [word.form for word in words.items] == ["one", "two"]
    assert words.n_real == 2


def test_a_callable_splits_and_its_words_are_lowered() -> None:
    def halves(text: str) -> Iterator[tuple[str, int, int]]:
        yield text[:2], 0, 2
        yield text[2:], 2, len(text)

    assert split_words("ABCD.", halves).items == (Word("ab", 0, 2), Word("cd.", 2, 5))


def test_an_unknown_splitter_is_refused() -> None:
    with pytest.raises(InputError, match="unknown word splitter 'spaces'; allowed: 'whitespace', 'char', or a callable"):
        split_words("", "spaces")  # type: ignore[arg-type]


@given(documents())
def test_words_lie_in_order_inside_the_text(text: str) -> None:
    words = split_words(text)
    places = [offset for word in words.items[: words.n_real] for offset in (word.start, word.end)]
    assert places == sorted(places)
    assert all(0 <= word.start < word.end <= len(text) for word in words.items[: words.n_real])


@given(documents())
def test_a_word_is_the_lowered_text_at_its_place(text: str) -> None:
    words = split_words(text)
    for word in words.items[: words.n_real]:
        assert word.form in (text[word.start : word.end].lower(), text[word.start : word.end].lower() + ".")


@given(documents())
def test_no_character_but_white_space_is_left_out(text: str) -> None:
    words = split_words(text)
    covered = {place for word in words.items for place in range(word.start, word.end)}
    assert not "".join(char for place, char in enumerate(text) if place not in covered).strip()


@given(documents(max_pieces=8))
def test_words_to_characters_and_back(text: str) -> None:
    words = split_words(text)
    for first in range(words.n_real):
        for last in range(first, words.n_real):
            assert words_in(words, *chars_of(words, first, last)) == list(range(first, last + 1))
