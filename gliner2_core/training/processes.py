"""Which process of a run this one is: `accelerate launch` starts several of the same command."""

from __future__ import annotations

import os


def rank() -> int:
    """Return the number of this process, from 0 on."""
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Whether this process is the one that writes and tells."""
    return rank() == 0
