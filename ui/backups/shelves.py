"""Where snapshots lie: a private dataset on the hub, or a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from storage.errors import BackupError
from ui.backups.snapshot import LISTED
from ui.hub_errors import is_unreachable


class Shelf(Protocol):
    """A place for snapshots; each method raises BackupError where it cannot be reached, in words without any secret."""

    name: str

    def listed(self) -> bytes | None:
        """Return the list's content; None if there is none yet."""

    def fetch(self, file: str, target: Path) -> None:
        """Copy a snapshot to a path."""

    def put(self, path: Path, file: str, listed: bytes, removed: Sequence[str]) -> None:
        """Add a snapshot, replace the list, and remove old ones: all of it, or nothing that the list names."""

    def forget_past(self, kept: str) -> None:
        """Let nothing remain of what was removed, so that nobody can take it back from a history."""


def shelf_of(place: str, token: str | None = None) -> Shelf:
    """Return the shelf that a setting names: `owner/name` is a dataset on the hub, anything else a folder."""
    is_folder = place.startswith(("/", ".", "~")) or place.count("/") != 1 or (os.sep == "\\" and "\\" in place)
    return FolderShelf(Path(place).expanduser()) if is_folder else HubShelf(place, token)


class FolderShelf:
    """A folder, such as a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def listed(self) -> bytes | None:
        """Return the list's content; None if there is none yet.

        Raises:
            BackupError: If it cannot be read.
        """
        with self._in_words():
            path = self._folder / LISTED
            return path.read_bytes() if path.exists() else None

    def fetch(self, file: str, target: Path) -> None:
        """Copy a snapshot to a path.

        Raises:
            BackupError: If it cannot be read.
        """
        with self._in_words():
            shutil.copyfile(self._folder / file, target)

    def put(self, path: Path, file: str, listed: bytes, removed: Sequence[str]) -> None:
        """Add a snapshot, then name it in the list, then remove old ones.

        Raises:
            BackupError: If it cannot be written.
        """
        with self._in_words():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(file, path.read_bytes())
            self._write(LISTED, listed)
            for name in removed:
                (self._folder / name).unlink(missing_ok=True)

    def forget_past(self, kept: str) -> None:
        """Do nothing: what is removed from a folder is gone."""

    def _write(self, name: str, content: bytes) -> None:
        part = self._folder / f".{name}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / name)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BackupError(f"the backup folder {self.name}: {error.strerror or error}") from error


class HubShelf:
    """A private dataset on the hub; it is made with the first snapshot.

    Args:
        repo: `owner/name`.
        token: With the right to write; None takes the stored one.
    """

    def __init__(self, repo: str, token: str | None) -> None:
        self.name = repo
        self._token = token

    def listed(self) -> bytes | None:
        """Return the list's content; None if dataset or list are not there yet.

        Raises:
            BackupError: If the hub refuses or cannot be reached.
        """
        from huggingface_hub import HfApi
        from huggingface_hub.errors import EntryNotFoundError

        with self._in_words(), TemporaryDirectory() as folder:
            api = HfApi(token=self._token)
            # A wrong token must not look like a dataset that is not there.
            api.whoami()
            if not api.repo_exists(self.name, repo_type="dataset"):
                return None
            try:
                return Path(self._download(LISTED, folder)).read_bytes()
            except EntryNotFoundError:
                return None

    def fetch(self, file: str, target: Path) -> None:
        """Copy a snapshot to a path.

        Raises:
            BackupError: If the hub refuses or cannot be reached.
        """
        with self._in_words(), TemporaryDirectory() as folder:
            shutil.copyfile(self._download(file, folder), target)

    def put(self, path: Path, file: str, listed: bytes, removed: Sequence[str]) -> None:
        """Add a snapshot, replace the list and remove old ones in one commit.

        Raises:
            BackupError: If the hub refuses or cannot be reached.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

        with self._in_words():
            api = HfApi(token=self._token)
            api.create_repo(self.name, repo_type="dataset", private=True, exist_ok=True)
            operations: list[CommitOperationAdd | CommitOperationDelete] = [
                CommitOperationAdd(file, path),
                CommitOperationAdd(LISTED, listed),
                *(CommitOperationDelete(name) for name in removed),
            ]
            api.create_commit(self.name, operations, commit_message="Snapshot", repo_type="dataset")

    def forget_past(self, kept: str) -> None:
        """Make the newest commit the only one, and delete the stored content of all files but one.

        Raises:
            BackupError: If the hub refuses or cannot be reached.
        """
        from huggingface_hub import HfApi

        with self._in_words():
            api = HfApi(token=self._token)
            api.super_squash_history(self.name, repo_type="dataset", commit_message="Snapshot")
            old = [one for one in api.list_lfs_files(self.name, repo_type="dataset") if one.filename != kept]
            api.permanently_delete_lfs_files(self.name, old, repo_type="dataset")

    def _download(self, file: str, folder: str) -> str:
        from huggingface_hub import HfApi

        return HfApi(token=self._token).hf_hub_download(self.name, file, repo_type="dataset", local_dir=folder)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

        try:
            yield
        except (LocalTokenNotFoundError, HFValidationError) as error:
            raise BackupError(f"the backup dataset {self.name}: {error}") from error
        except HfHubHTTPError as error:
            status = error.response.status_code if error.response is not None else None
            known = {401: "the token HF_TOKEN is not valid", 403: "the token HF_TOKEN may not write there"}
            words = known.get(status or 0, "it will be tried again")
            raise BackupError(f"the backup dataset {self.name}: the hub refused ({status}): {words}") from error
        except Exception as error:
            if is_unreachable(error):
                raise BackupError(f"the backup dataset {self.name}: the hub cannot be reached") from error
            raise
