"""Who signed in, as the store knows people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in.

    Attributes:
        subject: What the account is known by for ever; projects belong to it.
        name: What people call it, without a slash. It can change, and somebody else can take it then.
    """

    subject: str
    name: str
