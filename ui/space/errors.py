"""What is wrong with a Space's settings, files or place, in words for the one who publishes it."""

from __future__ import annotations


class SpaceError(Exception):
    """A Space cannot be checked or published as it is."""
