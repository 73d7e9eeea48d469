"""A project's submitted corrections as one file to download."""

from __future__ import annotations

import shutil
from pathlib import Path

from storage.formats import FORMATS
from ui import render
from ui.handlers.corrections import PROJECT
from ui.messages import PageError
from ui.services import Services

EXPORTS = {format_.words: name for name, format_ in FORMATS.items()}
"""What the page offers → format."""


def export_project(
    services: Services, project: str, kind: str, folder: Path, *, annotator: str = "", label: str = ""
) -> tuple[Path, str]:
    """Write an archive of a file a split and export.json; reads the store.

    Args:
        services: The store.
        project: Its name.
        kind: One of `EXPORTS`.
        folder: For the archive.
        annotator: Only this person's; empty for everybody's.
        label: Only corrections that hold it; empty for all.

    Returns:
        The archive, and what is in it in words.

    Raises:
        PageError: If the kind is none.
        StorageError: If there is nothing to export, or it cannot be written.
    """
    format_ = EXPORTS.get(kind)
    if format_ is None:
        raise PageError(f"Unknown export “{kind}”. Choose one of: {'; '.join(EXPORTS)}.")
    from storage.exports import export  # the database's libraries load when they are needed

    written = export(
        services.store(), project or PROJECT, folder / "files", format_,
        annotator=(annotator or "").strip() or None, label=(label or "").strip() or None,
    )  # fmt: skip
    archive = Path(shutil.make_archive(str(folder / f"corrections-{format_}"), "zip", folder / "files"))
    total = sum(one["records"] for one in written.files.values())
    parts = ", ".join(f"{one['records']} {name.partition('.')[0]}" for name, one in written.files.items())
    words = f"{render.counted(total, 'record', 'records')} ({parts})."
    for reason, number in {**written.unused, **written.notes}.items():
        words += f" {number}: {reason}."
    return archive, words
