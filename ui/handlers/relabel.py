"""A label renamed, merged or deleted over a project, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui import render
from ui.messages import PageError
from ui.services import Services

if TYPE_CHECKING:
    from storage.relabelling import Relabelling


def labels_of(services: Services, project: str) -> list[str]:
    """Return the entity labels that a project's records are asked for."""
    return services.store().bulk.entity_labels(project)


def seen_before(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Return what a change would do; changes nothing.

    Raises:
        PageError: If no label is chosen.
        StorageError: If it cannot be done.
    """
    change = services.store().bulk.relabel(project, _chosen(label), _new(becomes), is_preview=True)
    return f"{_told(change)} Nothing is changed yet."


def changed(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Change it, and return what was done.

    Raises:
        PageError: If no label is chosen.
        StorageError: If it cannot be done.
    """
    return f"Done. {_told(services.store().bulk.relabel(project, _chosen(label), _new(becomes)))}"


def undone(services: Services, project: str) -> str:
    """Undo the newest change, and return which it was.

    Raises:
        StorageError: If there is none, or its records were saved since.
    """
    label, becomes = services.store().bulk.undo_relabel(project)
    return f"“{label}” is back" + (f", “{becomes}” is what it was before." if becomes else " with its mentions.")


def _chosen(label: str | None) -> str:
    if not label:
        raise PageError("Choose the label first.")
    return label


def _new(becomes: str) -> str | None:
    return (becomes or "").strip() or None


def _told(change: Relabelling) -> str:
    if change.becomes is None:
        what = f"“{change.label}” is deleted"
    elif change.is_merge:
        what = f"“{change.label}” is merged into “{change.becomes}”, which keeps its own description and threshold"
    else:
        what = f"“{change.label}” becomes “{change.becomes}”"
    return (
        f"{what}: in {render.counted(change.records, 'record', 'records')}, and in "
        f"{render.counted(change.corrections, 'correction', 'corrections')} with "
        f"{render.counted(change.mentions, 'mention', 'mentions')}."
    )
