"""Snapshots on a shelf: what was saved comes back, what is not sound does not, and the page says how things stand."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from storage import AnnotationStore
from storage.errors import BackupError
from storage.formats.incoming import Incoming
from storage.outputs import Output
from tests.ui.conftest import SMALL
from tests.ui.fake_hub import TOKEN, FakeHub, fake_hub
from ui.backups.keeper import Keeper
from ui.backups.shelves import FolderShelf, HubShelf, Shelf, shelf_of
from ui.backups.snapshot import KEPT, LISTED
from ui.handlers.backups import backup_words
from ui.health import health_of
from ui.messages import PageError
from ui.services import Services

SCHEMA = {"entities": {"person": ""}}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    (tmp_path / "sent").mkdir()
    with fake_hub(tmp_path / "sent") as serving:
        monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint=serving.address))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield serving


@pytest.fixture(params=["folder", "hub"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return FolderShelf(tmp_path / "shelf")
    request.getfixturevalue("hub")
    return HubShelf("me/backups", TOKEN)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "home" / "workbench.sqlite3"


def save(database: Path, *texts: str) -> None:
    """Store corrections of these texts."""
    store = AnnotationStore(database)
    for text in texts:
        incoming = Incoming(text=text, schema=SCHEMA, output=Output(), annotator="me")
        assert store.take("default", incoming)
    store.close()


def texts_of(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT text FROM documents")}


def lose(database: Path) -> None:
    """A new machine: nothing is left."""
    shutil.rmtree(database.parent)


def test_what_was_saved_comes_back_on_a_new_machine(shelf: Shelf, database: Path) -> None:
    keeper = Keeper(database, shelf)
    keeper.take_back()
    assert keeper.state.is_ready
    assert keeper.state.last_good is None
    save(database, "Ana", "Bo")
    keeper.snapshot()
    lose(database)
    again = Keeper(database, shelf)
    again.take_back()
    assert texts_of(database) == {"Ana", "Bo"}
    assert again.state.last_good == keeper.state.last_good
    assert again.state.refused == ()


def test_a_dataset_is_private(hub: FakeHub, database: Path) -> None:
    keeper = Keeper(database, HubShelf("me/backups", TOKEN))
    keeper.take_back()
    save(database, "Ana")
    keeper.snapshot()
    assert hub.repositories == {"me/backups": True}
    assert hub.kinds == {"me/backups": "dataset"}


def test_only_the_newest_are_kept(shelf: Shelf, database: Path, tmp_path: Path) -> None:
    keeper = Keeper(database, shelf)
    keeper.take_back()
    for number in range(KEPT + 2):
        save(database, f"text {number}")
        keeper.snapshot()
    lying = sorted(path.name for path in tmp_path.glob("s[he]*/*.sqlite3"))
    listed = json.loads(shelf.listed() or b"")["snapshots"]
    assert [one["n_saved"] for one in listed] == list(range(KEPT + 2, 2, -1))
    assert lying == sorted(one["file"] for one in listed)


def test_a_snapshot_without_changes_is_not_sent_again(shelf: Shelf, database: Path) -> None:
    keeper = Keeper(database, shelf)
    keeper.take_back()
    save(database, "Ana")
    keeper.snapshot()
    before = shelf.listed()
    keeper.snapshot()
    assert shelf.listed() == before


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5_000:9_000] = b"x" * 4_000
    path.write_bytes(content)


def _arm(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM revisions; END")
        connection.commit()


def _relist(folder: Path) -> None:
    """Make the list agree with the files, as somebody who may write there can."""
    from ui.backups.snapshot import sha256_of

    listed = json.loads((folder / LISTED).read_text())
    for one in listed["snapshots"]:
        one["sha256"], one["size"] = sha256_of(folder / one["file"]), (folder / one["file"]).stat().st_size
    (folder / LISTED).write_text(json.dumps(listed))


@pytest.mark.parametrize(
    ("poison", "is_relisted", "words"),
    [
        (_damage, False, "is not the file that was put there"),
        (_damage, True, "damaged|no sound database"),
        (lambda path: path.write_bytes(b"#!/bin/sh\nrm -rf ~\n"), True, "no sound database"),
        (_arm, True, r"holds a trigger \(t\)"),
    ],
)
def test_a_poisoned_snapshot_is_refused_and_the_one_before_it_taken(
    poison: Callable[[Path], object], is_relisted: bool, words: str, database: Path, tmp_path: Path
) -> None:
    shelf = FolderShelf(tmp_path / "shelf")
    keeper = Keeper(database, shelf)
    keeper.take_back()
    for text in ("Ana", "Bo"):
        save(database, text)
        keeper.snapshot()
    newest = json.loads(shelf.listed() or b"")["snapshots"][0]["file"]
    poison(tmp_path / "shelf" / newest)
    if is_relisted:
        _relist(tmp_path / "shelf")
    lose(database)
    again = Keeper(database, shelf)
    again.take_back()
    assert texts_of(database) == {"Ana"}
    assert re.search(words, again.state.refused[0])
    assert str(tmp_path) not in again.state.refused[0].replace(str(database), "")


@pytest.mark.parametrize(
    "listed",
    [
        "no JSON",
        "[]",
        '{"version": 2, "snapshots": []}',
        '{"version": 1, "snapshots": [{"file": "../../etc/passwd", "sha256": "%s", "size": 1, '
        '"made_at": "2026-11-01T00:00:00Z", "n_saved": 1}]}' % ("a" * 64),
    ],
)
def test_a_damaged_list_closes_the_store_and_is_left_as_it_is(listed: str, tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / LISTED).write_text(listed)
    services = Services(replace(SMALL, database=str(tmp_path / "w.sqlite3"), backup=str(tmp_path / "shelf")))
    assert services.keeper is not None
    services.keeper.start()
    try:
        _wait(lambda: services.keeper is not None and services.keeper.state.error is not None)
        with pytest.raises(PageError, match=r"Corrections open once their backup is read: .*no list of snapshots"):
            services.store()
        assert "wb-problem" in backup_words(services)
        assert health_of(services)["status"] == "failing"
    finally:
        services.close()
    assert (tmp_path / "shelf" / LISTED).read_text() == listed
    assert not (tmp_path / "w.sqlite3").exists()


def test_no_sound_snapshot_is_said(database: Path, tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "shelf")
    keeper = Keeper(database, shelf)
    keeper.take_back()
    save(database, "Ana")
    keeper.snapshot()
    for path in (tmp_path / "shelf").glob("*.sqlite3"):
        _damage(path)
    lose(database)
    with pytest.raises(BackupError, match=r"no snapshot of .* is sound"):
        Keeper(database, shelf).take_back()
    assert not database.exists()


def test_an_older_database_does_not_replace_a_fuller_backup(database: Path, tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "shelf")
    keeper = Keeper(database, shelf)
    keeper.take_back()
    save(database, "Ana", "Bo")
    keeper.snapshot()
    lose(database)
    save(database, "Cy")
    with pytest.raises(BackupError, match="holds 2 versions of corrections, the database here 1"):
        Keeper(database, shelf).take_back()


@pytest.mark.parametrize(("token", "words"), [("hf_wrong", "401.*not valid"), ("hf_reader", "403.*may not write")])
def test_a_refusal_of_the_hub_is_said_without_the_token(hub: FakeHub, token: str, words: str, database: Path) -> None:
    with pytest.raises(BackupError, match=words) as raised:
        Keeper(database, HubShelf("me/backups", token)).take_back()
    assert token not in str(raised.value)


def test_a_hub_that_is_not_there_is_said(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint="http://127.0.0.1:9"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(BackupError, match="cannot be reached"):
        Keeper(database, HubShelf("me/backups", TOKEN)).take_back()


@pytest.mark.parametrize(("minutes", "submits"), [(60, 2), (0.001, 1_000)])
def test_a_snapshot_follows_after_some_submits_or_some_time(
    minutes: float, submits: int, database: Path, tmp_path: Path
) -> None:
    keeper = Keeper(database, FolderShelf(tmp_path / "shelf"), minutes=minutes, submits=submits, tick_s=0.05)
    keeper.start()
    try:
        keeper.wait_until_ready()
        save(database, "Ana", "Bo")
        _wait(lambda: keeper.state.last_good is not None)
        assert not keeper.state.error
    finally:
        keeper.stop()


def test_a_last_snapshot_is_made_at_the_end(database: Path, tmp_path: Path) -> None:
    keeper = Keeper(database, FolderShelf(tmp_path / "shelf"), minutes=60)
    keeper.start()
    keeper.wait_until_ready()
    save(database, "Ana")
    keeper.stop()
    lose(database)
    Keeper(database, FolderShelf(tmp_path / "shelf")).take_back()
    assert texts_of(database) == {"Ana"}


def test_a_shelf_that_fails_is_said_and_tried_again(database: Path, tmp_path: Path) -> None:
    settings = replace(SMALL, database=str(database), backup=str(tmp_path / "shelf"))
    services = Services(settings)
    services.keeper = keeper = Keeper(database, FolderShelf(tmp_path / "shelf"), minutes=0.0001, tick_s=0.05)
    keeper.start()
    try:
        keeper.wait_until_ready()
        assert "nothing to back up yet" in backup_words(services)
        (tmp_path / "shelf").write_text("a file where the folder should be")
        save(database, "Ana")
        _wait(lambda: keeper.state.error is not None)
        assert "The backup fails" in backup_words(services)
        assert health_of(services)["backup"]["error"] == "failed"
        # Work goes on meanwhile.
        save(database, "Bo")
        (tmp_path / "shelf").unlink()
        _wait(lambda: keeper.state.last_good is not None)
        assert "less than a minute ago" in backup_words(services)
    finally:
        services.close()


def test_without_a_backup_nothing_is_said(tmp_path: Path) -> None:
    services = Services(replace(SMALL, database=str(tmp_path / "w.sqlite3")))
    assert services.keeper is None
    assert backup_words(services) == ""
    assert health_of(services)["backup"] == {"used": False, "error": None}


def test_names_of_datasets_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert isinstance(shelf_of("me/backups"), HubShelf)
    for place in (str(tmp_path), "./backups", "~/backups", "backups", "a/b/c"):
        assert isinstance(shelf_of(place), FolderShelf)


WRITER = """
import sys, time
from pathlib import Path
from tests.ui.test_backups import save
from ui.backups.keeper import Keeper
from ui.backups.shelves import FolderShelf
keeper = Keeper(Path(sys.argv[1]), FolderShelf(Path(sys.argv[2])), minutes=60, submits=5, tick_s=0.02)
keeper.start()
keeper.wait_until_ready()
for number in range(1_000):
    save(keeper.database, f"text {number}")
    print(number, keeper.state.last_good is not None, flush=True)
