from __future__ import annotations

import json

from cabin.slm.callspec import CallSpec, SlotSpec
from tests.slm import tiny


def test_written_and_read_again(catalog):
    spec = tiny.spec(catalog)
    again = CallSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert [(s.name, s.kind, s.values) for row in again.slots.values() for s in row] == [
        (s.name, s.kind, s.values) for row in spec.slots.values() for s in row
    ]
    assert again.units == {"window.open": ("percent",), "heat.set": ("celsius", "degree")}


def test_the_unit_is_no_slot_of_its_own(catalog):
    assert [slot.name for slot in tiny.spec(catalog).slots["heat.set"]] == ["value"]


def test_values_that_wording_implies(catalog):
    song = tiny.spec(catalog).slots["music.play"][0]
    assert song == SlotSpec("song", "open", ("something",))


def test_ranges_and_units_are_those_of_the_catalog_of_the_day(catalog):
    stored = CallSpec.from_json(tiny.spec(catalog).to_json())
    other = CallSpec(
        {"heat.set": (SlotSpec("value", "number", (), 10, 20, True),)}, {"heat.set": ("fahrenheit",), "x.y": ()}
    )
    bounded = stored.bounded_by(other)
    assert bounded.slots["heat.set"] == (SlotSpec("value", "number", ("max", "min"), 10, 20, True),)
    assert bounded.slots["window.open"] == stored.slots["window.open"]
    assert bounded.units == {"window.open": ("percent",), "heat.set": ("fahrenheit",)}
