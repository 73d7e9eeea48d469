"""What a card holds, and what may come back from a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MOST_CARDS = 1_000
"""More than these are no visitor's."""

Card = Mapping[str, Any]
"""What a visitor filled in: an input's key → its value."""
InputKind = Literal["text", "lines", "number", "check", "choice", "cards"]


@dataclass(frozen=True, slots=True)
class CardInput:
    """One input of a card.

    Attributes:
        key: Of the card's dict.
        label: Its visible and accessible name.
        kind: `text` and `number` hold a str, `lines` a str of several lines, `check` a bool, `choice` one of `options`,
            `cards` a list of nested cards.
        hint: What to write there.
        placeholder: An example.
        width: "" for a whole row, `half` or `small`.
        is_advanced: Folded away until it is opened or filled.
        options: Of a choice: (value, words).
        rows: Lines shown at first.
        card: Of nested cards.
        needs: Key of a check without which the input is off.
    """

    key: str
    label: str
    kind: InputKind = "text"
    hint: str = ""
    placeholder: str = ""
    width: str = ""
    is_advanced: bool = False
    options: tuple[tuple[str, str], ...] = ()
    rows: int = 3
    card: CardSpec | None = None
    needs: str = ""

    @property
    def empty(self) -> Any:
        """The value of an input that nobody touched."""
        return {"check": False, "cards": [], "choice": self.options[0][0] if self.options else ""}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class CardSpec:
    """A kind of card.

    Attributes:
        noun: What one is called: `task`, `field`.
        title: Key of the input whose value is shown as the card's name.
        inputs: In the order of the page.
        most: Most cards of a list.
        more: Words of the part that is folded away.
        start: Values of a new card where they are not empty.
    """

    noun: str
    title: str
    inputs: tuple[CardInput, ...]
    most: int
    more: str = "More"
    start: Mapping[str, Any] = field(default_factory=dict)

    def blank(self) -> dict[str, Any]:
        """Return a new card."""
        return {one.key: one.empty for one in self.inputs} | dict(self.start)

    def to_dict(self) -> dict[str, Any]:
        """Return what the script needs."""
        return {
            "noun": self.noun,
            "title": self.title,
            "add": f"Add a {self.noun}",
            "most": self.most,
            "more": self.more,
            "start": self.blank(),
            "inputs": [
                {
                    "key": one.key, "label": one.label, "kind": one.kind, "hint": one.hint, "needs": one.needs,
                    "placeholder": one.placeholder, "width": one.width, "advanced": one.is_advanced, "rows": one.rows,
                    "options": [list(pair) for pair in one.options], "empty": one.empty,
                    "card": one.card.to_dict() if one.card else None,
                }
                for one in self.inputs
            ],
        }  # fmt: skip


def checked_cards(spec: CardSpec, payload: Any) -> list[dict[str, Any]]:
    """Return cards with exactly the keys of their spec and values of the right type; anything else becomes empty."""
    if not isinstance(payload, list):
        return []
    # More than a list may have come through, to be refused in words; what no list could ever have does not.
    return [_checked(spec, card) for card in payload[:MOST_CARDS] if isinstance(card, dict)]


def _checked(spec: CardSpec, card: Mapping[str, Any]) -> dict[str, Any]:
    return {one.key: _value(one, card.get(one.key, one.empty)) for one in spec.inputs}


def _value(one: CardInput, value: Any) -> Any:
    if one.card is not None:
        return checked_cards(one.card, value)
    if one.kind == "check":
        return value is True
    if one.kind == "choice":
        return value if value in [option for option, _ in one.options] else one.empty
    return value if isinstance(value, str) else ""
