"""The Space: one source of its settings, and a hub on loopback that takes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.docs.conftest import ROOT
from tests.ui.fake_hub import TOKEN, FakeHub, fake_hub
from ui.health import PATH
from ui.space import publish as publishing
from ui.space.__main__ import main
from ui.space.errors import SpaceError
from ui.space.front_matter import differences, with_block
from ui.space.publish import plan, publish
from ui.space.spacefile import read_spacefile

GOOD = (ROOT / "Spacefile").read_text(encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small one: the files that are named, and folders with what must not be sent."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in publishing.FILES:
        shutil.copy(ROOT / name, folder / name)
    for name in (*publishing.FOLDERS, "tests", "ui/__pycache__"):
        (folder / name).mkdir()
    for name in (
        "ui/page.py", "storage/own.db", "ui/page.pyi", "ui/__pycache__/page.cpython-311.pyc", "tests/test.py", "notes.db",
        "gliner2_core/model.safetensors", "storage/app.log", ".env",
    ):  # fmt: skip
        (folder / name).write_text("x")
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    (tmp_path / "sent").mkdir()
    with fake_hub(tmp_path / "sent") as serving:
        monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint=serving.address))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield serving


def test_what_a_space_runs_is_sent_and_nothing_else(checkout: Path) -> None:
    assert list(plan(checkout).files) == [*publishing.FILES, "gliner2_core/model.safetensors", "ui/page.py"]


def test_a_space_is_made_and_brought_up_to_date(checkout: Path, hub: FakeHub) -> None:
    hub.secrets = ["OTHER"]
    done = publish(checkout, "me/space", token=TOKEN, is_private=True)
    assert done.address == f"{hub.address}/spaces/me/space"
    assert done.missing_secrets == ["DATABASE_URL", "HF_TOKEN", "WORKBENCH_PASSWORD"]
    assert hub.kinds == {"me/space": "space"}
    assert hub.repositories == {"me/space": True}
    assert hub.variables == read_spacefile(checkout / "Spacefile").variables
    sent = sorted(one.relative_to(hub.folder).as_posix() for one in hub.folder.rglob("*") if one.is_file())
    assert sent == sorted(plan(checkout).files)
    (checkout / "ui" / "page.py").rename(checkout / "ui" / "better.py")
    hub.secrets = ["DATABASE_URL", "HF_TOKEN", "WORKBENCH_PASSWORD"]
    assert publish(checkout, "me/space", token=TOKEN).missing_secrets == []
    assert hub.deleted == ["ui/page.py"]
    assert (hub.folder / "ui" / "better.py").is_file()


@pytest.mark.parametrize(
    ("repo", "token", "words"),
    [
        ("me/space", "hf_wrong", r"refused \(401\): the token is not valid"),
        ("me/space", "hf_reader", r"refused \(403\): the token may not write to me/space"),
        ("space", TOKEN, "'space': give it as owner/name"),
        ("me/../space", TOKEN, "give it as owner/name"),
        ("me/sp ace", TOKEN, "'me/sp ace': "),
    ],
)
def test_what_the_hub_refuses_is_told(checkout: Path, hub: FakeHub, repo: str, token: str, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        publish(checkout, repo, token=token)
    assert not hub.repositories


def test_an_unreachable_hub_is_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint="http://127.0.0.1:9"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(SpaceError, match="the hub cannot be reached"):
        publish(checkout, "me/space", token=TOKEN)


def test_a_dry_run_lists_and_sends_nothing(checkout: Path, hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "--repo", "me/space", "--dry-run", "--folder", str(checkout)]) == 0
    told = capsys.readouterr().out
    assert "ui/page.py\n" in told
    assert "variable WORKBENCH_MAX_ROWS=1000" in told
    assert "secret DATABASE_URL: to be set" in told
    assert not hub.tokens


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("README.md", ("title: GLiNER2 Workbench", "title: Other"), "README.md: title is 'Other', the Spacefile says"),
        ("README.md", ("---\n", ""), "README.md: title is None"),
        (
            "requirements.txt",
            ("gradio[oauth]>=6.31,<7", "gradio[oauth]>=6.32,<7"),
            "does not allow the Spacefile's sdk_version 6.31.0",
        ),
        ("Spacefile", ("app_file: app.py", "app_file: none.py"), "none.py: the Spacefile's app_file does not exist"),
    ],
)
def test_what_differs_is_named_and_not_published(
    checkout: Path, name: str, change: tuple[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / name
    path.write_text(path.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    assert main(["check", "--folder", str(checkout)]) == 1
    assert words in capsys.readouterr().out
    with pytest.raises(SpaceError, match=r"Run `python -m ui\.space write`"):
        plan(checkout)


def test_write_mends_the_block_and_leaves_the_rest(checkout: Path) -> None:
    readme = checkout / "README.md"
    whole = readme.read_text(encoding="utf-8")
    readme.write_text(whole.partition("\n---\n\n")[2], encoding="utf-8")
    assert main(["write", "--folder", str(checkout)]) == 0
    assert readme.read_text(encoding="utf-8") == whole
    spacefile = read_spacefile(checkout / "Spacefile")
    assert with_block(whole, spacefile) == whole
    assert list(differences(checkout, spacefile)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("colorTo: green", "colorTo: teal"), r"space\.colorTo: Input should be .*got 'teal'"),
        (GOOD.replace("sdk: gradio", "sdk: docker"), r"space\.sdk: .*got 'docker'"),
        (GOOD.replace("  license:", "  licence:"), r"space\.licence: Extra inputs are not permitted"),
        (GOOD.replace("[DATABASE_URL, HF_TOKEN, WORKBENCH_PASSWORD]", "[database url]"), r"secrets\.0: "),
        ("space: [", "line 1: not YAML"),
        ("", "Spacefile: .*got None"),
    ],
)
def test_a_wrong_spacefile_is_told_with_place_and_value(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "Spacefile"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpaceError, match=words):
        read_spacefile(path)


def test_a_missing_spacefile_and_a_large_file_are_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpaceError, match="cannot be read: No such file"):
        read_spacefile(checkout / "none")
    monkeypatch.setattr(publishing, "LARGEST_FILE", 10)
    with pytest.raises(SpaceError, match="a Space takes files up to 10"):
        plan(checkout)


def test_this_checkout_can_be_published() -> None:
    planned = plan(ROOT)
    assert {"app.py", "ui/space/publish.py", "gliner2_core/checkpoints/gliner2-mini/config.json"} <= set(planned.files)
    assert not [one for one in planned.files if one.startswith("tests/") or "__pycache__" in one]
    assert planned.size < 200_000_000


def test_the_container_holds_what_a_space_holds_and_asks_for_its_health() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {name.removeprefix("./") for line in lines if line.startswith("COPY") for name in line.split()[1:-1]}
    assert copied == {*publishing.FILES, *publishing.FOLDERS}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert any(f":7860{PATH}'" in line for line in lines)
    assert "USER 1000" in lines
