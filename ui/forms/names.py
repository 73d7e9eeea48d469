"""Names of cards: each card has one, and no two the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ui.card_list import Card
from ui.messages import PageError


def named_cards(
    cards: Sequence[Card], missing: Callable[[int], str], twice: Callable[[str], str]
) -> Iterator[tuple[str, Card]]:
    """Yield cards with their names.

    Args:
        cards: With a `name`.
        missing: Number of a card without a name, from 1 → what to say.
        twice: A name that an earlier card has → what to say.

    Yields:
        The name, stripped, and the card.

    Raises:
        PageError: With the first card that has no name of its own.
    """
    names: set[str] = set()
    for number, card in enumerate(cards, 1):
        name = card["name"].strip()
        if not name:
            raise PageError(missing(number))
        if name in names:
            raise PageError(twice(name))
        names.add(name)
        yield name, card
