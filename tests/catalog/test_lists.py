from __future__ import annotations

import pytest

from cabin.catalog.lists import phrases_for
from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Slot, WordList
from cabin.errors import CatalogError


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("person: [mom, doctor smith]", "person: [mom, no]", "a boolean where text is meant"),
        ("person: [mom, doctor smith]", "person: [mom, mom]", "'mom' stands twice"),
        ("person: [mom, doctor smith]", "person: [mom, Dr. Smith]", "never stands in a normalized utterance"),
        ("person: [mom, doctor smith]", "person: []", "the list is empty"),
        ("person: [mom, doctor smith]", "person: {mom: [mother]}", "unknown key 'mom'"),
        ("rose: [rose, roses]", "rose: [rose, pine]", "'pine' stands for two values"),
        ("rose: [rose, roses]", "rose: 5", "a number where text is meant"),
        ("  text: [too strong, nice]", "  Text: [too strong, nice]", "not a list name"),
    ],
)
def test_mistakes(problems, files, old, new, said):
    assert old in files["lists.yaml"]
    found = problems({**files, "lists.yaml": files["lists.yaml"].replace(old, new)})
    assert any(said in problem for problem in found), found


def test_lists_of_two_plugins_must_fill_the_same_slot(write, files):
    other = {"lists.yaml": "lists: {scent: {slot: smell, entries: {rose: [rosy]}}}"}
    with pytest.raises(CatalogError, match="fills another slot"):
        load_catalog([write(files, "a"), write(other, "b")])


def test_only_values_of_the_slot_count():
    scent = WordList("scent", {"rose": ("rose", "roses"), "pine": ("pine",)}, "scent")
    slot = Slot("scent", "choice", ("rose", "sea_breeze"))
    assert phrases_for(slot, scent) == {"rose": "rose", "roses": "rose", "sea breeze": "sea_breeze"}
    other = WordList("smell", {"rose": ("rosy",), "pine": ("piny",)}, "scent")
    assert phrases_for(slot, other) == {"rosy": "rose"}
    assert phrases_for(slot, None) == {"rose": "rose", "sea breeze": "sea_breeze"}


def test_open_slots_take_every_entry_and_numbers_the_numbers():
    words = WordList("x", {"home": ("my place",), "12": ("a dozen",)}, "x")
    assert phrases_for(Slot("x", "open"), words) == {"my place": "home", "a dozen": "12"}
    assert phrases_for(Slot("x", "open"), None) == {}
    assert phrases_for(Slot("x", "number", ("max",)), words) == {"a dozen": "12"}
