"""Settings: what the app is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PRECISIONS = ("float32", "bfloat16", "int8")
"""As the core has them, which would load torch."""
LIMITS = {
    "max_characters": "longest text, in characters",
    "max_labels": "most labels at once, of the entities or of one task",
    "max_tasks": "most classification tasks at once",
    "max_structures": "most structures at once",
    "max_fields": "most fields of a structure",
    "max_rows": "most texts of a file",
    "max_file_bytes": "largest upload, in bytes",
    "queue_size": "most requests that wait",
    "max_requests": "most requests of one visitor in a minute, where others than this machine reach the page",
    "backup_minutes": "minutes until a change is in the backup",
    "backup_submits": "saved corrections until they are in the backup",
}
"""Setting → what it limits. Each is an option, and an environment variable such as WORKBENCH_MAX_ROWS."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the app is started with.

    Attributes:
        models: Checkpoint folders or hub ids that are offered beside the embedded one, the default first.
        host, port: Where the page is served; None leaves the choice to Gradio (and its environment variables).
        max_characters: Longest text.
        max_labels: Most labels at once, of the entities or of one task.
        max_tasks: Most classification tasks at once.
        max_structures: Most structures at once.
        max_fields: Most fields of a structure.
        max_rows: Most texts of a file.
        max_file_bytes: Largest upload.
        queue_size: Most requests that wait.
        max_requests: Most requests of one visitor in a minute, where others than this machine reach the page.
        open_models: Whether visitors may open any folder of this machine and any hub id.
        max_models: Most models that stay loaded.
        mcp: Whether the endpoints for programs are also tools for MCP clients.
        database: Where corrections are kept; None for a file in the user's data folder.
        can_store: Whether results can be sent to the corrections.
        precision: What models multiply in: `float32`, `bfloat16` or `int8`.
        backup: Where snapshots of the database go: a dataset on the hub (`owner/name`) or a folder; None for none.
        backup_minutes: A change is there after so many minutes …
        backup_submits: … or after so many saved corrections.
        password: Without it nobody sees the page; None where everybody may who reaches it.
        has_json_log: Whether the log is lines of JSON, each request one.
        is_alone: Whether only this machine reaches the page.
        is_behind_proxy: Whether all requests come through a proxy that says where from.
        has_accounts: Whether visitors sign in with their account on the hub before they store anything; projects are
            then theirs.
        admins: Accounts that may train models on this machine, where there are accounts.
    """

    models: tuple[str, ...] = ()
    host: str | None = None
    port: int | None = None
    max_characters: int = 100_000
    max_labels: int = 100
    max_tasks: int = 12
    max_structures: int = 12
    max_fields: int = 40
    max_rows: int = 10_000
    max_file_bytes: int = 20_000_000
    queue_size: int = 50
    max_requests: int = 300
    open_models: bool = False
    max_models: int = 3
    mcp: bool = False
    database: str | None = None
    can_store: bool = True
    precision: str = "float32"
    backup: str | None = None
    backup_minutes: int = 5
    backup_submits: int = 20
    password: str | None = field(default=None, repr=False)
    has_json_log: bool = False
    is_alone: bool = True
    is_behind_proxy: bool = False
    has_accounts: bool = False
    admins: tuple[str, ...] = ()

    def runs_folder(self) -> Path:
        """Return where training runs lie: beside the database's file, else in the user's data folder."""
        from storage.engine import default_path  # the database's libraries load when they are needed

        return (self._store_file() or default_path()).parent / "runs"

    def backed_up_file(self) -> Path | None:
        """Return the database that snapshots are made of; None if none are."""
        return self._store_file() if self.backup and self.can_store else None

    def is_on_this_disk(self) -> bool:
        """Whether corrections lie in a file of this machine."""
        return self._store_file() is not None

    def has_store(self) -> bool:
        """Whether there is a store, so that nothing is made by looking."""
        path = self._store_file()
        return self.can_store and (path is None or path.is_file())

    def _store_file(self) -> Path | None:
        """Return the database's file; None if it is on a server."""
        from storage.engine import url_of  # see above

        url = url_of(self.database)
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
