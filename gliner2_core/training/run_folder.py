"""A run's folder: whose it is, and the newest sound checkpoint in it."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from gliner2_core.errors import InputError

RUN_FILE = "run.json"
LOG_FILE = "log.jsonl"
MODEL_FOLDER = "model"
ADAPTER_FOLDER = "adapter"
_STATE_FILE = "trainer_state.json"

logger = logging.getLogger(__name__)


def claim(folder: Path, facts: dict[str, Any]) -> None:
    """Write a run's facts into its folder, or check that they are those of the unfinished run that lies there.

    Args:
        folder: Made where missing.
        facts: What makes the run; its settings under `config`.

    Raises:
        InputError: If the folder holds another run, a finished one, facts that cannot be read, or anything that is no run.
    """
    path = folder / RUN_FILE
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; a run needs a folder")
    if not path.is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise InputError(f"{folder} holds files that are no run; choose a new folder, so that none is replaced")
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        return
    if (folder / MODEL_FOLDER / "config.json").is_file():
        raise InputError(f"{folder} holds a finished run; choose another folder or delete it")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as JSON ({error}); choose another folder or delete this one") from error
    different = _differences(found if isinstance(found, dict) else {}, json.loads(json.dumps(facts)))
    if different:
        raise InputError(
            f"{folder} holds an unfinished run with other settings: {', '.join(different)}; choose another folder, "
            "or repeat that run's settings to resume it"
        )


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest checkpoint of a run that can be read, or None.

    A kill while saving leaves a folder without the state file that is written last, a full disk may leave files that are cut
    off; such a checkpoint is passed over with a warning, and the one before it is taken.
    """
    found = [path for path in folder.glob("checkpoint-*") if (path / _STATE_FILE).is_file()]
    for path in sorted(found, key=lambda path: int(path.name.rpartition("-")[2]), reverse=True):
        fault = _fault_of(path)
        if fault is None:
            return path
        logger.warning("%s is damaged (%s); the run goes on from an earlier step", path, fault)
    return None


def _fault_of(checkpoint: Path) -> str | None:
    try:
        json.loads((checkpoint / _STATE_FILE).read_text(encoding="utf-8"))
    except ValueError as error:
        return f"{_STATE_FILE}: {error}"
    for path in sorted(checkpoint.iterdir()):
        try:
            if path.suffix == ".safetensors":
                with safe_open(path, "pt"):
                    pass
            elif path.suffix in (".pt", ".pth", ".bin") and path.name != "training_args.bin":
                with zipfile.ZipFile(path) as archive:
                    if (member := archive.testzip()) is not None:
                        return f"{path.name}: {member} does not match its checksum"
        except (SafetensorError, zipfile.BadZipFile, OSError) as error:
            return f"{path.name}: {error}"
    return None


def _differences(found: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """Return `setting: there X, here Y` for each difference."""
    there = {**found, **found.get("config", {}), "config": None}
    here = {**asked, **asked["config"], "config": None}
    return [f"{name}: there {there.get(name)}, here {value}" for name, value in here.items() if there.get(name) != value]
