"""The embedded checkpoint: useful on the paper's own examples, small enough for plain git, described by its card."""

from __future__ import annotations

from functools import cache

import pytest

from gliner2_core import GLiNER2
from gliner2_core.checkpoint import EMBEDDED_FOLDER
from gliner2_core.evaluation.general import general_scores

TEN_MB = 10_000_000
EVERYDAY_F1 = 93.4
"""Percent, on 60 texts with everyday labels; this and the next line change only when the weights do."""
EVERYDAY_ACCURACY = 92.1
"""Percent, on the single-label tasks of 40 texts."""


@cache
def model() -> GLiNER2:
    return GLiNER2.from_pretrained()


def test_it_is_loaded_without_a_name() -> None:
    assert model().checkpoint.name == "gliner2-mini"
    assert not model().model.training


def test_clinical_example_of_the_paper() -> None:
    found = model().extract_entities(
        "Patient received 400mg ibuprofen for severe headache at 2 PM.",
        {
            "medication": "Names of drugs or pharmaceutical substances",
            "dosage": "Specific amounts like '400mg' or '2 tablets'",
            "symptom": "Medical symptoms or conditions",
            "time": "Time references like '2 PM' or 'morning'",
        },
    )["entities"]
    assert found == {"medication": ["ibuprofen"], "dosage": ["400mg"], "symptom": ["severe headache"], "time": ["2 PM"]}


def test_news_example_of_the_paper() -> None:
    found = model().extract_entities(
        "Apple Inc. CEO Tim Cook announced new products in Cupertino.", ["company", "person", "location"]
    )
    assert found["entities"] == {"company": ["Apple Inc."], "person": ["Tim Cook"], "location": ["Cupertino"]}


def test_product_example_of_the_paper() -> None:
    (found,) = model().extract_json(
        "The new MacBook Pro costs $1999 and features the M3 chip, 16GB RAM, and 512GB storage.",
        {
            "product": [
                "name::str::Product name and model", "price::str::Product cost", "features::list::Key product features",
                "category::[electronics|software|hardware]::str",
            ]
        },
    )["product"]  # fmt: skip
    assert set(found.pop("features")) == {"M3 chip", "16GB RAM", "512GB storage"}
    assert found == {"name": "MacBook Pro", "price": "$1999", "category": "electronics"}


def test_review_example_of_the_paper() -> None:
    found = model().classify_text(
        "The acting was superb, but the plot was confusing.",
        {
            "sentiment": ["positive", "negative", "mixed"],
            "aspects": {
                "labels": ["acting", "plot", "music"], "multi_label": True, "cls_threshold": 0.4,
                "descriptions": {"acting": "Quality of the performances", "plot": "The story"},
            },
        },
    )  # fmt: skip
    assert found == {"sentiment": "mixed", "aspects": ["acting", "plot"]}


def test_everything_in_one_pass_as_in_the_paper() -> None:
    schema = (
        model().create_schema().entities({"person": "Names of people", "company": "Organizations"})
        .classification("sentiment", ["positive", "negative", "neutral"]).relations(["works for"])
        .structure("product_info").field("name", dtype="str").field("price", dtype="str")
        .field("availability", dtype="str", choices=["in stock", "sold out"])
    )  # fmt: skip
    found = model().extract("Apple CEO Tim Cook unveiled the iPhone 15 Pro for $999.", schema)
    assert found["entities"] == {"person": ["Tim Cook"], "company": ["Apple"]}
    assert found["relation_extraction"] == {"works for": [("Tim Cook", "Apple")]}
    (product,) = found["product_info"]
    assert (product["name"], product["price"]) == ("iPhone 15 Pro", "$999")


def test_composed_example_of_the_paper() -> None:
    schema = model().create_schema().entities(["person", "company", "product", "price"]).relations(["works for", "CEO of"])
    found = model().extract("Apple CEO Tim Cook unveiled the iPhone 15 Pro for $999.", schema)
    assert found["entities"] == {
        "person": ["Tim Cook"], "company": ["Apple"], "product": ["iPhone 15 Pro"], "price": ["$999"],
    }  # fmt: skip
    assert found["relation_extraction"] == {"works for": [("Tim Cook", "Apple")], "CEO of": [("Tim Cook", "Apple")]}


def test_sentence_of_praise_and_one_of_complaint() -> None:
    tasks = {"sentiment": ["positive", "negative", "neutral"]}
    assert model().classify_text("This movie was absolutely fantastic!", tasks) == {"sentiment": "positive"}
    assert model().classify_text("The food was cold and the staff was rude.", tasks) == {"sentiment": "negative"}


def test_product_structure() -> None:
    found = model().extract_json(
        "iPhone 15 Pro Max with 256GB storage, priced at $1199.", {"product": ["name::str", "storage::str", "price::str"]}
    )
    assert len(found["product"]) == 1
    assert found["product"][0]["storage"] == "256GB"
    assert found["product"][0]["price"] == "$1199"
    assert found["product"][0]["name"].startswith("iPhone 15")


def test_every_file_is_small_enough_for_plain_git() -> None:
    sizes = {path.name: path.stat().st_size for path in EMBEDDED_FOLDER.iterdir() if path.is_file()}
    assert max(sizes.values()) < TEN_MB
    assert sum(sizes.values()) < 80_000_000


@pytest.mark.parametrize(
    "word", ["all-MiniLM-L6-v2", "Apache-2.0", "CC BY-SA", "CrossNER", "held-out", "examples seen", "Weaknesses"]
)
def test_card_names_encoder_licences_recipe_and_scores(word: str) -> None:
    assert word in (EMBEDDED_FOLDER / "README.md").read_text(encoding="utf-8")


def test_everyday_entities_keep_their_score() -> None:
    assert 100 * general_scores(model())["entities"] == pytest.approx(EVERYDAY_F1, abs=0.7)


def test_everyday_classes_keep_their_score() -> None:
    assert 100 * general_scores(model())["classes"] == pytest.approx(EVERYDAY_ACCURACY, abs=3.0)
