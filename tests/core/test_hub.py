"""Checkpoints by hub id, from a cache on disk; nothing is fetched."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from gliner2_core import GLiNER2
from gliner2_core.errors import CheckpointError, InputTypeError
from gliner2_core.predictions import CheckpointInfo
from tests.tiny_model import BERT, DEBERTA, recorded_extractor, tiny_extractor

REPO = "someone/tiny-model"
MAIN, TAGGED = "a" * 40, "b" * 40
TEXT = "Apple Inc. CEO Tim Cook announced new products in Cupertino."


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Make a hub cache: BERT on main, DeBERTa under `v2`, there in the folder `deep/down`."""
    root = tmp_path / "models--someone--tiny-model"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(MAIN)
    (root / "refs" / "v2").write_text(TAGGED)
    shutil.copytree(BERT, root / "snapshots" / MAIN)
    shutil.copytree(DEBERTA, root / "snapshots" / TAGGED / "deep" / "down")
    return tmp_path


def answer(extractor: GLiNER2) -> Any:
    return extractor.extract_entities(TEXT, ["person", "company"], include_confidence=True)


def test_the_main_revision(cache: Path) -> None:
    extractor = GLiNER2.from_pretrained(REPO, cache_dir=cache, local_files_only=True)
    assert extractor.checkpoint == CheckpointInfo(REPO, MAIN)
    assert answer(extractor) == answer(recorded_extractor("bert_lstm"))


@pytest.mark.parametrize("revision", ["v2", TAGGED])
def test_another_revision_and_a_subfolder(cache: Path, revision: str) -> None:
    extractor = GLiNER2.from_pretrained(
        REPO, cache_dir=cache, local_files_only=True, revision=revision, subfolder="deep/down"
    )
    assert extractor.checkpoint == CheckpointInfo(REPO, TAGGED)
    assert answer(extractor) == answer(recorded_extractor("deberta_lstm_v2"))


def test_a_prediction_names_repository_and_revision(cache: Path) -> None:
    extractor = GLiNER2.from_pretrained(REPO, cache_dir=cache, local_files_only=True)
    found = extractor.predict(TEXT, extractor.create_schema().entities(["person"])).to_dict()
    assert found["checkpoint"] == {"name": REPO, "revision": MAIN}


@pytest.mark.parametrize(
    ("repo", "options", "message"),
    [
        ("someone/other", {}, r"'someone/other' is no folder here and could not be fetched from the hub \(revision main\)"),
        (REPO, {"revision": "v9"}, r"could not be fetched from the hub \(revision v9\)"),
        (REPO, {"subfolder": "nowhere"}, "nowhere is no checkpoint: it has no config.json"),
        ("some one/x", {}, "'some one/x' is neither a folder nor a hub id"),
        ("no-owner", {}, "no such folder: 'no-owner'; give a checkpoint folder or a hub id of the form owner/name"),
        ("a/b/c", {}, "no such folder: 'a/b/c'"),
        ("/nowhere/x", {}, "no such folder: '/nowhere/x'"),
    ],
)
def test_what_is_not_there(cache: Path, repo: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        GLiNER2.from_pretrained(repo, cache_dir=cache, local_files_only=True, **options)


def test_an_unknown_option_is_refused(cache: Path) -> None:
    with pytest.raises(InputTypeError, match=r"unknown option 'branch' \(from_pretrained\); known: revision, token"):
        GLiNER2.from_pretrained(REPO, cache_dir=cache, branch="v2")


@pytest.mark.parametrize("name", [3, b"folder", ["folder"]])
def test_a_checkpoint_of_another_type_is_refused(name: Any) -> None:
    with pytest.raises(InputTypeError, match="the checkpoint must be a folder or a hub id, got"):
        GLiNER2.from_pretrained(name)


class RecordingApi:
    """Stands where huggingface_hub talks to the hub; keeps a copy of what it is sent."""

    calls: list[tuple[str, dict[str, Any]]]
    target: Path

    def __init__(self, token: str | None = None) -> None:
        self.calls.append(("token", {"token": token}))

    def create_repo(self, repo_id: str, **options: Any) -> None:
        self.calls.append(("create_repo", {"repo_id": repo_id, **options}))

    def upload_folder(self, *, repo_id: str, folder_path: Path, **options: Any) -> str:
        self.calls.append(("upload_folder", {"repo_id": repo_id, **options}))
        shutil.copytree(folder_path, self.target)
        return "https://hub.test/commit/1"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[RecordingApi]:
    """Put the recording api in place of the real one."""
    recording = type("Api", (RecordingApi,), {"calls": [], "target": tmp_path / "sent"})
    monkeypatch.setattr("huggingface_hub.HfApi", recording)
    return recording


def test_pushing_makes_a_private_repository_and_sends_a_loadable_checkpoint(api: type[RecordingApi]) -> None:
    extractor = tiny_extractor()
    assert extractor.push_to_hub(REPO, token="t", commit_message="First") == "https://hub.test/commit/1"
    assert api.calls == [
        ("token", {"token": "t"}),
        ("create_repo", {"repo_id": REPO, "private": True, "exist_ok": True}),
        ("upload_folder", {"repo_id": REPO, "commit_message": "First"}),
    ]
    assert answer(GLiNER2.from_pretrained(api.target)) == answer(extractor)


def test_pushing_with_an_unknown_option_sends_nothing(api: type[RecordingApi]) -> None:
    with pytest.raises(InputTypeError, match=r"unknown option 'branch' \(push_to_hub\)"):
        tiny_extractor().push_to_hub(REPO, branch="x")
    assert api.calls == []
