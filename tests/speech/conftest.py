"""Catalogs made of a few templates, and pieces of text as a recognizer has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cabin.catalog.schema import Catalog, Intent, Place, SentenceGroup, Slot, WordList

WHERE = Place(Path("x.yaml"), 1)
SLOTS = {
    "position": Slot("position", "choice", ("driver", "rear_left")),
    "value": Slot("value", "number", ("max",), -20, 120),
    "unit": Slot("unit", "unit", ("percent",)),
    "contact": Slot("contact", "open"),
}
LISTS = {
    "position": WordList("position", {"driver": ("driver", "driver's side"), "rear_left": ("rear left",)}, "position"),
    "contact": WordList("contact", {"anna berg": ("anna berg",)}, "contact"),
}


@pytest.fixture(scope="session")
def catalog_of() -> Callable[..., Catalog]:
    """A function of templates that gives a catalog of one intent with them."""

    def make(*templates: str) -> Catalog:
        group = SentenceGroup({}, templates, WHERE)
        intent = Intent("window.open", "open", SLOTS, (), "free", "Yes.", (group,), WHERE)
        return Catalog({intent.name: intent}, {}, LISTS)

    return make


@pytest.fixture(scope="session")
def pieces() -> list[str | None]:
    """Pieces in the manner of a byte-pair encoding: single letters, whole words with their space, marks."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [" open", " Open", " the", " win", "dow", "dows", " window", " driver", "'s", " side", " call", " twenty"]
    return [None, *letters, *(f" {letter}" for letter in letters), *"0123456789", *words, ",", ".", "-", "%", "'", " "]
