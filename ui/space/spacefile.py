"""The Spacefile: the one source of the Space's settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ui.space.errors import SpaceError

Color = Literal["red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"]
Name = Annotated[str, Field(pattern=re.compile(r"^[A-Z][A-Z0-9_]*$"))]
"""Of an environment variable."""
_STRICT = ConfigDict(extra="forbid", frozen=True)


class SpaceSettings(BaseModel):
    """What Hugging Face reads at the top of README.md.

    Source: the hub's documentation of Spaces, configuration reference of August 2026.
    """

    model_config = _STRICT

    title: str = Field(min_length=1)
    emoji: str = Field(min_length=1, max_length=4)
    colorFrom: Color
    colorTo: Color
    sdk: Literal["gradio"]
    sdk_version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    python_version: str = Field(pattern=r"^3\.1[1-9]$")
    app_file: str
    pinned: bool = False
    license: str
    short_description: str = Field(max_length=60)
    suggested_hardware: str = "cpu-basic"
    startup_duration_timeout: str = Field("30m", pattern=r"^\d+[smh]$")
    hf_oauth: bool | None = None
    models: tuple[str, ...] | None = None
    preload_from_hub: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None


class Spacefile(BaseModel):
    """The whole file.

    Attributes:
        space: README's block.
        variables: Environment variables of the Space; public.
        secrets: Names of secret ones.
    """

    model_config = _STRICT

    space: SpaceSettings
    variables: dict[Name, str] = {}
    secrets: tuple[Name, ...] = ()

    def front_matter(self) -> dict[str, Any]:
        """Return what README's block says, in the file's order."""
        return self.space.model_dump(mode="json", exclude_none=True)


def read_spacefile(path: Path) -> Spacefile:
    """Read and check the file.

    Raises:
        SpaceError: If it is missing, no YAML, or says something that a Space cannot be; names the place and the value.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpaceError(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SpaceError(f"{path}{place}: not YAML: {error.problem}") from error
    try:
        return Spacefile.model_validate(data)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']} (got {one['input']!r})" for one in error.errors()]
        raise SpaceError("\n".join(f"{path}: {fault}" for fault in faults)) from error
