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
    return services.store().bulk.labels(project)[None]


def changeable(services: Services, project: str) -> dict[str, tuple[str | None, str]]:
    """Return every label that can be changed: its words → its task, None for an entity label, and the label."""
    found = services.store().bulk.labels(project)
    return {
        (label if task is None else f"{label} (class of {task})"): (task, label)
        for task, labels in found.items()
        for label in labels
    }


def seen_before(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Return what a change would do; changes nothing.

    Raises:
        PageError: If no label is chosen.
        StorageError: If it cannot be done.
    """
    change = _change(services, project, label, becomes, is_preview=True)
    return f"{_told(change)} Nothing is changed yet."


def changed(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Change it, and return what was done.

    Raises:
        PageError: If no label is chosen.
        StorageError: If it cannot be done.
    """
    return f"Done. {_told(_change(services, project, label, becomes, is_preview=False))}"


def undone(services: Services, project: str) -> str:
    """Undo the newest change, and return which it was.

    Raises:
        StorageError: If there is none, or its records were saved since.
    """
    label, becomes = services.store().bulk.undo_relabel(project)
    return f"“{label}” is back" + (f", “{becomes}” is what it was before." if becomes else " with its mentions.")


def _change(services: Services, project: str, label: str | None, becomes: str, *, is_preview: bool) -> Relabelling:
    if not label:
        raise PageError("Choose the label first.")
    task, name = changeable(services, project).get(label, (None, label))
    return services.store().bulk.relabel(project, name, _new(becomes), task=task, is_preview=is_preview)


def _new(becomes: str) -> str | None:
    return (becomes or "").strip() or None


def _told(change: Relabelling) -> str:
    label = f"“{change.label}”" + (f" of “{change.task}”" if change.task else "")
    if change.becomes is None:
        what = f"{label} is deleted"
    elif change.is_merge:
        what = f"{label} is merged into “{change.becomes}”, which keeps its own description and threshold"
    else:
        what = f"{label} becomes “{change.becomes}”"
    held = render.counted(change.mentions, "mention", "mentions")
    return (
        f"{what}: in {render.counted(change.records, 'record', 'records')}, and in "
        f"{render.counted(change.corrections, 'correction', 'corrections')}{'' if change.task else f' with {held}'}."
    )
