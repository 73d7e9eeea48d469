"""GLiNER's training format: the words of a text, and spans of words; the first and the last word both belong to a span."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from storage.formats.incoming import Incoming, IncomingError, listed, schema_of, text_of
from storage.formats.tally import Tally
from storage.formats.tokens import words_of
from storage.output_checks import read_output
from storage.records import Record


def gliner_line(record: Record, tally: Tally) -> str | None:
    """Return the line of a record; None if its text has no word."""
    assert record.head is not None
    output, words = record.head.output, words_of(record.text)
    tally.leave_out(output, ("entities",), "GLiNER")
    if not words.forms:
        tally.unused["its text has no word"] += 1
        return None
    ner = []
    for one in sorted(output.entities, key=lambda span: (span.start, span.end)):
        if not words.is_exact(one.start, one.end):
            tally.notes["mentions are widened to whole words, which GLiNER counts in"] += 1
        ner.append([*words.covering(one.start, one.end), one.label])
    found = {label for *_, label in ner}
    absent = [label for label in record.schema.get("entities", {}) if label not in found]
    return json.dumps({"tokenized_text": words.forms, "ner": ner, "ner_negatives": absent}, ensure_ascii=False)


def read_gliner(line: Mapping[str, Any]) -> Incoming:
    """Read a line; its text becomes the words with a space between each two, for the format keeps no other.

    Raises:
        IncomingError: If it holds something else, or a span lies behind the last word.
    """
    words = [text_of(word, "a word") for word in listed(line.get("tokenized_text"), "tokenized_text")]
    if not words:
        raise IncomingError("tokenized_text has no word")
    ends = list(accumulate((len(word) for word in words), lambda end, length: end + 1 + length))
    spans, labels = [], dict[str, None]()
    for one in listed(line.get("ner"), "ner"):
        first, last, label = one if isinstance(one, list) and len(one) == 3 else (None, None, None)
        if not (isinstance(first, int) and isinstance(last, int) and 0 <= first <= last < len(words)):
            raise IncomingError(f"a span must be [first word, last word, label] within {len(words)} words, got {one!r:.60}")
        labels[str(label)] = None
        spans.append({"start": ends[first] - len(words[first]), "end": ends[last], "label": str(label), "source": "human"})
    labels.update(dict.fromkeys(map(str, listed(line.get("ner_negatives", []), "ner_negatives"))))
    schema = schema_of(labels)
    return Incoming(" ".join(words), schema, read_output({"entities": spans}))
