from __future__ import annotations

import pytest

from cabin.catalog.references import bind_call_slots, call_slot_reference, slot_of
from cabin.catalog.template_tree import Reference, shape_of


def bind(catalog, calls, template):
    return bind_call_slots(calls, shape_of(template), catalog.intents, catalog.lists)


def test_the_only_call_that_lacks_the_slot_gets_it(catalog):
    bound, troubles = bind(catalog, [("fragrance.on", {}), ("fragrance.up", {})], "smell of {scent} and more")
    assert troubles == []
    assert bound == [("fragrance.on", {"scent": "{scent}"}), ("fragrance.up", {})]


def test_two_calls_that_could_take_it_must_say_which(catalog):
    calls = [("fragrance.on", {}), ("fragrance.on", {})]
    assert "say in the call that gets it" in bind(catalog, calls, "smell of {scent}")[1][0]
    bound, troubles = bind(catalog, [("fragrance.on", {"scent": "{scent}"}), ("fragrance.on", {})], "smell of {scent}")
    assert troubles == []
    assert bound[1][1] == {}


def test_calls_that_name_the_same_list_share_it(catalog):
    calls = [("fragrance.on", {"scent": "{scent}"}), ("fragrance.on", {"scent": "{scent}", "position": "all"})]
    bound, troubles = bind(catalog, calls, "smell of {scent} everywhere")
    assert troubles == []
    assert [slots["scent"] for _, slots in bound] == ["{scent}", "{scent}"]


def test_lists_with_another_name_than_the_slot(catalog):
    calls = [("fragrance.on", {"position": "{side}"}), ("fragrance.on", {"position": "{position}"})]
    bound, troubles = bind(catalog, calls, "{side:position} and {position}")
    assert [slots["position"] for _, slots in bound] == ["{side:position}", "{position}"]
    assert troubles == []


@pytest.mark.parametrize(
    ("calls", "template", "said"),
    [
        ([("fragrance.on", {"scent": "{scent}"}), ("fragrance.up", {})], "more", "does not stand in the sentence"),
        ([("fragrance.up", {}), ("fragrance.get", {})], "more {scent}", "fills no slot of the calls"),
        ([("fragrance.set", {}), ("fragrance.up", {})], "more", "nothing fills the required slot 'value'"),
    ],
)
def test_troubles(catalog, calls, template, said):
    assert any(said in trouble for trouble in bind(catalog, calls, template)[1])


def test_a_list_fills_its_own_slot_unless_the_template_says_otherwise(catalog):
    slots = catalog.intents["fragrance.on"].slots
    slot, trouble, _ = slot_of(Reference("scent", "scent"), slots, catalog.lists)
    assert slot is not None
    assert (slot.name, trouble) == ("scent", "")
    assert slot_of(Reference("scent", "position"), slots, catalog.lists)[1] != ""


def test_call_slot_reference():
    assert call_slot_reference("{side:position}") == "side:position"
    assert call_slot_reference("rose") == ""
    assert call_slot_reference(3) == ""
