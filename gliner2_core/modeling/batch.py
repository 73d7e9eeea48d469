"""Encoded texts → padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from gliner2_core.prompt import EncodedText, GroupKind, PromptGroup


@dataclass(frozen=True, slots=True)
class Batch:
    """B texts with G groups in all, padded on the right.

    Attributes:
        input_ids: (B, S) long.
        attention_mask: (B, S) long, 1 where there is a subword.
        word_positions: (B, W) long, position of each word's first subword.
        word_lengths: (B, W) long, subwords of each word.
        word_mask: (B, W) bool.
        kinds: Kind of each group.
        group_text: (G,) long, the text a group belongs to.
        prompt_positions: (G,) long.
        label_positions: (G, L) long.
        label_mask: (G, L) bool.
    """

    input_ids: Tensor
    attention_mask: Tensor
    word_positions: Tensor
    word_lengths: Tensor
    word_mask: Tensor
    kinds: tuple[GroupKind, ...]
    group_text: Tensor
    prompt_positions: Tensor
    label_positions: Tensor
    label_mask: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch with every tensor on `device`."""
        tensors: dict[str, Any] = {
            field.name: value.to(device) for field in fields(self) if isinstance(value := getattr(self, field.name), Tensor)
        }
        return replace(self, **tensors)


def collate(texts: Sequence[EncodedText], groups: Sequence[Sequence[PromptGroup]], *, pad_id: int = 0) -> Batch:
    """Pad encoded texts to one batch.

    Args:
        texts: B encoded texts.
        groups: Per text the groups of its prompt.
        pad_id: Fills up ids; masked, so it changes nothing.

    Returns:
        The batch; groups are numbered text by text.
    """
    input_ids, attention_mask = pad_rows([text.ids for text in texts], pad_id)
    word_positions, word_mask = pad_rows([text.word_positions for text in texts])
    word_lengths, _ = pad_rows([text.word_lengths for text in texts])
    label_positions, label_mask = pad_rows([labels for text in texts for labels in text.label_positions])
    return Batch(
        input_ids,
        attention_mask.long(),
        word_positions,
        word_lengths,
        word_mask,
        tuple(group.kind for of_text in groups for group in of_text),
        torch.tensor([index for index, text in enumerate(texts) for _ in text.prompt_positions], dtype=torch.long),
        torch.tensor([position for text in texts for position in text.prompt_positions], dtype=torch.long),
        label_positions,
        label_mask,
    )


def pad_rows(rows: Sequence[Sequence[int]], fill: int = 0) -> tuple[Tensor, Tensor]:
    """Pad rows on the right: (R, longest) long values and (R, longest) bool mask."""
    width = max((len(row) for row in rows), default=0)
    values = torch.full((len(rows), width), fill, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.bool)
    for index, row in enumerate(rows):
        values[index, : len(row)] = torch.tensor(row, dtype=torch.long)
        mask[index, : len(row)] = True
    return values, mask
