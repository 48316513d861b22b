"""The catalog of what opens, locks, folds and wipes: the names it must have, and its signals against the standard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin_body import catalog_dirs

# device -> action -> slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "window": {"open": "position value unit amount", "close": "position value unit amount", "stop": ""},
    "sunroof": {"open": "value unit amount", "close": "value unit amount", "tilt": ""},
    "sunshade": {"open": "position value unit", "close": "position value unit"},
    "trunk": {"open": "", "close": ""},
    "hood": {"open": "", "close": ""},
    "fuel_door": {"open": "", "close": ""},
    "charge_port": {"open": "", "close": ""},
    "door": {"lock": "position", "unlock": "position", "open": "position", "close": "position", "get": "position"},
    "child_lock": {"on": "position", "off": "position"},
    "mirror": {"fold": "", "unfold": "", "move": "heading position"},
    "mirror_heating": {"on": "", "off": "", "get": ""},
    "wiper": {
        "on": "position mode",
        "off": "position",
        "up": "amount",
        "down": "amount",
        "set": "value unit mode position",
    },
    "washer": {"on": "position"},
    "horn": {"sound": ""},
    "alarm": {"on": "", "off": ""},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


def test_every_intent_has_exactly_its_slots(catalog: Catalog) -> None:
    expected = {
        f"{device}.{action}": slots for device, actions in EXPECTED.items() for action, slots in actions.items()
    }
    found = {
        name: " ".join(f"{slot.name}!" if slot.required else slot.name for slot in intent.slots.values())
        for name, intent in catalog.intents.items()
    }
    assert found == expected


def test_every_intent_says_what_it_does_and_can_be_said(catalog: Catalog) -> None:
    for intent in catalog.intents.values():
        assert intent.title and not intent.title.endswith("."), intent.name
        assert sum(len(group.templates) for group in intent.sentences) >= 3, intent.name
        assert all(case.set or case.read or case.action for case in intent.cases), intent.name


def test_signals_agree_with_the_standard(catalog: Catalog) -> None:
    leaves_file = Path(__file__).parents[4] / "shared" / "vss" / "vss_leaves.json"
    if not leaves_file.exists():
        pytest.skip("no export of the COVESA tree beside the checkout")
    leaves = json.loads(leaves_file.read_text())
    for path, spec in catalog.signals.items():
        leaf = leaves.get(path)
        assert (leaf is not None) == spec.is_standard, path
        if leaf is None:
            continue
        assert (spec.kind, spec.datatype) == (leaf["type"], leaf["datatype"]), path
        assert spec.unit.lower() == leaf.get("unit", "").lower(), path
        assert spec.minimum is None or spec.minimum >= leaf.get("min", spec.minimum), path
        assert spec.maximum is None or spec.maximum <= leaf.get("max", spec.maximum), path
        assert spec.maximum is not None or "max" not in leaf, path
        assert set(spec.allowed) == set(leaf.get("allowed", ())), path


def test_every_signal_has_a_first_value(catalog: Catalog) -> None:
    assert [path for path, spec in catalog.signals.items() if spec.initial is None] == []
