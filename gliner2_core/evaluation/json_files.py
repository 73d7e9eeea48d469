"""Reports as JSON files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_json(data: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a report's `to_dict()` as a JSON file, whole or not at all.

    Args:
        data: What to write.
        path: Where; an existing file is replaced.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    part.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(target)
