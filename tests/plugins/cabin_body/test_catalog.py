"""The catalog of what opens, locks, folds and wipes: the names it must have, and its signals against the standard."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command
from cabin.vehicle.effects import plan
from cabin.vehicle.expressions import CannotAct
from cabin_body import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss

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


@needs_vss
def test_signals_agree_with_the_standard(catalog: Catalog) -> None:
    check_standard_signals(catalog)


def test_every_signal_has_a_first_value(catalog: Catalog) -> None:
    assert [path for path, spec in catalog.signals.items() if spec.initial is None] == []


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def test_windows_open_to_and_close_by(car: SimulatedCar, catalog: Catalog) -> None:
    assert act(car, catalog, "window.open", value=50, unit="percent") == {WINDOW: 50}
    assert act(car, catalog, "window.close", value=30, unit="percent") == {WINDOW: 20}
    assert act(car, catalog, "window.open", amount="little") == {WINDOW: 35}
    assert act(car, catalog, "window.close", value=80, unit="percent") == {WINDOW: 0}
    assert len(act(car, catalog, "window.open", position="all")) == 4


def test_a_moving_window_stops_where_it_is(car: SimulatedCar, catalog: Catalog) -> None:
    car.write(WINDOW, 100, 200)
    car.advance(1000)
    stopped = act(car, catalog, "window.stop")[WINDOW]
    assert isinstance(stopped, int) and 30 <= stopped <= 45
    car.advance(3000)
    assert car.read(WINDOW).value == stopped


def test_closing_the_roof_by_a_share_never_tilts_it(car: SimulatedCar, catalog: Catalog) -> None:
    roof = "Vehicle.Cabin.Sunroof.TargetPosition"
    assert act(car, catalog, "sunroof.open", value="min") == {roof: 10}
    assert act(car, catalog, "sunroof.close", value=50, unit="percent") == {roof: 0}
    assert act(car, catalog, "sunroof.tilt") == {roof: -100}


def test_a_shade_that_opens_is_drawn_back(car: SimulatedCar, catalog: Catalog) -> None:
    shade = "Vehicle.Cabin.Sunroof.Shade.Position"
    assert act(car, catalog, "sunshade.open", value=25, unit="percent") == {shade: 75}
    assert act(car, catalog, "sunshade.open") == {shade: 0}
    assert act(car, catalog, "sunshade.close", position="rear") == {"Vehicle.Cabin.RearShade.Position": 100}


def test_locking_means_all_doors_and_opening_one(car: SimulatedCar, catalog: Catalog) -> None:
    assert len(act(car, catalog, "door.lock")) == 4
    assert act(car, catalog, "door.open") == {"Vehicle.Cabin.Door.Row1.DriverSide.IsOpen": True}


def test_wipers_take_modes_and_speeds_and_refuse_what_they_lack(car: SimulatedCar, catalog: Catalog) -> None:
    mode = "Vehicle.Body.Windshield.Front.Wiping.Mode"
    assert act(car, catalog, "wiper.set", mode="intermittent") == {mode: "INTERVAL"}
    assert act(car, catalog, "wiper.set", value=3, unit="level") == {mode: "FAST"}
    assert set(act(car, catalog, "wiper.off").values()) == {"OFF"}
    with pytest.raises(CannotAct) as refusal:
        act(car, catalog, "wiper.set", mode="eco")
    assert refusal.value.obstacle == "unknown_value"


def test_a_mirror_without_a_way_is_asked_back(car: SimulatedCar, catalog: Catalog) -> None:
    wanted = plan(Command("mirror.move"), catalog.intents["mirror.move"], car)
    assert not wanted.targets
    assert wanted.case.reply is not None and wanted.case.reply.endswith("?")


def test_what_must_not_happen_while_driving(catalog: Catalog) -> None:
    by_policy = {
        policy: {name for name, intent in catalog.intents.items() if intent.policy == policy}
        for policy in ("standstill", "confirm")
    }
    assert by_policy["standstill"] == {
        "door.unlock", "door.open", "trunk.open", "trunk.close", "hood.open", "hood.close",
        "fuel_door.open", "charge_port.open", "mirror.fold", "alarm.on",
    }  # fmt: skip
    assert by_policy["confirm"] == {"child_lock.off", "alarm.off"}
