"""Shorter precisions: near float32 in states and answers, without a trace in the weights, and gone when switched off."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor

from gliner2_core import GLiNER2
from gliner2_core.errors import InputError
from gliner2_core.evaluation.precision_check import (
    Difference,
    PrecisionRow,
    advised,
    check_precision,
    to_markdown,
)
from gliner2_core.modeling import precision as precisions
from gliner2_core.modeling.packed_linear import PackedLinear
from gliner2_core.modeling.precision import Precision, known_precisions
from gliner2_core.modeling.runtime import FusedIntermediate
from tests.core.test_adapters import FOLDER
from tests.tiny_model import BERT, DEBERTA

SHORT = [one for one in known_precisions() if one != "float32"]
MOST: dict[Precision, float] = {"bfloat16": 0.03, "int8": 0.12}
"""Farthest that states of size 1 move in tiny models with random weights."""
TEXT = "Maria Keller of Northwind Robotics met the mayor of Leeds on 3 March to talk about 40 new jobs."
SCHEMA: dict[str, Any] = {
    "entities": ["person", "company", "city", "date"],
    "classifications": [{"task": "topic", "labels": ["work", "sports"]}],
    "structures": {"meeting": {"fields": [{"name": "who"}, {"name": "day", "dtype": "str"}]}},
}


def hidden(model: GLiNER2, length: int = 40) -> Tensor:
    ids = torch.arange(2 * length).remainder(50).view(2, length)
    mask = torch.ones_like(ids)
    mask[1, length // 2 :] = 0
    found: Tensor = model.model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return found * mask[..., None]


@pytest.fixture(scope="module")
def embedded() -> GLiNER2:
    return GLiNER2.from_pretrained()


@pytest.mark.parametrize("precision", SHORT)
@pytest.mark.parametrize("folder", [BERT, DEBERTA])
@torch.no_grad()
def test_states_are_near_float32_and_equal_after_the_way_back(folder: Any, precision: Precision) -> None:
    model = GLiNER2.from_pretrained(folder)
    names, plain = list(model.model.state_dict()), hidden(model)
    model.precision = precision
    drift = float((hidden(model) - plain).abs().max() / plain.abs().mean())
    assert 0 < drift < 4 * MOST[precision]
    assert any(isinstance(one, PackedLinear) for one in model.model.modules())
    assert any(isinstance(one, FusedIntermediate) for one in model.model.modules())
    assert list(model.model.state_dict()) == names
    assert all(one.dtype == torch.float32 for one in model.model.parameters())
    model.precision = "float32"
    assert torch.equal(hidden(model), plain)


@pytest.mark.parametrize("precision", SHORT)
def test_gradients_are_those_of_float32(precision: Precision) -> None:
    found = []
    for one in ("float32", precision):
        model = GLiNER2.from_pretrained(BERT, precision=one)
        hidden(model).square().sum().backward()
        found.append({name: weight.grad for name, weight in model.model.encoder.named_parameters()})
    for name, plain in found[0].items():
        assert plain is None or torch.equal(plain, found[1][name]), name


@pytest.mark.parametrize("precision", SHORT)
@torch.no_grad()
def test_changed_weights_are_noticed(precision: Precision) -> None:
    model = GLiNER2.from_pretrained(BERT, precision=precision)
    before = hidden(model)
    layer = next(one for one in model.model.encoder.modules() if isinstance(one, PackedLinear))
    assert layer.bias is not None
    for change in (lambda: layer.weight.mul_(2), lambda: layer.bias.add_(3)):
        change()
        after = hidden(model)
        assert not torch.allclose(before, after, atol=0.01)
        before = after


@pytest.mark.parametrize("precision", SHORT)
@torch.no_grad()
def test_adapters_are_attached_merged_and_taken_off(precision: Precision) -> None:
    model = GLiNER2.from_pretrained(BERT, precision=precision)
    without = hidden(model)
    model.load_adapter(FOLDER / "native")
    attached = hidden(model)
    model.unload_adapter()
    assert torch.equal(hidden(model), without)
    model.load_adapter(FOLDER / "native")
    model.merge_lora()
    moved = (attached - without).abs().max()
    assert moved > 0.05
    # A stale copy of the weights would show as a difference of all of it.
    assert (hidden(model) - attached).abs().max() < moved / 2


@pytest.mark.parametrize("precision", SHORT)
def test_a_model_is_copied_and_pickled(precision: Precision) -> None:
    model = GLiNER2.from_pretrained(BERT, precision=precision)
    with torch.no_grad():
        plain = hidden(model)
        layer = next(one for one in model.model.modules() if isinstance(one, PackedLinear))
        states = torch.randn(3, layer.in_features)
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert torch.equal(other(states), layer(states))
        assert torch.equal(hidden(model), plain)


@pytest.mark.parametrize("precision", SHORT)
def test_weights_made_in_inference_mode_are_multiplied_plainly(precision: Precision) -> None:
    with torch.inference_mode():
        model = GLiNER2.from_pretrained(BERT, precision=precision)
        plain = GLiNER2.from_pretrained(BERT)
        assert torch.allclose(hidden(model), hidden(plain), atol=1e-6)


@pytest.mark.parametrize("precision", SHORT)
def test_the_embedded_model_finds_the_same(embedded: GLiNER2, precision: Precision) -> None:
    embedded.precision = "float32"
    plain = embedded.extract(TEXT, SCHEMA)
    embedded.precision = precision
    assert embedded.extract(TEXT, SCHEMA) == plain
    # Long texts take the way through many windows.
    assert len(embedded.extract_entities(TEXT * 40, ["person"])["entities"]["person"]) >= 1


def test_a_checkpoint_of_a_shorter_precision_is_saved_in_float32(embedded: GLiNER2, tmp_path: Any) -> None:
    embedded.precision = SHORT[-1]
    embedded.save_pretrained(tmp_path)
    again = GLiNER2.from_pretrained(tmp_path)
    assert again.precision == "float32"
    for name, weight in embedded.model.state_dict().items():
        assert torch.equal(weight, again.model.state_dict()[name])


def test_unknown_precisions_are_refused() -> None:
    with pytest.raises(InputError, match="precision 'float16' is unknown; allowed are float32, bfloat16, int8"):
        GLiNER2.from_pretrained(precision="float16")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="threads must be at least 1, got 0"):
        GLiNER2.from_pretrained(threads=0)


def test_what_a_machine_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precisions, "has_bfloat16", lambda: False)
    with pytest.raises(InputError, match="'bfloat16' needs a processor with AVX-512; take float32 or int8"):
        GLiNER2.from_pretrained(BERT, precision="bfloat16")
    assert known_precisions() == ("float32", "int8")
    model = GLiNER2.from_pretrained(BERT, precision="int8")
    assert model.extract_entities(TEXT, ["a"], threshold=0.0)["entities"]["a"]


def test_the_check_compares_every_precision(embedded: GLiNER2) -> None:
    embedded.precision = "float32"
    rounds: list[tuple[int, int]] = []
    rows = check_precision(
        embedded, [TEXT, "Nothing here.", ""], SCHEMA, on_round=lambda done, total: rounds.append((done, total))
    )
    assert tuple(row.precision for row in rows) == known_precisions()
    assert rounds[-1] == (3 * len(rows), 3 * len(rows))
    assert embedded.precision == "float32"
    plain = rows[0]
    assert (plain.speed, plain.agreement, plain.largest_drift, plain.differences) == (1, 1, 0, ())
    assert plain.findings > 5
    for row in rows[1:]:
        assert 0 < row.mean_drift <= row.largest_drift < 0.2
        assert row.equal + len(row.differences) == row.findings
    with pytest.raises(InputError, match="there is no text to compare on"):
        check_precision(embedded, [], SCHEMA)


def row_of(precision: Precision, speed: float, equal: int, *differences: Difference) -> PrecisionRow:
    return PrecisionRow(precision, 10 * speed, speed, equal, 1_000, 0.001, 0.01, differences)


def test_the_fastest_that_changes_little_is_advised() -> None:
    plain, short, rough = row_of("float32", 1, 1_000), row_of("bfloat16", 2, 996), row_of("int8", 3, 900)
    assert advised([plain, short, rough]) is short
    assert advised([plain, rough]) is plain
    assert advised([plain, row_of("bfloat16", 1.01, 1_000)]) is plain
    assert to_markdown([plain, short, rough]).endswith("Take bfloat16.\n")
    assert "Stay with float32" in to_markdown([plain, rough])


def test_differences_are_listed() -> None:
    lost, added = (
        Difference(0, "city, Leeds\n, 4", 0.5, is_lost=True),
        Difference(6, "date, 3 March, 9", 0.51, is_lost=False),
    )
    text = to_markdown([row_of("float32", 1, 1_000), row_of("bfloat16", 2, 998, lost, added)], shown=1)
    assert "- bfloat16 misses in text 1: city, Leeds , 4 (0.500)" in text
    assert "- bfloat16: 1 more differences; --out lists all" in text
    assert "adds in text 7: date, 3 March, 9 (0.510)" in to_markdown([row_of("bfloat16", 2, 998, lost, added)])
