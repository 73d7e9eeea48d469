"""Texts + one schema → predictions: cuts, batches, runs, joins. The one path behind every public method."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gliner2_core.batching import plan_batches
from gliner2_core.checkpoint import LoadedCheckpoint
from gliner2_core.decoding import Decoded, DecodeOptions, decide_classification, decode_batch
from gliner2_core.errors import InputError
from gliner2_core.modeling.batch import collate
from gliner2_core.modeling.encoder import window_of
from gliner2_core.predictions import OnWindow, Prediction
from gliner2_core.prompt import CompiledPrompt, EncodedText, PromptEncoder, compile_prompt
from gliner2_core.schema import Schema
from gliner2_core.windows import (
    merge_classifications,
    merge_entities,
    merge_relations,
    merge_structures,
    plan_windows,
)
from gliner2_core.words import SplitFunction, SplitterName, Words, split_words

LOOKAHEAD = 8
"""Batches' worth of texts that are sorted by length together."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One window of one document, encoded."""

    offset: int
    words: Words
    encoded: EncodedText


@dataclass(slots=True)
class _Document:
    """A text, what is asked of it, its windows, and what was found in each so far."""

    words: Words
    prompt: CompiledPrompt
    pieces: Sequence[_Piece]
    found: dict[int, Decoded] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_read(self) -> bool:
        return len(self.found) == len(self.pieces)


