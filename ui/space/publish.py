"""A Space on the hub, made from a checkout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ui.hub_errors import is_unreachable
from ui.space.errors import SpaceError
from ui.space.front_matter import differences
from ui.space.spacefile import Spacefile, read_spacefile

FILES = ("app.py", "requirements.txt", "README.md", "Spacefile", "LICENSE")
FOLDERS = ("gliner2_core", "ui", "storage")
"""What a Space runs; tests, local databases and runs stay here."""
NOT_SENT = ("__pycache__", ".gradio")
ENDINGS_NOT_SENT = (".pyc", ".pyi", ".db", ".db-wal", ".db-shm", ".sqlite", ".log", ".part")
LARGEST_FILE = 10_000_000
"""Larger ones need another kind of storage on the hub, which the embedded checkpoint's shards avoid."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing sends.

    Attributes:
        files: Paths relative to the checkout.
        size: Of all of them, in bytes.
        spacefile: Settings.
    """

    files: Sequence[str]
    size: int
    spacefile: Spacefile


@dataclass(frozen=True, slots=True)
class Published:
    """Where the Space is, and which secrets it still lacks."""

    address: str
    missing_secrets: Sequence[str]


def plan(folder: Path) -> Plan:
    """List what would be sent from a checkout.

    Raises:
        SpaceError: If a file is missing or too large, or README does not fit to the Spacefile.
    """
    spacefile = read_spacefile(folder / "Spacefile")
    if faults := list(differences(folder, spacefile)):
        raise SpaceError("\n".join([*faults, "Run `python -m ui.space write`, or mend the Spacefile."]))
    if missing := [name for name in (*FILES, *FOLDERS) if not (folder / name).exists()]:
        raise SpaceError(f"{folder}: {', '.join(missing)} is missing; publish from a whole checkout")
    inside = [path for name in FOLDERS for path in sorted((folder / name).rglob("*")) if path.is_file() and _is_sent(path)]
    paths = [*(folder / name for name in FILES), *inside]
    for path in paths:
        if path.stat().st_size > LARGEST_FILE:
            raise SpaceError(f"{path}: {path.stat().st_size:,} bytes; a Space takes files up to {LARGEST_FILE:,}")
    return Plan(
        [path.relative_to(folder).as_posix() for path in paths], sum(path.stat().st_size for path in paths), spacefile
    )


def publish(folder: Path, repo: str, *, token: str | None = None, is_private: bool = False) -> Published:
    """Make the Space, or bring it up to date: files that a former version had and this one has not are removed.

    Args:
        folder: A checkout.
        repo: `owner/name`.
        token: With the right to write; None takes the stored one.
        is_private: Of a Space that is made.

    Raises:
        SpaceError: If the checkout cannot be published, or the hub refuses; says what to do.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    planned = plan(folder)
    if repo.count("/") != 1:
        raise SpaceError(f"--repo {repo!r}: give it as owner/name")
    api = HfApi(token=token)
    try:
        made = api.create_repo(
            repo, repo_type="space", space_sdk=planned.spacefile.space.sdk, private=is_private, exist_ok=True
        )
        for name, value in planned.spacefile.variables.items():
            api.add_space_variable(repo, name, value)
        api.upload_folder(
            repo_id=repo, repo_type="space", folder_path=folder, allow_patterns=list(planned.files),
            delete_patterns=["*.py", "*.js", "*.css", "*.html", "*.safetensors", "*.json", "*.md"],
            commit_message="Publish",
        )  # fmt: skip
        known = api.get_space_secrets(repo)
    except LocalTokenNotFoundError as error:
        raise SpaceError("there is no token: set HF_TOKEN to one that may write, or run `hf auth login`") from error
    except HFValidationError as error:
        raise SpaceError(f"--repo {repo!r}: {error}") from error
    except HfHubHTTPError as error:
        raise SpaceError(_refused(repo, error.response.status_code if error.response is not None else None)) from error
    except Exception as error:
        if is_unreachable(error):
            raise SpaceError(f"the hub cannot be reached (is HF_HUB_OFFLINE set?): {error}") from error
        raise
    return Published(str(made), [name for name in planned.spacefile.secrets if name not in known])


def _refused(repo: str, status: int | None) -> str:
    words = {
        401: "the token is not valid; make one that may write",
        402: "the account's plan does not allow it",
        403: f"the token may not write to {repo}; make one that may",
        404: f"there is no {repo}, or the token may not see it",
        429: "too many requests; try again in a few minutes",
    }
    return f"the hub refused ({status}): {words.get(status or 0, 'try again later')}"


def _is_sent(path: Path) -> bool:
    return not set(NOT_SENT) & set(path.parts) and not path.name.endswith(ENDINGS_NOT_SENT)
