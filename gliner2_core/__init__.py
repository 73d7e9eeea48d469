"""GLiNER2 in Python: entities, classifications, structures and relations in one forward pass, on a CPU."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gliner2_core.errors import Gliner2Error
from gliner2_core.predictions import Prediction
from gliner2_core.schema import Schema, StructureBuilder
from gliner2_core.tasks import AttributeGroup
from gliner2_core.validators import RegexValidator

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2

__version__ = "0.1.0"
__all__ = [
    "AttributeGroup",
    "GLiNER2",
    "Gliner2Error",
    "Prediction",
    "RegexValidator",
    "Schema",
    "StructureBuilder",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Load the model's module when it is first named: importing this package alone costs no torch."""
    if name == "GLiNER2":
        return import_module("gliner2_core.extractor").GLiNER2
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