"""


def test_kill_9_loses_at_most_what_was_said(database: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(database), str(tmp_path / "shelf")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        saved = -1
        for line in writer.stdout:
            number, is_backed_up = line.split()
            saved = int(number)
            if saved >= 12 and is_backed_up == "True":
                break
        writer.send_signal(signal.SIGKILL)
    lose(database)
    keeper = Keeper(database, FolderShelf(tmp_path / "shelf"))
    keeper.take_back()
    back = texts_of(database)
    # What came first is there without a gap.
    assert back == {f"text {number}" for number in range(len(back))}
    assert len(back) >= 5
    assert keeper.state.refused == ()


def _wait(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends, "it did not happen within 20 seconds"
        time.sleep(0.02)


def test_what_is_forgotten_is_in_no_history_of_the_hub(hub: FakeHub, database: Path) -> None:
    keeper = Keeper(database, HubShelf("me/backups", TOKEN))
    keeper.take_back()
    for text in ("one", "two"):
        save(database, text)
        keeper.snapshot()
    former = {one.name for one in hub.folder.glob("*.sqlite3")}
    keeper.forget_past()
    (kept,) = hub.folder.glob("*.sqlite3")
    assert kept.name not in former
    assert former <= set(hub.deleted)
    assert hub.squashed == ["me/backups"]
    assert {f"of {name}" for name in former} <= set(hub.erased)
    assert f"of {kept.name}" not in hub.erased
    # The next one is kept beside it, as ever.
    save(database, "three")
    keeper.snapshot()
    assert len(list(hub.folder.glob("*.sqlite3"))) == 2
    assert hub.squashed == ["me/backups"]
