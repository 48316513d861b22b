from __future__ import annotations

from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.errors import CatalogError
from cabin.speech.bias import BiasConfig
from cabin.speech.bias_open import open_bias
from cabin.template_parser import TemplateParser

COFFEE = Path(__file__).resolve().parents[2] / "examples" / "coffee" / "catalog"
ORDER = "could i get a large double shot dark roast latte with a little bit of cream and sugar"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path))


def test_off_reads_no_catalog():
    assert open_bias(BiasConfig("off"), [Path("nowhere")]) is None


def test_a_catalog_that_is_not_there():
    with pytest.raises(CatalogError):
        open_bias(BiasConfig("light"), [Path("nowhere")])


def test_the_language_of_the_coffee_machine():
    """What the recognizer expects is what the parser understands."""
    bias = open_bias(BiasConfig("strong"), [COFFEE])
    assert bias is not None
    assert bias.config.per_word == BiasConfig().strong
    assert bias.language.accepts(ORDER.split())
    assert not bias.language.accepts([*ORDER.split(), "with"])
    command = TemplateParser(load_catalog([COFFEE])).parse(ORDER).commands[0]
    assert command.slots["milk_amount"] == "a_little_bit_of_cream"
    assert (command.slots["size"], command.slots["roast"], command.slots["sugar_amount"]) == (
        "large",
        "dark_roast",
        "sugar",
    )
