"""Where the true mentions of a text are: pinned ones as given, the others at every occurrence."""

from __future__ import annotations

import re

from gliner2_core.errors import DataError
from gliner2_core.spans import CharSpan
from gliner2_core.training.gold import Mention, TrainingExample
from gliner2_core.training.metrics import LabelledSpan
from gliner2_core.words import Word, split_words


def gold_spans(example: TrainingExample) -> list[LabelledSpan]:
    """Return the true entity spans of an example.

    A mention without offsets stands for every place where its words occur. A place inside a longer true span is left out
    as long as another remains: "Paris" is no city within "Paris Hilton".

    Args:
        example: Its entities are read.

    Returns:
        Labelled spans, each once.

    Raises:
        DataError: If a mention occurs nowhere; the message names file and line.
    """
    words = _real_words(example.text)
    found = [
        (label, mention, mention_spans(mention, example, words))
        for label, mentions in example.entities.items()
        for mention in mentions
    ]
    everywhere = {span for _, _, spans in found for span in spans}
    labelled: dict[LabelledSpan, None] = {}
    for label, mention, spans in found:
        outside = [span for span in spans if not _is_inside(span, everywhere)]
        for span in spans if mention.is_pinned else outside or spans:
            labelled[LabelledSpan(label, span)] = None
    return list(labelled)


def mention_spans(mention: Mention, example: TrainingExample, words: list[Word]) -> list[CharSpan]:
    """Return the places of one mention.

    Args:
        mention: Pinned or not.
        example: The example it belongs to.
        words: The words of the example's text.

    Returns:
        At least one span, in text order.

    Raises:
        DataError: If the mention occurs nowhere.
    """
    if mention.start is not None and mention.end is not None:
        return [CharSpan(mention.start, mention.end)]
    sought = [word.form for word in _real_words(mention.text)]
    forms = [word.form for word in words]
    spans = [
        CharSpan(words[first].start, words[first + len(sought) - 1].end)
        for first in range(len(forms) - len(sought) + 1)
        if sought and forms[first : first + len(sought)] == sought
    ]
    # Inside a word no model span can match it; it still counts, as a miss.
    pattern = re.compile(re.escape(mention.text.strip()), re.IGNORECASE)
    spans = spans or [CharSpan(*match.span()) for match in pattern.finditer(example.text)]
    if not spans:
        raise DataError(f"{example.origin}: {mention.text!r} does not occur in the text")
    return spans


def _real_words(text: str) -> list[Word]:
    words = split_words(text)
    return list(words.items[: words.n_real])


def _is_inside(span: CharSpan, spans: set[CharSpan]) -> bool:
    return any(other != span and other.contains(span) for other in spans)
