"""Several processes, and several batches to a step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gliner2_core import GLiNER2
from gliner2_core.errors import InputError
from gliner2_core.training.config import TrainingConfig
from tests.core.training.records import RECORDS
from tests.core.training.test_loop import BASE, differing, run, weights

ROOT = Path(__file__).parents[3]
LAUNCH = [
    sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1",
    "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0",
]  # fmt: skip
ENVIRONMENT = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def launched(*arguments: str) -> str:
    done = subprocess.run(
        [*LAUNCH, "-m", *arguments], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    told = launched("tests.core.training.two_processes", str(BASE), str(tmp_path / "run"))
    assert "2 processes, same weights: True" in told


def test_the_command_is_launched_in_two_processes(tmp_path: Path) -> None:
    data = tmp_path / "d.jsonl"
    data.write_text("".join(json.dumps(record) + "\n" for record in RECORDS * 2), encoding="utf-8")
    told = launched(
        "gliner2_core", "train", str(data), "--out", str(tmp_path / "run"), "--model", str(BASE), "--batch-size", "1",
        "--epochs", "2", "--replay", "0",
    )  # fmt: skip
    # Ten records, two at a step, twice; one of both processes tells.
    assert told.count("10 examples, 10 steps") == 1
    assert told.count("model: ") == 1
    assert GLiNER2.from_pretrained(tmp_path / "run" / "model").checkpoint.name


def test_a_step_may_take_several_batches(tmp_path: Path) -> None:
    run(tmp_path / "one", batch_size=1, epochs=2)
    result = run(tmp_path / "two", batch_size=1, accumulation=2, epochs=4)
    assert result.steps == 10
    assert differing(weights(tmp_path / "two"), weights(tmp_path / "one"))
    with pytest.raises(InputError, match="accumulation must be at least 1"):
        TrainingConfig(accumulation=0)
