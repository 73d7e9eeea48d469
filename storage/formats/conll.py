"""CoNLL: a word a line with its B-, I- or O tag, an empty line behind each text."""

from __future__ import annotations

from collections.abc import Sequence

from storage.formats.incoming import Incoming, IncomingError, schema_of
from storage.formats.tally import Tally
from storage.formats.tokens import words_of
from storage.output_checks import read_output
from storage.records import Record

OUTSIDE = "O"


def conll_block(record: Record, tally: Tally) -> str | None:
    """Return the lines of a record; None if its text has no word. Of overlapping spans the longest stays."""
    assert record.head is not None
    output, words = record.head.output, words_of(record.text)
    tally.leave_out(output, ("entities",), "CoNLL")
    if not words.forms:
        tally.unused["its text has no word"] += 1
        return None
    tags = [OUTSIDE] * len(words.forms)
    for one in sorted(output.entities, key=lambda span: (span.start - span.end, span.start, span.label)):
        first, last = words.covering(one.start, one.end)
        if any(tag != OUTSIDE for tag in tags[first : last + 1]):
            tally.notes["mentions are left out that overlap a longer one, CoNLL has one tag a word"] += 1
            continue
        if not words.is_exact(one.start, one.end):
            tally.notes["mentions are widened to whole words, which CoNLL tags"] += 1
        label = "_".join(one.label.split())
        tags[first : last + 1] = [f"B-{label}", *[f"I-{label}"] * (last - first)]
    return "".join(f"{form}\t{tag}\n" for form, tag in zip(words.forms, tags, strict=True))


def read_conll(lines: Sequence[str]) -> Incoming:
    """Read the lines of one text: a word, then its tag behind a tab or blanks; other columns between are passed over.

    Raises:
        IncomingError: If a line has no tag, or a tag is none.
    """
    text, spans, begun = "", [], None
    for line in lines:
        word, *rest = line.split()
        if not rest:
            raise IncomingError(f"“{line}” has no tag")
        kind, _, label = rest[-1].partition("-")
        if rest[-1] != OUTSIDE and (kind not in ("B", "I") or not label):
            raise IncomingError(f"“{rest[-1]}” is no tag; tags are O, B-label and I-label")
        text += " " if text else ""
        if kind == "I" and begun is not None and begun["label"] == label:
            begun["end"] = len(text) + len(word)
        elif kind == OUTSIDE:
            begun = None
        else:
            begun = {"start": len(text), "end": len(text) + len(word), "label": label, "source": "human"}
            spans.append(begun)
        text += word
    labels = dict.fromkeys(one["label"] for one in spans)
    schema = schema_of(map(str, labels))
    return Incoming(text, schema, read_output({"entities": spans}))
