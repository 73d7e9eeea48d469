"""README's block of the Space's settings, and what must fit to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

from ui.space.errors import SpaceError
from ui.space.spacefile import Spacefile

_BLOCK = re.compile(r"\A---\n(.*?)\n---\n+", re.DOTALL)


def with_block(readme: str, spacefile: Spacefile) -> str:
    """Return README with the block that the Spacefile asks for, in place of one that it has."""
    block = yaml.safe_dump(spacefile.front_matter(), allow_unicode=True, sort_keys=False, width=200)
    return f"---\n{block}---\n\n{_BLOCK.sub('', readme)}"


def differences(folder: Path, spacefile: Spacefile) -> Iterator[str]:
    """Yield what does not fit to the Spacefile in a checkout: README's block, the pin of Gradio, the app's file.

    Raises:
        SpaceError: If README or requirements.txt cannot be read.
    """
    asked, found = spacefile.front_matter(), _block_of(_read(folder / "README.md"))
    for name in dict.fromkeys([*asked, *found]):
        if asked.get(name) != found.get(name):
            yield f"README.md: {name} is {found.get(name)!r}, the Spacefile says {asked.get(name)!r}"
    lines = [line.partition("#")[0].strip() for line in _read(folder / "requirements.txt").splitlines()]
    pins = {one.name: one.specifier for one in map(Requirement, filter(None, lines))}
    if "gradio" not in pins or not pins["gradio"].contains(spacefile.space.sdk_version):
        wanted = pins.get("gradio", "nothing")
        yield f"requirements.txt: gradio {wanted} does not allow the Spacefile's sdk_version {spacefile.space.sdk_version}"
    if not (folder / spacefile.space.app_file).is_file():
        yield f"{spacefile.space.app_file}: the Spacefile's app_file does not exist"


def _block_of(readme: str) -> dict[str, Any]:
    block = _BLOCK.match(readme)
    try:
        data = yaml.safe_load(block[1]) if block else {}
    except yaml.YAMLError as error:
        raise SpaceError(f"README.md: its block is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise SpaceError("README.md: its block is no list of settings")
    return data


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpaceError(f"{path}: cannot be read: {error.strerror}") from error
