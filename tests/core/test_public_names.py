from __future__ import annotations

import subprocess
import sys

import pytest

import gliner2_core


def test_the_names_offered_are_all_there_and_sorted() -> None:
    assert gliner2_core.__all__ == sorted(gliner2_core.__all__)
    assert [name for name in gliner2_core.__all__ if not hasattr(gliner2_core, name)] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'gliner2_core' has no attribute 'GLiNER3'"):
        gliner2_core.GLiNER3  # noqa: B018


def test_the_package_and_its_schema_cost_no_torch() -> None:
    code = "import sys, gliner2_core; gliner2_core.Schema().entities(['a']); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
