"""Random checkpoints and requests, in the form of the recorded ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig

from gliner2_core.checkpoint import LoadedCheckpoint, load_tokenizer, save_checkpoint
from gliner2_core.config import ModelConfig
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo
from tests.tiny_model import BERT, DEBERTA

_LINE = (
    "Ana Öztürk İstanbul élan क्षमा 东京 😀 Tim Cook Paris, 2,400 $9.99 co-op re-run O'Neil (Bonn) jo@mail.example.com "
    "https://a.bc/d?e=f @handle 10% 3.14 ﬁn x² B2B the of and in met sold to for on a Monday blue red MacBook Pro iPhone 15 "
    "M3 chip — “quoted” it's U.S. Inc. Ltd e.g. 北京大学 naïve résumé don't A/B #tag"
)
WORDS = _LINE.split()
NAMES = (
    "person", "company", "city", "date", "price", "Job Title", "order_number", "e-mail", "colour", "product name", "ort",
    "人", "amount (EUR)", "is_spam", "type", "a", "x y z", "Größe", "sub-topic", "drug/medication",
)  # fmt: skip
DESCRIPTIONS = ("names of people", "what it costs, with currency", "a place", "Ein Ort.", "one of these: a, b")
OPTIONS = (
    "low", "high", "very high", "red", "in stock", "Yes", "no", "N/A", "方", "2 stars", "open", "closed", "Alpha", "B+",
    "kg", "Über", "left", "right side", "cash", "card", "new", "used", "small", "XL", "north", "east", "0", "1", "vegan",
    "meat", "day", "night", "true", "false", "cat", "dog", "oak", "pine", "mild", "severe", "iOS", "C++",
)  # fmt: skip
ENDINGS = (".", ".", ".", "!", "?")
THRESHOLDS = (0.0, 0.05, 0.3, 0.5, 0.5, 0.7, 1.0)


def random_checkpoint(rng: random.Random, folder: Path) -> dict[str, Any]:
    """Save a model with random heads and encoder; returns what it is made of."""
    base = rng.choice((BERT, DEBERTA))
    made = {
        "encoder": base.name,
        "counting_layer": rng.choice(("count_lstm", "count_lstm_v2", "count_lstm_moe")),
        "token_pooling": rng.choice(("first", "mean", "max")),
        "max_width": rng.choice((1, 3, 4, 8, 12)),
        "seed": rng.randrange(10**6),
    }
    tokenizer = load_tokenizer(base)
    config = AutoConfig.from_pretrained(str(base / "encoder_config"))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(made["seed"])
        model = Gliner2Model(
            ModelConfig("random", made["max_width"], made["counting_layer"], made["token_pooling"]), config
        ).eval()
        # Fresh heads score everything near 0.5 and count nothing: spread both.
        model.get_parameter("span_rep.span_rep_layer.out_project.3.weight").mul_(rng.choice((10, 40)))
        model.get_parameter("count_pred.2.weight").mul_(30)
    save_checkpoint(folder, LoadedCheckpoint(model, config, tokenizer, CheckpointInfo("random")))
    return made


def random_text(rng: random.Random, most: int = 40) -> str:
    """Return a text that ends a sentence, because for others we differ on purpose."""
    words = [rng.choice(WORDS) for _ in range(rng.randint(1, most))]
    joined = "".join(word + rng.choice((" ", " ", " ", "  ", "\n", ", ", "\t", " - ")) for word in words)
    return joined.rstrip() + rng.choice((" end", " Rome", "")) + rng.choice(ENDINGS)


def random_request(rng: random.Random, number: int) -> dict[str, Any]:
    """Return the body of one request."""
    method, make = rng.choice(_METHODS)
    body: dict[str, Any] = {"id": f"f{number:05d}", "method": method, **make(rng)}
    kwargs: dict[str, Any] = {}
    if rng.random() < 0.7:
        kwargs["threshold"] = rng.choice(THRESHOLDS)
    if method in ("extract_entities", "extract") and rng.random() < 0.4:
        kwargs["overlap_policy"] = rng.choice((None, "allow", "nested", "flat", "longest"))
    body["kwargs"] = kwargs
    if method.startswith("batch_"):
        body["texts"] = [random_text(rng) for _ in range(rng.randint(1, 5))]
    else:
        body["text"] = random_text(rng)
    return body


def _names(rng: random.Random, most: int = 6) -> list[str]:
    return rng.sample(NAMES, rng.randint(1, most))


def _entity_types(rng: random.Random) -> dict[str, Any]:
    names = _names(rng)
    form = rng.randrange(3)
    if form == 0:
        return {"entity_types": names}
    if form == 1:
        return {"entity_types": {name: rng.choice(DESCRIPTIONS) for name in names}}
    return {"entity_types": {name: _entity_options(rng) for name in names}}


def _entity_options(rng: random.Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if rng.random() < 0.5:
        options["description"] = rng.choice(DESCRIPTIONS)
    if rng.random() < 0.5:
        options["threshold"] = rng.choice(THRESHOLDS)
    options["dtype"] = rng.choice(("list", "str"))
    return options


def _tasks(rng: random.Random) -> dict[str, Any]:
    tasks: dict[str, Any] = {}
    for name in _names(rng, 3):
        labels = rng.sample(OPTIONS, rng.randint(2, 6))
        if rng.random() < 0.5:
            tasks[name] = labels
        else:
            tasks[name] = {"labels": labels, "multi_label": rng.random() < 0.6, "cls_threshold": rng.choice(THRESHOLDS)}
    return {"tasks": tasks}


def _structures(rng: random.Random) -> dict[str, Any]:
    # Two fields that share an option read one place in the reference, a place each with us.
    options = rng.sample(OPTIONS, len(OPTIONS))
    return {"structures": {name: [_spec(rng, field, options) for field in _names(rng, 5)] for name in _names(rng, 2)}}


def _spec(rng: random.Random, name: str, options: list[str]) -> str:
    parts = [name]
    if rng.random() < 0.3:
        parts.append(f"[{'|'.join(options.pop() for _ in range(rng.randint(2, 4)))}]")
    if rng.random() < 0.6:
        parts.append(rng.choice(("str", "list")))
    if rng.random() < 0.3:
        parts.append("what it is")
    return "::".join(parts)


def _relations(rng: random.Random) -> dict[str, Any]:
    return {"relation_types": _names(rng, 3)}


def _composed(rng: random.Random) -> dict[str, Any]:
    ops: list[list[Any]] = []
    taken = rng.sample(NAMES, len(NAMES))
    options = rng.sample(OPTIONS, len(OPTIONS))
    if rng.random() < 0.7:
        ops.append(["entities", {"entity_types": taken[:3]}])
    if rng.random() < 0.6:
        several = rng.random() < 0.5
        ops.append(["classification", {"task": taken[3], "labels": rng.sample(OPTIONS, 3), "multi_label": several}])
    if rng.random() < 0.5:
        ops.append(["relations", {"relation_types": taken[4:6]}])
    if rng.random() < 0.6 or not ops:
        ops.append(["structure", {"name": taken[6]}])
        for name in taken[7 : 8 + rng.randrange(4)]:
            field: dict[str, Any] = {"name": name, "dtype": rng.choice(("str", "list"))}
            if rng.random() < 0.3:
                field["choices"] = [options.pop() for _ in range(3)]
            if rng.random() < 0.3:
                field["threshold"] = rng.choice(THRESHOLDS)
            ops.append(["field", field])
    return {"schema_ops": ops}


_METHODS: tuple[tuple[str, Callable[[random.Random], dict[str, Any]]], ...] = (
    ("extract_entities", _entity_types),
    ("batch_extract_entities", _entity_types),
    ("classify_text", _tasks),
    ("batch_classify_text", _tasks),
    ("extract_json", _structures),
    ("batch_extract_json", _structures),
    ("extract_relations", _relations),
    ("extract", _composed),
)
