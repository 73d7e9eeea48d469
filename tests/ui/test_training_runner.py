"""Training runs from the page: a child process each, one after the other, that survive kills and restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gliner2_core import GLiNER2
from storage import AnnotationStore, Checkpoint, Output
from storage.errors import NotFoundError
from storage.outputs import EntitySpan
from storage.runs import Run
from tests.tiny_model import BERT
from ui.handlers import training
from ui.messages import PageError
from ui.run_files import Point, RunFiles
from ui.services import Services
from ui.settings import Settings

NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea")
QUICK: dict[str, str | float] = {"epochs": 1, "replay": 0}
LONG: dict[str, str | float] = {"epochs": 2_000, "replay": 0, "patience": 2_000, "encoder_learning_rate": 1e-6}
WAIT_S = 180
RESTART = """
import sys, time
from ui.services import Services
from ui.settings import Settings
services = Services(Settings(database=sys.argv[1]))
services.take_up()
time.sleep(1)
runs, number = services.store().runs, int(sys.argv[2])
before = runs.get(number).status
services.trainer.cancel(number)
print(before, runs.get(number).status)
"""


@pytest.fixture
def keeping(tmp_path: Path) -> Services:
    """24 submitted records of “pets”, three of “few”."""
    services = Services(Settings(models=(str(BERT),), database=str(tmp_path / "w.sqlite3")))
    for project, texts in (
        ("pets", [f"{name} has {n} cats." for name in NAMES for n in (2, 3)]),
        ("few", ["Ann", "Bob", "Cleo"]),
    ):
        for text in texts:
            add(services.store(), project, text)
    return services


def add(store: AnnotationStore, project: str, text: str, label: str = "owner") -> None:
    found = Output(entities=(EntitySpan(start=0, end=len(text.split()[0]), label=label, source="human"),))
    at = store.add_prediction(project, text, {"entities": {label: {}}}, Output(), Checkpoint("m"))
    store.save(at.record_id, "ann", found, "submitted", seen=0)


def until(services: Services, run: Run, is_so: Callable[[Run], bool]) -> Run:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = services.store().runs.get(run.id)
        if is_so(found):
            return found
        time.sleep(0.1)
    pytest.fail(f"still {found.status} after {WAIT_S} s: {RunFiles(Path(run.folder)).last_words()}")


def learning(services: Services, run: Run) -> Run:
    """Wait until it has made a checkpoint, and something beyond it."""
    return until(services, run, lambda found: training.standing_of(found).step > 60)


def ended(run: Run) -> bool:
    return run.status in ("done", "failed", "cancelled")


def test_two_runs_follow_each_other_and_their_models_answer(keeping: Services) -> None:
    first = keeping.trainer.start("pets", None, "Owners", QUICK)
    second = keeping.trainer.start("pets", None, "Owners", QUICK, with_curve=True)
    assert (first.name, second.name) == ("Owners", "Owners 2")
    assert sum(first.config["records"].values()) == 24
    assert keeping.store().runs.get(second.id).status == "waiting"
    done = until(keeping, second, ended)
    assert [run.status for run in keeping.store().runs.all()] == ["done", "done"], done.message
    assert set(done.metrics) == {"test", "general", "curve", "warnings"}
    assert len(done.metrics["curve"]) == (4 if done.config["records"]["test"] else 0)
    assert keeping.models.offered == (str(BERT), "gliner2-mini", "Owners", "Owners 2")
    model = keeping.models.extractor("Owners")
    assert model.checkpoint.name == "Owners"
    again = GLiNER2.from_pretrained(done.artifact)
    assert again.extract_entities("Ann has cats.", ["owner"]) == keeping.models.extractor("Owners 2").extract_entities(
        "Ann has cats.", ["owner"]
    )
    assert "Before and after" in training.score_table(done)
    assert training.rows([done])[0][1:4] == ["Owners 2", "done", done.config["records"]["train"]]
    assert training.archive_of(done, Path(done.folder)).is_file()

    # Named, renamed, gone.
    keeping.trainer.rename(first.id, "Cat owners")
    assert "Cat owners" in keeping.models.offered
    with pytest.raises(PageError, match="A model is called “Owners 2” already"):
        keeping.trainer.rename(first.id, "Owners 2")
    keeping.trainer.delete(first.id)
    assert "Cat owners" not in keeping.models.offered
    assert not Path(first.folder).exists()
    with pytest.raises(PageError, match="This page does not open “Cat owners”"):
        keeping.models.extractor("Cat owners")

    # A restart of the app offers what was trained before.
    restarted = Services(keeping.settings)
    restarted.take_up()
    assert restarted.models.offered == (str(BERT), "gliner2-mini", "Owners 2")


def test_a_killed_run_says_so_and_goes_on_where_it_stopped(keeping: Services) -> None:
    run = learning(keeping, keeping.trainer.start("pets", None, "Killed", LONG))
    process = RunFiles(Path(run.folder)).process()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    failed = until(keeping, run, ended)
    assert failed.status == "failed"
    assert "“Resume” goes on where it stopped" in failed.message
    with pytest.raises(PageError, match="“Killed” has ended already"):
        keeping.trainer.cancel(run.id)
    keeping.trainer.resume(run.id)
    until(keeping, run, lambda found: training.standing_of(found).stage == "training" and found.status == "running")
    resumed = until(keeping, run, lambda found: training.standing_of(found).step > 60)
    with pytest.raises(PageError, match=r"goes on\. Cancel it first"):
        keeping.trainer.delete(resumed.id)

    # Another start of the app finds it training, and can end it.
    command = [sys.executable, "-c", RESTART, str(keeping.settings.database), str(run.id)]
    other = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT_S)
    assert other.stdout.strip() == "running cancelled", other.stderr
    assert until(keeping, run, ended).status == "cancelled"
    losses = [point.step for point in training.standing_of(run).losses]
    assert losses == sorted(set(losses))
    assert "was cancelled after" in training.progress_words(replace(run, status="cancelled"), training.standing_of(run))
    keeping.trainer.delete(run.id)
    assert not Path(run.folder).exists()


def test_too_few_records_are_refused_with_their_number(keeping: Services) -> None:
    with pytest.raises(PageError, match="“few” has 3 submitted records, at least 10 are needed"):
        keeping.trainer.start("few", None, "x")
    assert keeping.store().runs.all() == []


def test_runs_that_are_not_there(keeping: Services) -> None:
    for act in (keeping.trainer.cancel, keeping.trainer.resume, keeping.trainer.delete):
        with pytest.raises(NotFoundError, match="there is no training run 7"):
            act(7)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("magic", "", "", "", ""), "Unknown method “magic”"),
        ((training.CHOSEN, "0", "", "", ""), "The number of passes must be greater than 0 and at most 1000, got “0”"),
        ((training.CHOSEN, "", "2", "", ""), "The encoder's learning rate must be greater than 0 and at most 1, got “2”"),
        ((training.CHOSEN, "", "", "-1", ""), "The heads' learning rate must be greater than 0"),
        ((training.CHOSEN, "", "", "", "-0.5"), "The number of general examples per record must be at least 0"),
        ((training.CHOSEN, "many", "", "", ""), "got “many”. Leave it empty to have it chosen."),
        ((training.CHOSEN, "nan", "", "", ""), "got “nan”"),
    ],
)
def test_settings_out_of_range_are_refused(values: tuple[str, str, str, str, str], words: str) -> None:
    with pytest.raises(PageError) as raised:
        training.settings_of(*values)
    assert words in str(raised.value)


def test_settings_that_are_given_are_taken() -> None:
    assert training.settings_of(training.CHOSEN, "", " ", "", "") == {}
    assert training.settings_of("low-rank updates (lora)", "5", "1e-4", "", "0,5") == {
        "method": "lora", "epochs": 5, "encoder_learning_rate": 1e-4, "replay": 0.5,
    }  # fmt: skip


def test_what_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    files = RunFiles(tmp_path)
    assert files.standing().stage == ""
    lines = [
        '{"stage": "before", "at": 1.0}', '{"stage": "training", "at": 2.0}',
        '{"step": 1, "steps": 9, "loss": null, "at": 3.0}', '{"step": 2, "steps": 9, "loss": 4.5, "at": 4.0}',
        '{"step": 3, "steps": 9, "loss": 4.5, "at": 5.0}', '{"step": 4, "st',
    ]  # fmt: skip
    files.progress.write_text("\n".join(lines))
    standing = files.standing()
    assert (standing.stage, standing.step, standing.steps) == ("training", 3, 9)
    assert standing.losses == (Point(2, 4.5),)
    assert standing.seconds_left == 0.0
    assert files.last_words() == "The training ended early: it told nothing. “Resume” goes on where it stopped."
    files.log.write_text("step 1\nerror: the loss became nan at step 4; lower the learning rates\n")
    assert files.last_words() == "the loss became nan at step 4; lower the learning rates"
