"""Trains on submitted corrections behind the page: one run at a time in a child process, a queue behind it."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import psutil

from gliner2_core.predictions import EMBEDDED_NAME
from ui.messages import PageError, logged_words
from ui.run_files import RunFiles

if TYPE_CHECKING:
    from storage.runs import Run
    from ui.services import Services

ROOT = Path(__file__).parents[1]
LEAST_RECORDS = 10
"""Fewer submitted records than these teach nothing that can be measured."""
SAVE_STEPS = 50
"""A killed run loses at most so many steps."""
OPTIONS = {
    "method": "--method", "epochs": "--epochs", "encoder_learning_rate": "--encoder-lr", "head_learning_rate": "--head-lr",
    "replay": "--replay", "patience": "--patience", "batch_size": "--batch-size",
}  # fmt: skip
"""Setting → option of `python -m gliner2_core train`."""

logger = logging.getLogger(__name__)


class TrainingRunner:
    """Starts, watches, ends and resumes training runs; every run is a line of the store and a folder beside it.

    Args:
        services: Store and models.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._child: tuple[int, psutil.Process] | None = None

    def start(
        self,
        project: str,
        model: str | None,
        name: str,
        options: Mapping[str, str | float] = MappingProxyType({}),
        *,
        with_curve: bool = False,
    ) -> Run:
        """Export a project's submitted corrections and put a run on them into the queue.

        Args:
            project: Its name.
            model: What it starts from; None for the default.
            name: Of the model that it makes; a number is added where the name is taken.
            options: Settings of the run that are not to be chosen by the number of records: `TrainingConfig`'s.
            with_curve: Whether it tells if more records are worth it, too.

        Raises:
            PageError: If too few records are submitted, or none to learn from, or the visitor may not train here.
            StorageError: If the store or the folder cannot be written.
        """
        self._services.check_may_train()
        store, base = self._services.store(), self._services.models.checked(model)
        n_submitted = store.counts(project).submitted
        if n_submitted < LEAST_RECORDS:
            raise PageError(
                f"“{project}” has {n_submitted} submitted records, at least {LEAST_RECORDS} are needed. Submit more."
            )
        from storage.exports import export

        folder = _free_folder(self._services.settings.runs_folder())
        written = export(store, project, folder / "data")
        counts = {split: written.files[f"{split}.jsonl"]["records"] for split in ("train", "dev", "test")}
        if not counts["train"]:
            shutil.rmtree(folder)
            raise PageError(f"None of the {n_submitted} submitted records of “{project}” is one to learn from. Submit more.")
        # Noted whole, so that a newer version with other suggestions can resume it.
        settings = {**_suggested(counts, options), **options}
        config: dict[str, Any] = {
            "records": counts,
            "left_out": dict(written.unused),
            "settings": settings,
            "base": self._base(base),
        }
        config["curve"] = with_curve and counts["test"] > 0
        run = store.runs.add(project, base, self._free_name(name), str(folder), config)
        self.wake()
        return run

    def wake(self) -> None:
        """Offer the trained models, and go on with what waits or was interrupted; does nothing if that goes on already."""
        for run in self._services.whole_store().runs.all():
            if run.status == "done" and run.artifact and Path(run.artifact).is_dir():
                self._services.models.offer(run.name, run.artifact)
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, daemon=True)
                self._worker.start()

    def cancel(self, run_id: int) -> None:
        """End a run; it can be resumed.

        Raises:
            PageError: If it has ended already.
            StorageError: If there is none.
        """
        run = self._services.store().runs.get(run_id)
        if run.status not in ("waiting", "running"):
            raise PageError(f"“{run.name}” has ended already.")
        self._services.store().runs.change(run_id, status="cancelled", message="")
        with self._lock:
            child = self._child
        if child is not None and child[0] == run_id:
            _end(child[1])

    def resume(self, run_id: int) -> None:
        """Put a cancelled or failed run into the queue again; it goes on where it stopped.

        Raises:
            PageError: If it neither was cancelled nor failed, or the visitor may not train here.
            StorageError: If there is none.
        """
        self._services.check_may_train()
        run = self._services.store().runs.get(run_id)
        if run.status not in ("cancelled", "failed"):
            raise PageError(f"“{run.name}” {'is done' if run.status == 'done' else 'goes on'} already.")
        self._services.store().runs.change(run_id, status="waiting", message="")
        self.wake()

    def rename(self, run_id: int, name: str) -> Run:
        """Give a run's model another name.

        Raises:
            PageError: If a model is called so already.
            StorageError: If there is no such run, or the name is none.
        """
        runs, models = self._services.store().runs, self._services.models
        run, wanted = runs.get(run_id), name.strip()
        if wanted != run.name and wanted in self._taken():
            raise PageError(f"A model is called “{wanted}” already. Choose another name.")
        runs.change(run_id, name=wanted)
        models.withdraw(run.name)
        renamed = runs.get(run_id)
        if renamed.artifact:
            models.offer(renamed.name, renamed.artifact)
        return renamed

    def delete(self, run_id: int) -> None:
        """Delete a run with its model and files.

        Raises:
            PageError: If it goes on, or another run starts from its model.
            StorageError: If there is none.
        """
        runs = self._services.store().runs
        run = runs.get(run_id)
        if run.status in ("waiting", "running"):
            raise PageError(f"“{run.name}” goes on. Cancel it first.")
        users = [
            one.name
            for one in self._services.whole_store().runs.all()
            if one.base == run.name and one.status in ("waiting", "running")
        ]
        if users:
            raise PageError(f"“{users[0]}” starts from “{run.name}”. Wait for its end, or cancel it.")
        self._services.models.withdraw(run.name)
        runs.remove(run_id)
        if run.folder:
            shutil.rmtree(run.folder, ignore_errors=True)

    def _work(self) -> None:
        try:
            while (run := self._next()) is not None:
                self._train(run)
        except Exception:  # A thread of its own: nobody else would hear of it. The next start takes the queue up again.
            logger.exception("the queue of training runs ended")

    def _next(self) -> Run | None:
        """Return the run that was interrupted, else the one that waits longest."""
        runs = self._services.whole_store().runs.all()
        ongoing = [run for run in reversed(runs) if run.status == "running"]
        return next((run for run in [*ongoing, *reversed(runs)] if run.status in ("running", "waiting")), None)

    def _train(self, run: Run) -> None:
        runs, files = self._services.whole_store().runs, RunFiles(Path(run.folder))
        runs.change(run.id, status="running", message="")
        try:
            child = files.process() or self._spawn(run, files)
            with self._lock:
                self._child = (run.id, child)
            child.wait()
        except Exception as error:  # noqa: BLE001 - the run tells it, whatever it is; the log gets the trace
            runs.change(run.id, status="failed", message=logged_words(error))
            return
        finally:
            with self._lock:
                self._child = None
        if runs.get(run.id).status == "cancelled":
            return
        if not files.is_done():
            runs.change(run.id, status="failed", message=files.last_words())
            return
        runs.change(run.id, status="done", metrics=files.metrics(), artifact=str(files.model))
        self._services.models.offer(runs.get(run.id).name, str(files.model))

    def _spawn(self, run: Run, files: RunFiles) -> psutil.Process:
        base = run.config.get("base")
        command = [sys.executable, "-m", "gliner2_core", "train", str(files.data("train")), "--out", str(files.run)]
        command += ["--progress", str(files.progress), "--save-steps", str(SAVE_STEPS)]
        for split in ("dev", "test"):
            if run.config["records"][split]:
                command += [f"--{split}", str(files.data(split))]
        command += ["--model", str(base)] if base else []
        command += ["--curve"] if run.config.get("curve") else []
        for setting, option in OPTIONS.items():
            command += [option, str(run.config["settings"][setting])]
        nice = ["nice"] if shutil.which("nice") else []
        with files.log.open("ab") as log:
            # A session of its own: Ctrl+C at the page's terminal does not end it half way through a file.
            child = psutil.Popen(
                [*nice, *command], cwd=ROOT, env=_environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        files.note_process(child.pid)
        return child

    def _base(self, model: str) -> str | None:
        return None if model == EMBEDDED_NAME else self._services.models.source(model)

    def _taken(self) -> set[str]:
        return {*self._services.models.offered, *(run.name for run in self._services.whole_store().runs.all())}

    def _free_name(self, name: str) -> str:
        wanted, taken = name.strip() or "My model", self._taken()
        names = [wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 3))]
        return next(one for one in names if one not in taken)


def _suggested(counts: Mapping[str, int], options: Mapping[str, Any]) -> dict[str, Any]:
    from gliner2_core.training.advice import counted, suggested  # torch loads when it is needed

    n_learned, n_dev = counted(counts["train"], counts["dev"])
    chosen = suggested(n_learned, has_dev=n_dev > 0, method=options.get("method", "full"))
    settings = chosen.to_dict()
    return {setting: settings[setting] for setting in OPTIONS}


def _free_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.name) for path in parent.iterdir() if path.name.isdecimal()]
    folder = parent / str(max(numbers, default=0) + 1)
    folder.mkdir()
    return folder


def _environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        process.wait(10)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
