"""Texts + one schema → predictions: cuts, batches, runs, joins. The one path behind every public method."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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

PADDING_LIMIT = 0.1
"""A batch may hold at most this share of padding: on a CPU, computing padding costs more than a second batch."""
LOOKAHEAD = 8
"""Batches' worth of texts that are sorted by length together."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One window of one document, encoded."""

    document: int
    offset: int
    prompt: CompiledPrompt
    words: Words
    encoded: EncodedText


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Texts that are planned together: what is asked of each, and all their windows."""

    asked: Sequence[tuple[Words, CompiledPrompt]]
    pieces: Sequence[_Piece]


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
            encoded = self._encoded(chunk, [prompts.next() for _ in chunk], max_len)
            yield from self._run_chunk(encoded, options, batch_size, on_window)
        prompts.expect_end()

    def _encoded(self, texts: Sequence[str], prompts: Sequence[CompiledPrompt], max_len: int | None) -> _Chunk:
        documents = [split_words(text, self.splitter, limit=max_len) for text in texts]
        asked = list(zip(documents, prompts, strict=True))
        return _Chunk(asked, [piece for index, one in enumerate(asked) for piece in self._pieces(index, *one)])

    def _run_chunk(
        self, chunk: _Chunk, options: DecodeOptions, batch_size: int, on_window: OnWindow | None
    ) -> Iterator[Prediction]:
        pieces = chunk.pieces
        decoded: list[Decoded | None] = [None] * len(pieces)
        seconds = [0.0] * len(chunk.asked)
        n_done = 0
        for members in plan_batches([len(piece.encoded.ids) for piece in pieces], batch_size):
            started = time.perf_counter()
            batch = [pieces[index] for index in members]
            found = decode_batch(
                self.loaded.model,
                collate([piece.encoded for piece in batch], [piece.prompt.groups for piece in batch]),
                [piece.prompt for piece in batch],
                [piece.words for piece in batch],
                options,
            )
            share = (time.perf_counter() - started) / sum(len(piece.encoded.ids) for piece in batch)
            for index, one in zip(members, found, strict=True):
                decoded[index] = one
                seconds[pieces[index].document] += share * len(pieces[index].encoded.ids)
            n_done += len(members)
            if on_window is not None:
                on_window(n_done, len(pieces))
        for index, (words, prompt) in enumerate(chunk.asked):
            own = [(piece, one) for piece, one in zip(pieces, decoded, strict=True) if piece.document == index and one]
            yield self._joined(words, prompt, own, options, seconds[index])

    def _pieces(self, document: int, words: Words, prompt: CompiledPrompt) -> list[_Piece]:
        encoded = self.encoder.encode(prompt, words)
        if len(encoded.ids) <= self.window:
            return [_Piece(document, 0, prompt, words, encoded)]
        prompt_length = self.encoder.prompt_length(prompt)
        room = self.window - prompt_length
        runs = plan_windows(words, self.encoder.word_lengths(words), room, prompt_length=prompt_length, window=self.window)
        pieces = []
        for run in runs:
            offset, end = words.items[run.start].start, words.items[run.end - 1].end
            part = split_words(words.text[offset:end], self.splitter)
            pieces.append(_Piece(document, offset, prompt, part, self.encoder.encode(prompt, part)))
        return pieces

    def _joined(
        self,
        words: Words,
        prompt: CompiledPrompt,
        parts: Sequence[tuple[_Piece, Decoded]],
        options: DecodeOptions,
        seconds: float,
    ) -> Prediction:
        found = parts[0][1]
        if len(parts) > 1:
            offsets = [piece.offset for piece, _ in parts]
            all_found = [one for _, one in parts]
            found = Decoded(
                merge_structures([one.structures for one in all_found], offsets),
                merge_entities([one.entities for one in all_found], offsets, options.overlap_policy),
                merge_relations([one.relations for one in all_found], offsets),
                merge_classifications(
                    [one.classifications for one in all_found],
                    [piece.words.n_real for piece, _ in parts],
                    prompt.tasks,
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
            has_entities=bool(prompt.tasks.entities),
            has_attributes=bool(prompt.tasks.attributes),
            relations=found.relations,
            classifications=found.classifications,
            counts=found.counts,
            windows=len(parts),
            words=words.n_real,
            duration_s=seconds,
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


def plan_batches(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Group texts of similar length.

    Args:
        lengths: Subwords of each text.
        batch_size: Most texts per batch.

    Returns:
        Indices per batch; every index once, at most `PADDING_LIMIT` of a batch is padding.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda one: lengths[one]):
        current = batches[-1] if batches else []
        total = sum(lengths[one] for one in current) + lengths[index]
        room = lengths[index] * (len(current) + 1)
        if current and len(current) < batch_size and room - total <= PADDING_LIMIT * room:
            current.append(index)
        else:
            batches.append([index])
    return batches
