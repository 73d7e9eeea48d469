"""The app as a Space starts it: what `publish` sends, in a folder that it cannot write, without a hub.

Then it is stopped, and started again on a machine that has nothing but the backup.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

from tests.docs.conftest import ROOT
from ui.space.publish import plan

USER = 1_000
"""As which Spaces run."""
MOST_MEMORY_MB = 2_000
"""Of 16 GB; the model and its libraries take 0.6."""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a Space holds, as nobody can change it."""
    folder = tmp_path_factory.mktemp("space") / "app"
    for name in plan(ROOT).files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    _open_way_to(folder)
    return folder


class Space:
    """A running one."""

    def __init__(self, code: Path, home: Path, shelf: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "SPACE_ID": "me/workbench", "HF_HUB_OFFLINE": "1",
            "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(self.port),
            "DATABASE_URL": str(home / "data" / "workbench.sqlite3"), "WORKBENCH_BACKUP": str(shelf),
        }  # fmt: skip
        self.code, self.home = code, home
        self.log = home / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*_powerless(), sys.executable, "app.py"], cwd=code, env=self.environment, stdout=log, stderr=log
            )

    def health(self) -> dict[str, Any]:
        request = f"http://127.0.0.1:{self.port}/health"
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        except OSError:
            return {"status": "starting"}
        return found

    def wait_until(self, name: str, value: object) -> dict[str, Any]:
        ends = time.monotonic() + 180
        while (found := self.health()).get(name) != value:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < ends, found
            time.sleep(0.2)
        return found

    def store_command(self, *arguments: str) -> str:
        done = subprocess.run(
            [*_powerless(), sys.executable, "-m", "storage", *arguments], cwd=self.code, env=self.environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def memory_mb(self) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


@contextmanager
def space(code: Path, home: Path, shelf: Path) -> Iterator[Space]:
    for folder in (home, shelf):
        folder.mkdir(exist_ok=True)
        if f"--reuid={USER}" in _powerless():
            os.chown(folder, USER, USER)
    _open_way_to(home)
    _open_way_to(shelf)
    running = Space(code, home, shelf)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(30)


@cache
def _powerless() -> tuple[str, ...]:
    """Return what starts a program as user 1000; where Python lies in root's home, as a root who may no more than others."""
    if os.getuid() != 0:
        return ()
    other = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
    if subprocess.run([*other, sys.executable, "-c", "import gradio"], capture_output=True, check=False).returncode == 0:
        return other
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


def _open_way_to(folder: Path) -> None:
    """Let others pass the folders above, which pytest closes."""
    for parent in folder.parents:
        if parent.owner() == Path.home().owner() and "pytest" in str(parent):
            parent.chmod(parent.stat().st_mode | 0o055)


def test_a_space_answers_keeps_what_was_saved_and_takes_it_back(code: Path, tmp_path: Path) -> None:
    before = sorted(code.rglob("*"))
    touch = subprocess.run([*_powerless(), "touch", str(code / "new")], capture_output=True, check=False)
    assert touch.returncode != 0, "the code folder can be written"
    shelf = tmp_path / "shelf"
    lines = tmp_path / "corrections.jsonl"
    lines.write_text(
        json.dumps({"input": "Ana Ruiz lives in Oslo.", "output": {"entities": {"person": ["Ana Ruiz"]}}}) + "\n"
    )
    started = time.monotonic()
    with space(code, tmp_path / "first", shelf) as first:
        lines.chmod(0o644)
        _open_way_to(lines)
        found = first.wait_until("status", "ok")
        print(f"cold start: {time.monotonic() - started:.1f} s")  # noqa: T201
        assert found["backup"]["ready"]
        client = Client(f"http://127.0.0.1:{first.port}", verbose=False, analytics_enabled=False)
        answer = client.predict("Ana Ruiz lives in Oslo.", ["person", "city"], api_name="/extract_entities")
        assert [one["text"] for one in answer["entities"]["person"]] == ["Ana Ruiz"]
        client.close()
        assert "1 records added" in first.store_command("import", str(lines), "--format", "gliner2")
        assert first.health()["database"] == {"used": True, "writable": True, "error": None}
        assert first.memory_mb() < MOST_MEMORY_MB
        # A host ends it so.
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(60) == 0, first.log.read_text()
    assert sorted(code.rglob("*")) == before
    assert (shelf / "snapshots.json").is_file()
    assert "Ruiz" not in first.log.read_text()

    with space(code, tmp_path / "second", shelf) as second:
        assert second.wait_until("status", "ok")["backup"]["age_seconds"] is not None
        assert "1 documents" in second.store_command("check")
