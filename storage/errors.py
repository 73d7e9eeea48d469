"""What can go wrong with the store.

StorageError
├── OutputError          an output does not fit its text or schema
├── NotFoundError        no such project, document, prediction or annotation
├── AccessError          it belongs to somebody else
├── StaleError           somebody else saved in the meantime
├── DatabaseError        the database cannot be opened, read or written
│   └── NewerDatabaseError   written by a newer version of the workbench
└── BackupError          a backup is damaged, or cannot be made or taken back
"""

from __future__ import annotations


class StorageError(Exception):
    """The root."""


class OutputError(StorageError, ValueError):
    """An output does not fit its text or its schema; the message gives the place inside it."""


class NotFoundError(StorageError, LookupError):
    """There is no such row."""


class AccessError(StorageError):
    """It belongs to somebody else, or is none that somebody could have."""


class StaleError(StorageError):
    """The annotation was saved by somebody else since it was read.

    Attributes:
        seen: The revision that the caller had read.
        current: The revision that is stored.
    """

    def __init__(self, seen: int, current: int) -> None:
        super().__init__(
            f"this record was saved elsewhere in the meantime (revision {current}, yours began at {seen}); "
            "load it again, your version was not stored"
        )
        self.seen = seen
        self.current = current


class DatabaseError(StorageError):
    """The database cannot be opened, read or written."""


class NewerDatabaseError(DatabaseError):
    """The database was written by a newer version of the workbench."""


class BackupError(StorageError):
    """A backup is damaged, or cannot be made or taken back."""
