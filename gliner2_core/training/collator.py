"""Target examples → one padded batch of inputs and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gliner2_core.modeling.batch import Batch, collate, pad_rows
from gliner2_core.prompt import PromptEncoder
from gliner2_core.training.targets import GroupTarget, TargetExample


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Inputs and targets of B texts with G groups.

    A query is one label of one instance; a text's queries stand one instance after the other.

    Attributes:
        inputs: What the model reads.
        max_instances: N, most instances of any group.
        query_rows: (B, Q) long into the flattened (N, G, L) queries of the model.
        query_mask: (B, Q) bool.
        gold_cells: (cells, 4) long: text, query, first word, width − 1 of every true span.
        typed_cells: (cells, 6) long: text, first query of the instance, its labels, the true one, word, width − 1.
        counts: (G,) long, -1 where no count is asked.
        is_entities, is_classification, is_single_label: (G,) bool.
        class_gold: (G, L) float, 1 for true labels of classifications.
        lengths: (B,) long, subwords per text; padding shows in B · max − sum.
    """

    inputs: Batch
    max_instances: int
    query_rows: Tensor
    query_mask: Tensor
    gold_cells: Tensor
    typed_cells: Tensor
    counts: Tensor
    is_entities: Tensor
    is_classification: Tensor
    is_single_label: Tensor
    class_gold: Tensor
    lengths: Tensor


def collate_targets(encoder: PromptEncoder, examples: Sequence[TargetExample], *, pad_id: int = 0) -> TrainingBatch:
    """Encode and pad examples with their targets."""
    encoded = [encoder.encode(example.prompt, example.words) for example in examples]
    inputs = collate(encoded, [example.prompt.groups for example in examples], pad_id=pad_id)
    n_groups, width = inputs.label_mask.shape
    rows: list[list[int]] = [[] for _ in examples]
    gold: list[tuple[int, ...]] = []
    typed: list[tuple[int, ...]] = []
    targets = [target for example in examples for target in example.targets]
    for group, (text, target) in enumerate(
        (text, target) for text, example in enumerate(examples) for target in example.targets
    ):
        for instance, fields in enumerate(target.spans):
            first = len(rows[text])
            rows[text] += [(instance * n_groups + group) * width + label for label in range(len(fields))]
            for label, spans in enumerate(fields):
                for span in spans:
                    cell = (span.start, span.end - span.start - 1)
                    gold.append((text, first + label, *cell))
                    if len(fields) > 1:
                        typed.append((text, first, len(fields), label, *cell))
    query_rows, query_mask = pad_rows(rows)
    return TrainingBatch(
        inputs,
        max([len(target.spans) for target in targets], default=0) or 1,
        query_rows,
        query_mask,
        torch.tensor(gold, dtype=torch.long).view(-1, 4),
        torch.tensor(typed, dtype=torch.long).view(-1, 6),
        torch.tensor([target.count for target in targets], dtype=torch.long),
        torch.tensor([kind == "entities" for kind in inputs.kinds], dtype=torch.bool),
        torch.tensor([kind == "classification" for kind in inputs.kinds], dtype=torch.bool),
        torch.tensor([bool(target.labels) and not target.is_multi_label for target in targets], dtype=torch.bool),
        _class_gold(targets, width),
        torch.tensor([len(text.ids) for text in encoded], dtype=torch.long),
    )


def _class_gold(targets: Sequence[GroupTarget], width: int) -> Tensor:
    gold = torch.zeros(len(targets), width)
    for index, target in enumerate(targets):
        if target.labels:
            gold[index, : len(target.labels)] = torch.tensor(target.labels, dtype=torch.float)
    return gold
