"""A trained model pushed to a hub on loopback, with its card."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, ModelCard

from gliner2_core import GLiNER2
from storage.runs import Run
from tests.tiny_model import BERT
from tests.ui.fake_hub import TOKEN, FakeHub, fake_hub
from ui.handlers.pushing import card_of, push_run
from ui.messages import PageError

TASK = {"metric": "micro F1", "records": 12}
METRICS = {
    "test": {
        "before": {"entities": {**TASK, "score": 0.25, "labels": {"a|b": {"support": 9, "f1": 0.2}}}},
        "after": {"entities": {**TASK, "score": 0.5, "labels": {"a|b": {"support": 9, "f1": 0.4}}}},
    },
    "general": {"before": {"entities": 0.9, "classes": 0.8}, "after": {"entities": 0.88, "classes": 0.8}},
    "warnings": ["too few to tell"],
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    model = tmp_path / "model"
    shutil.copytree(BERT, model)
    return Run(
        1, "My model", "secret project", "gliner2-mini", str(tmp_path), "done", "",
        {"records": {"train": 80, "dev": 10, "test": 12}, "settings": {"method": "full", "epochs": 3}}, METRICS, str(model),
        datetime.now(UTC),
    )  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "sent") as serving:
        monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint=serving.address))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield serving


def data(card: ModelCard) -> dict[str, Any]:
    return dict(vars(card.data))


def test_the_card_says_what_it_is_and_how_good(run: Run) -> None:
    card = ModelCard(card_of(run))
    assert data(card)["license"] == "apache-2.0"
    assert data(card)["library_name"] == "gliner2"
    for words in (
        "80 corrected records",
        "| a\\|b | 9 | 20.0 | 40.0 |",
        "| **entities** (micro F1) | 12 | 25.0 | 50.0 |",
        "| everyday entities, to tell what it forgot | 60 | 90.0 | 88.0 |",
        "Too few to tell.",
        "- method: full",
    ):
        assert words in card.text
    assert "secret project" not in str(card)


def test_the_card_names_a_hub_s_base_but_no_folder_of_this_machine(run: Run, tmp_path: Path) -> None:
    assert data(ModelCard(card_of(replace(run, base="owner/base"))))["base_model"] == "owner/base"
    card = ModelCard(card_of(replace(run, base=str(tmp_path))))
    assert data(card).get("base_model") is None
    assert str(tmp_path.parent) not in str(card)


def test_a_model_arrives_with_its_card_and_answers(run: Run, hub: FakeHub) -> None:
    assert push_run(run, " me/my-model ", TOKEN, is_private=True) == f"{hub.address}/me/my-model"
    assert hub.repositories == {"me/my-model": True}
    assert hub.tokens == {TOKEN}
    assert (hub.folder / "README.md").read_text(encoding="utf-8") == card_of(run)
    sent, kept = GLiNER2.from_pretrained(hub.folder), GLiNER2.from_pretrained(BERT)
    asked = ("Tim Cook leads Apple.", ["person"])
    assert sent.extract_entities(*asked, threshold=0.0) == kept.extract_entities(*asked, threshold=0.0)


@pytest.mark.parametrize(
    ("repo", "token", "words"),
    [
        ("name", TOKEN, "must be written owner/name, got “name”"),
        ("", TOKEN, "owner/name"),
        ("me/a", " ", "Give an access token"),
        ("me/a b", TOKEN, "The hub takes no such name"),
        ("me/a", "hf_wrong", r"refused it \(401\): the token is not valid"),
        ("me/a", "hf_reader", r"refused it \(403\): the token may not write there"),
    ],
)
def test_what_cannot_be_pushed_is_named(run: Run, hub: FakeHub, repo: str, token: str, words: str) -> None:
    with pytest.raises(PageError, match=words):
        push_run(run, repo, token, is_private=True)
    assert not hub.folder.exists()


def test_a_hub_that_does_not_answer_is_no_fault_of_the_program(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi", partial(HfApi, endpoint="http://127.0.0.1:9"))
    for is_offline in (False, True):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", is_offline)
        with pytest.raises(PageError, match="cannot be reached from this machine"):
            push_run(run, "me/a", TOKEN, is_private=True)


def test_a_run_without_a_model_is_named(run: Run) -> None:
    with pytest.raises(PageError, match="“My model” has no model yet"):
        push_run(replace(run, artifact=None), "me/a", TOKEN, is_private=True)
