"""A list of cards that visitors fill in: they add, duplicate, move and remove them without waiting for the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from ui.card_list.cards import Card, CardInput, CardSpec, checked_cards
from ui.static_html import static_parts

__all__ = ["Card", "CardInput", "CardList", "CardSpec"]


class CardList(gr.HTML):
    """Edits a list of dicts, one per card.

    Text enters the page as properties of inputs and as text nodes, so that nothing in it can run. Listen to `.input`, and
    do not make the list an output of its own event: it would be drawn anew under the visitor's hands.

    Args:
        card: What a card holds.
        value: Cards to begin with.
        **options: Of gr.HTML.
    """

    def __init__(self, card: CardSpec, value: list[dict[str, Any]] | None = None, **options: Any) -> None:
        self.spec = card
        super().__init__(
            value=value or [],
            apply_default_css=False,
            **static_parts(Path(__file__).parent, card=card.to_dict(), list_id=options.get("elem_id", "cards")),
            **options,
        )

    def preprocess(self, payload: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return what the browser sent, held to the card's inputs; whatever else it sent is dropped."""
        if isinstance(payload, str):
            try:
                payload = json.loads(payload)
            except ValueError:
                payload = None
        return checked_cards(self.spec, payload)

    def postprocess(self, value: list[dict[str, Any]] | None) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return the cards for the browser."""
        return value or []

    def api_info(self) -> dict[str, Any]:
        """Describe the value."""
        return {"type": "array", "items": {"type": "object"}}
