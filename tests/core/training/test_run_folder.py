"""A run's folder: damaged files are told, and a sound checkpoint before a damaged one is taken."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gliner2_core.errors import InputError
from gliner2_core.training.run_folder import claim, newest_checkpoint

FACTS = {"base": None, "config": {"seed": 1}}


def checkpoint(folder: Path, step: int) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    save_file({"a": torch.zeros(100)}, path / "model.safetensors")
    torch.save({"a": torch.zeros(100)}, path / "optimizer.pt")
    (path / "trainer_state.json").write_text("{}")
    return path


def test_the_newest_checkpoint_is_taken(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) is None
    checkpoint(tmp_path, 90)
    newest = checkpoint(tmp_path, 100)
    assert newest_checkpoint(tmp_path) == newest


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt", "trainer_state.json"])
def test_a_truncated_checkpoint_is_passed_over_with_a_warning(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound, damaged = checkpoint(tmp_path, 90), checkpoint(tmp_path, 100)
    whole = (damaged / name).read_bytes()
    (damaged / name).write_bytes(whole[: len(whole) // 2])
    with caplog.at_level(logging.WARNING):
        assert newest_checkpoint(tmp_path) == sound
    assert "checkpoint-100 is damaged" in caplog.text
    assert name in caplog.text


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    damaged = checkpoint(tmp_path, 100)
    whole = bytearray((damaged / "optimizer.pt").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    (damaged / "optimizer.pt").write_bytes(whole)
    assert newest_checkpoint(tmp_path) is None


@pytest.mark.parametrize("content", ["{oops", "", "\x00"])
def test_facts_that_cannot_be_read_are_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match=r"run\.json: cannot be read as JSON .*choose another folder or delete this one"):
        claim(tmp_path, FACTS)


def test_facts_that_are_no_object_are_those_of_another_run(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(InputError, match="unfinished run with other settings: seed: there None, here 1"):
        claim(tmp_path, FACTS)


def test_the_same_facts_may_claim_the_folder_again(tmp_path: Path) -> None:
    claim(tmp_path / "run", FACTS)
    claim(tmp_path / "run", FACTS)
    assert (tmp_path / "run" / "run.json").is_file()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_text("mine")
    with pytest.raises(InputError, match="holds files that are no run; choose a new folder"):
        claim(tmp_path, FACTS)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    (tmp_path / "new").mkdir()
    claim(tmp_path / "new", FACTS)
