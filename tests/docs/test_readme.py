"""README says what is true: its Python and its commands run as printed, and the files it names exist."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.docs.conftest import EXAMPLES, ROOT
from ui.space.front_matter import differences
from ui.space.spacefile import read_spacefile

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("python -m gliner2_core")
]


def test_python_blocks_run_in_order() -> None:
    document = EXAMPLES.parse(ROOT / "README.md")
    examples = list(document.examples())
    assert len(examples) >= 5
    for example in examples:
        example.evaluate()
    assert document.namespace["result"]["sentiment"] in ("positive", "negative", "neutral")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs_as_printed(command: str) -> None:
    import shlex

    arguments = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_commands_were_found() -> None:
    assert len(COMMANDS) == 7


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`?make ([a-z][a-z-]+)", README)) - {"it"}
    assert {"run", "test", "test-slow"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_named_files_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_attack_names_a_test_that_is_there() -> None:
    rows = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 20
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py|test_\w+)`", row.rpartition("|")[0].rpartition("|")[2])
        assert named, row
        for one in named:
            assert (ROOT / one).is_file() if "/" in one else f"def {one}(" in code, row


def test_ci_runs_the_test_command_of_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_readme_says_what_the_spacefile_says() -> None:
    assert list(differences(ROOT, read_spacefile(ROOT / "Spacefile"))) == []
