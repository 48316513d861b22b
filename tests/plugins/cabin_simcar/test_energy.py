from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin_simcar.drive import load_drive
from cabin_simcar.driving import Driving
from cabin_simcar.energy import BATTERY_WH, CHARGE, CHARGING, FUEL, FUEL_LOW, LIMIT, RANGE, Energy, road_load_w

SPECS = {
    CHARGING: SignalSpec(CHARGING, "actuator", "boolean", initial=False),
    LIMIT: SignalSpec(LIMIT, "actuator", "uint8", "percent", 0, 100, initial=90),
    FUEL_LOW: SignalSpec(FUEL_LOW, "sensor", "boolean", initial=False),
}


def test_road_load_is_rolling_and_air():
    assert road_load_w(0, 5) == 0
    assert road_load_w(10, 0) == pytest.approx(10 * (1600 * 0.010 * 9.80665 + 0.5 * 1.2 * 0.65 * 100))
    assert road_load_w(20, -3) < 0


def test_a_country_road_takes_what_a_compact_electric_car_takes(world_of):
    """12 to 20 kWh for 100 km are usual type approval figures of compact electric cars."""
    _, kept, go = world_of(Driving(load_drive("country")), Energy(), specs=SPECS)
    begun = kept[CHARGE]
    go(400)
    per_100_km = (begun - kept[CHARGE]) / 100 * BATTERY_WH / kept["Vehicle.TraveledDistance"] * 100
    assert 11 < per_100_km < 20
    assert kept[FUEL] == 70


def test_braking_gives_back_and_standing_in_park_takes_nothing(world_of):
    _, kept, go = world_of(Energy(), specs=SPECS)
    before = kept[CHARGE]
    go(600)
    assert kept[CHARGE] == before
    kept["Vehicle.Speed"] = 100.0
    go(1)
    rolling = kept[CHARGE]
    kept["Vehicle.Speed"] = 60.0
    go(0.1)
    assert kept[CHARGE] > rolling


def test_when_the_battery_is_low_fuel_is_burnt(world_of):
    _, kept, go = world_of(Energy(), specs=SPECS, values={CHARGE: 12.0, FUEL: 13, "Vehicle.Speed": 120.0})
    go(1800, 1.0)
    assert kept[CHARGE] == pytest.approx(12, abs=0.1)
    assert kept[FUEL] < 13
    assert kept[FUEL_LOW] is True


def test_charging_goes_up_to_its_limit_and_ends(world_of):
    _, kept, go = world_of(Energy(), specs=SPECS, values={CHARGE: 80.0, CHARGING: True})
    go(600)
    assert kept[CHARGE] == pytest.approx(80 + 100 * 7400 / 6 / BATTERY_WH, abs=0.1)
    go(1800, 1.0)
    assert (kept[CHARGE], kept[CHARGING]) == (90.0, False)


def test_the_range_follows_what_is_left_and_how_one_drives(world_of):
    _, kept, go = world_of(Energy(), specs=SPECS, values={"Vehicle.Speed": 80.0})
    gentle = go(600, 1.0)[RANGE]
    kept["Vehicle.Speed"] = 160.0
    assert go(600, 1.0)[RANGE] < gentle