class Engine:
    """Runs a loaded checkpoint.

    Args:
        loaded: The checkpoint.
        splitter: Word splitter.
    """

    def __init__(self, loaded: LoadedCheckpoint, splitter: SplitterName | SplitFunction = "whitespace") -> None:
        self.loaded = loaded
        self.splitter = splitter
        self.encoder = PromptEncoder(loaded.tokenizer)
        self.window = window_of(loaded.encoder_config)

    def run(
        self,
        texts: Iterable[str],
        schemas: Schema | Iterable[Schema],
        options: DecodeOptions,
        *,
        batch_size: int,
        max_len: int | None = None,
        on_window: OnWindow | None = None,
    ) -> Iterator[Prediction]:
        """Yield one prediction per text, in order, as they become ready.

        Args:
            texts: Any number of texts; read as needed.
            schemas: One for all, or one per text.
            options: Threshold and overlap policy.
            batch_size: Most texts per pass.
            max_len: Keep only the first so many words of each text.
            on_window: See `OnWindow`.

        Raises:
            WindowError: If a schema leaves no room for text.
            ValidatorTimeout: If a user's regular expression runs too long.
            InputError: If there are not as many schemas as texts.
        """
        prompts = _Prompts(schemas)
        stream = iter(texts)
        while chunk := list(islice(stream, batch_size * LOOKAHEAD)):
            documents = [self._document(text, prompts.next(), max_len) for text in chunk]
            yield from self._read(documents, options, batch_size, on_window)
        prompts.expect_end()

    def _read(
        self, documents: Sequence[_Document], options: DecodeOptions, batch_size: int, on_window: OnWindow | None
    ) -> Iterator[Prediction]:
        windows = [(document, index) for document in documents for index in range(len(document.pieces))]
        lengths = [len(document.pieces[index].encoded.ids) for document, index in windows]
        n_read = n_answered = 0
        for members in plan_batches(lengths, batch_size):
            self._read_batch([windows[member] for member in members], options)
            n_read += len(members)
            if on_window is not None:
                on_window(n_read, len(windows))
            while n_answered < len(documents) and documents[n_answered].is_read:
                yield self._prediction(documents[n_answered], options)
                n_answered += 1

    def _read_batch(self, windows: Sequence[tuple[_Document, int]], options: DecodeOptions) -> None:
        started = time.perf_counter()
        pieces = [document.pieces[index] for document, index in windows]
        prompts = [document.prompt for document, _ in windows]
        found = decode_batch(
            self.loaded.model,
            collate([piece.encoded for piece in pieces], [prompt.groups for prompt in prompts]),
            prompts,
            [piece.words for piece in pieces],
            options,
        )
        share = (time.perf_counter() - started) / sum(len(piece.encoded.ids) for piece in pieces)
        for (document, index), piece, one in zip(windows, pieces, found, strict=True):
            document.found[index] = one
            document.seconds += share * len(piece.encoded.ids)

    def _document(self, text: str, prompt: CompiledPrompt, max_len: int | None) -> _Document:
        words = split_words(text, self.splitter, limit=max_len)
        return _Document(words, prompt, self._pieces(words, prompt))

    def _pieces(self, words: Words, prompt: CompiledPrompt) -> list[_Piece]:
        encoded = self.encoder.encode(prompt, words)
        if len(encoded.ids) <= self.window:
            return [_Piece(0, words, encoded)]
        prompt_length = self.encoder.prompt_length(prompt)
        room = self.window - prompt_length
        runs = plan_windows(words, self.encoder.word_lengths(words), room, prompt_length=prompt_length, window=self.window)
        pieces = []
        for run in runs:
            offset, end = words.items[run.start].start, words.items[run.end - 1].end
            part = split_words(words.text[offset:end], self.splitter)
            pieces.append(_Piece(offset, part, self.encoder.encode(prompt, part)))
        return pieces

    def _prediction(self, document: _Document, options: DecodeOptions) -> Prediction:
        words, tasks = document.words, document.prompt.tasks
        found = document.found[0]
        if len(document.pieces) > 1:
            offsets = [piece.offset for piece in document.pieces]
            all_found = [document.found[index] for index in range(len(document.pieces))]
            found = Decoded(
                merge_structures([one.structures for one in all_found], offsets),
                merge_entities([one.entities for one in all_found], offsets, options.overlap_policy),
                merge_relations([one.relations for one in all_found], offsets),
                merge_classifications(
                    [one.classifications for one in all_found],
                    [piece.words.n_real for piece in document.pieces],
                    tasks,
                    decide_classification,
                ),
                {name: sum(one.counts[name] for one in all_found) for name in found.counts},
            )
        return Prediction(
            text=words.text,
            checkpoint=self.loaded.info,
            threshold=options.threshold,
            overlap_policy=options.overlap_policy,
            structures=found.structures,
            entities=found.entities,
            has_entities=bool(tasks.entities),
            has_attributes=bool(tasks.attributes),
            relations=found.relations,
            classifications=found.classifications,
            counts=found.counts,
            windows=len(document.pieces),
            words=words.n_real,
            duration_s=document.seconds,
        )


class _Prompts:
    """Compiled prompts in text order; a schema is compiled once, not per text."""

    def __init__(self, schemas: Schema | Iterable[Schema]) -> None:
        self._one = compile_prompt(schemas.tasks()) if isinstance(schemas, Schema) else None
        self._stream = None if isinstance(schemas, Schema) else iter(schemas)
        self._known: dict[int, tuple[Schema, CompiledPrompt]] = {}
        self._n_used = 0

    def next(self) -> CompiledPrompt:
        """Return the prompt of the next text.

        Raises:
            InputError: If there is a schema per text, and none is left.
        """
        if self._one is not None:
            return self._one
        assert self._stream is not None
        schema = next(self._stream, None)
        if schema is None:
            raise InputError(f"there are more texts than schemas ({self._n_used}); give one schema per text, or one for all")
        self._n_used += 1
        if id(schema) not in self._known:
            self._known[id(schema)] = (schema, compile_prompt(schema.tasks()))
        return self._known[id(schema)][1]

    def expect_end(self) -> None:
        """Refuse schemas that no text was left for.

        Raises:
            InputError: If there are any.
        """
        if self._stream is not None and next(self._stream, None) is not None:
            raise InputError(f"there are more schemas than texts ({self._n_used}); give one schema per text, or one for all")
