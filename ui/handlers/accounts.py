"""What belongs to an account: who else sees its projects, and how it is deleted."""

from __future__ import annotations

from storage.errors import StorageError
from ui import render
from ui.messages import PageError, sentence
from ui.services import Services

NOTICE = (
    "What is stored: texts that you send to the corrections or import, what the model said of them, and your corrections, "
    "with the name of your account. You see them, people with whom you share a project, and whoever runs this page. "
    "Texts that you only try are not stored; files that you upload or download are deleted after a day."
)
UNSAFE = "This page has no backup: when it restarts, everything stored here is lost. Export what you want to keep."


def notice_words(services: Services) -> str:
    """Return what a visitor must know before signing in."""
    settings = services.settings
    if services.keeper is None and settings.is_on_this_disk():
        return f"{NOTICE} {UNSAFE}"
    return NOTICE


def claim_shared(services: Services) -> None:
    """Tie what was shared with the visitor's name to the visitor's account.

    Raises:
        PageError, StorageError: If nothing can be stored now.
    """
    services.store().sharing.claim()


def members_of(services: Services, project: str) -> list[str]:
    """Return with whom a project of one's own is shared; nobody where there is none, or it is somebody else's."""
    try:
        return services.store().sharing.members(project)
    except (StorageError, PageError):
        return []


def shared(services: Services, project: str, name: str) -> str:
    """Share a project, and return what that means.

    Raises:
        PageError: If no name is typed.
        StorageError: If it cannot be shared.
    """
    if not (name or "").strip():
        raise PageError("Type the name of the account that you share with.")
    services.store().sharing.share(project, name)
    return f"{name.strip()} can now see, correct and export “{project}”, and finds it among their projects."


def unshared(services: Services, project: str, name: str | None) -> str:
    """Share a project no longer, and return what that means.

    Raises:
        PageError: If nobody is chosen.
        StorageError: If it is not shared with them.
    """
    if not name:
        raise PageError("Choose who shall see it no longer.")
    services.store().sharing.unshare(project, name)
    return f"{name} sees “{project}” no longer. What they corrected stays."


def forgotten(services: Services) -> str:
    """Delete everything of the visitor, here and in the backup; returns what was deleted.

    Raises:
        PageError: If the visitor's training run goes on.
        StorageError: If it cannot be deleted.
    """
    store = services.store()
    services.reader.stop()
    for run in store.runs.all():
        services.trainer.delete(run.id)
    gone = store.forget()
    words = (
        f"Deleted: {render.counted(gone.projects, 'project', 'projects')} with "
        f"{render.counted(gone.records, 'record', 'records')}, "
        f"{render.counted(gone.versions, 'version', 'versions')} of corrections."
    )
    if services.keeper is None:
        return words
    try:
        services.keeper.forget_past()
    except StorageError as error:
        return f"{words} The backup still holds it: {sentence(str(error))} The next one that succeeds removes it there."
    return f"{words} The backup holds none of it any more."
