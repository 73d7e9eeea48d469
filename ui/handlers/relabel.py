"""A label renamed, merged or deleted over a project, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gliner2_core.checks import checked_name
from ui import render
from ui.messages import PageError
from ui.services import Services

if TYPE_CHECKING:
    from storage.label_changes import Place
    from storage.relabelling import Relabelling

_HELD = {
    "entity": ("mention", "mentions"),
    "relation": ("pair", "pairs"),
    "structure": ("instance", "instances"),
    "field": ("value", "values"),
}


def labels_of(services: Services, project: str) -> list[str]:
    """Return the entity labels that a project's records are asked for."""
    found = services.store().bulk.labels(project)
    return next((labels for place, labels in found.items() if place.kind == "entity"), [])


def changeable(services: Services, project: str) -> dict[str, tuple[Place, str]]:
    """Return every label that can be changed: its words → where it is a label, and the label."""
    found = services.store().bulk.labels(project)
    return {_named(place, label): (place, label) for place, labels in found.items() for label in labels}


def _named(place: Place, label: str) -> str:
    if place.kind == "entity":
        return label
    return f"{label} ({place.kind} of {place.of})" if place.of else f"{label} ({place.kind})"


def seen_before(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Return what a change would do; changes nothing.

    Raises:
        PageError: If no label is chosen, or it is gone.
        InputError: If the model could not be asked for the new name.
        StorageError: If it cannot be done.
    """
    change = _change(services, project, label, becomes, is_preview=True)
    return f"{_told(change)} Nothing is changed yet."


def changed(services: Services, project: str, label: str | None, becomes: str) -> str:
    """Change it, and return what was done.

    Raises:
        PageError: If no label is chosen, or it is gone.
        InputError: If the model could not be asked for the new name.
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
    known = changeable(services, project)
    if label not in known:
        raise PageError(f"“{label}” is no label of “{project}” any more. It has: {', '.join(known) or 'none'}.")
    place, name = known[label]
    return services.store().bulk.relabel(project, name, _new(becomes), place=place, is_preview=is_preview)


def _new(becomes: str) -> str | None:
    new = (becomes or "").strip()
    return checked_name(new, "the new label") if new else None


def _told(change: Relabelling) -> str:
    kind, label = change.place.kind, f"“{change.label}”"
    if kind != "entity":
        label = f"The {kind} {label}" + (f" of “{change.place.of}”" if change.place.of else "")
    if change.becomes is None:
        what = f"{label} is deleted"
    elif change.is_merge:
        what = f"{label} is merged into “{change.becomes}”, which keeps its own description and threshold"
    else:
        what = f"{label} becomes “{change.becomes}”"
    held = "" if kind == "class" else f" with {render.counted(change.mentions, *_HELD[kind])}"
    return (
        f"{what}: in {render.counted(change.records, 'record', 'records')}, and in "
        f"{render.counted(change.corrections, 'correction', 'corrections')}{held}."
    )
