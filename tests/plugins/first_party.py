"""What the tests of first-party catalogs share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.schema import Catalog, Intent
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import VehicleTimes, carry_out, plan
from cabin_simcar.car import SimulatedCar

VSS = Path(__file__).parents[3] / "shared" / "vss" / "vss_leaves.json"
needs_vss = pytest.mark.skipif(not VSS.is_file(), reason="the VSS export is not beside this checkout")


def act(car: SimulatedCar, catalog: Catalog, name: str, **slots: SlotValue) -> dict[str, object]:
    """Carry a command out and return what its signals hold then."""
    intent = catalog.intents[name]
    carried = carry_out(plan(Command(name, slots), intent, car).targets, car, VehicleTimes())
    assert carried.error is None
    assert all(change.confirmed for change in carried.changes)
    return {change.path: change.after for change in carried.changes}


def required(intent: Intent) -> dict[str, SlotValue]:
    """Return plausible values for the slots that must be said."""
    plain: dict[str, SlotValue] = {"open": "home", "choice": "", "number": 100}
    found: dict[str, SlotValue] = {}
    for name, slot in intent.slots.items():
        if slot.required:
            found[name] = slot.values[0] if slot.kind == "choice" else plain[slot.kind]
    return found


def check_standard_signals(catalog: Catalog) -> None:
    """Hold every signal against the standard: path, kind, datatype, unit, range, allowed values."""
    leaves = json.loads(VSS.read_text(encoding="utf-8"))
    for path, spec in catalog.signals.items():
        assert spec.is_standard == (path in leaves), path
        if not spec.is_standard:
            continue
        leaf = leaves[path]
        assert (spec.kind, spec.datatype, spec.unit) == (leaf["type"], leaf["datatype"], leaf.get("unit", "")), path
        assert set(spec.allowed) == set(leaf.get("allowed", ())), path
        # this car may take less than the standard allows, never more
        if "min" in leaf:
            assert spec.minimum is not None and spec.minimum >= leaf["min"], path
        if "max" in leaf:
            assert spec.maximum is not None and spec.maximum <= leaf["max"], path
