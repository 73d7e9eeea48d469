"""README's Python runs as printed, in order, in one namespace."""

from __future__ import annotations

from pathlib import Path

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
EXAMPLES = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT), patterns=["README.md"])
