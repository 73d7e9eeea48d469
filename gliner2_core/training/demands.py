"""What a run will need of memory and disk, told before it starts rather than when it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil

from gliner2_core.errors import InputError
from gliner2_core.modeling.model import Gliner2Model

FLOAT_BYTES = 4
STATES = 3
"""Gradient and AdamW's two moments, per trained weight."""
ACTIVATIONS_BYTES = 400_000_000
"""Of a batch of eight texts, with room to spare."""
KEPT_CHECKPOINTS = 3
"""Two stay, and a third is being written."""


def memory_needed(model: Gliner2Model) -> int:
    """Return the bytes that training takes beside the model itself; frozen weights need none."""
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    return trained * STATES * FLOAT_BYTES + ACTIVATIONS_BYTES


def disk_needed(model: Gliner2Model) -> int:
    """Return the bytes that a run's folder may grow to: checkpoints with the optimizer's state, best weights, the model."""
    n_weights = sum(weight.numel() for weight in model.parameters())
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    return FLOAT_BYTES * (KEPT_CHECKPOINTS * (n_weights + 2 * trained) + trained + n_weights)


def check_demands(model: Gliner2Model, folder: Path) -> None:
    """Refuse a run that memory or disk cannot hold.

    Args:
        model: As it will be trained.
        folder: Of the run; it exists.

    Raises:
        InputError: If one is short; says how much is needed and how much there is.
    """
    needed, free = memory_needed(model), psutil.virtual_memory().available
    if needed > free:
        raise InputError(
            f"training needs about {_gigabytes(needed)} of memory, {_gigabytes(free)} are free; close other programs, or "
            "train less with method 'heads' or 'lora'"
        )
    needed, free = disk_needed(model), shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{folder}: a run needs about {_gigabytes(needed)} of disk, {_gigabytes(free)} are free; make room, or choose a "
            "folder on another disk"
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
