"""The store of documents, predictions and corrections. Knows neither the model nor the page: its contract is JSON."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from storage.errors import StorageError
from storage.outputs import Output
from storage.records import Checkpoint, Head, Record, Revision

if TYPE_CHECKING:
    from storage.store import AnnotationStore

__all__ = ["AnnotationStore", "Checkpoint", "Head", "Output", "Record", "Revision", "StorageError"]


def __getattr__(name: str) -> Any:
    """Load the database's libraries when the store is first named."""
    if name == "AnnotationStore":
        return import_module("storage.store").AnnotationStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
