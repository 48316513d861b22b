from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin_simcar.climate import INSIDE, OUTSIDE, Climate

STATION = "Vehicle.Cabin.HVAC.Station.Row1.Driver"
SPECS = {
    spec.path: spec
    for spec in (
        SignalSpec(f"{STATION}.FanSpeed", "actuator", "uint8", "percent", 0, 100, initial=0),
        SignalSpec(f"{STATION}.IsActive", "actuator", "boolean", initial=True),
        SignalSpec(f"{STATION}.Temperature", "actuator", "float", "celsius", 16, 28, initial=21.0),
        SignalSpec("Vehicle.Cabin.HVAC.IsAirConditioningActive", "actuator", "boolean", initial=False),
        SignalSpec("Vehicle.Cabin.HVAC.IsRecirculationActive", "actuator", "boolean", initial=False),
        SignalSpec(
            "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", "actuator", "uint8", "percent", 0, 100, initial=0
        ),
    )
}
EMPTY = {"Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus": "EMPTY"}


def make(world_of, sun=0.0, inside=20.0, outside=20.0, **values):
    _, kept, go = world_of(
        Climate(lambda: sun), specs=SPECS, values={**EMPTY, INSIDE: inside, OUTSIDE: outside, **values}
    )
    return kept, lambda seconds: go(seconds, 1.0)[INSIDE]


def test_a_parked_car_in_the_sun_does_what_was_measured(world_of):
    """McLaren, Null and Quinn 2005: 22 K warmer after an hour, 80 % of it in the first half hour."""
    _, go = make(world_of, sun=0.95, inside=30.0, outside=30.0)
    half, whole = go(1800) - 30, go(1800) - 30
    assert whole == pytest.approx(22, abs=2)
    assert half / whole == pytest.approx(0.8, abs=0.04)


def test_without_sun_and_people_it_becomes_as_warm_as_outside(world_of):
    _, go = make(world_of, inside=40.0, outside=10.0)
    assert go(4 * 3600) == pytest.approx(10, abs=0.1)


def test_a_driver_warms_and_an_open_window_cools(world_of):
    seat = "Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus"
    kept, go = make(world_of, **{seat: "OCCUPIED"})
    assert 21 < (warmed := go(3600)) < 24
    kept["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"] = 100
    kept["Vehicle.Speed"] = 50.0
    assert go(600) < warmed - 1


def test_the_heater_reaches_what_is_set_and_the_fan_decides_how_fast(world_of):
    def after(minutes, fan):
        _, go = make(world_of, inside=-10.0, outside=-10.0, **{f"{STATION}.FanSpeed": fan})
        return go(60 * minutes)

    assert after(30, 100) == pytest.approx(21, abs=1.5)
    assert after(5, 100) > after(5, 30) + 5
    assert after(30, 0) == pytest.approx(-10, abs=0.1)


def test_only_the_compressor_cools(world_of):
    hot = {"inside": 45.0, "outside": 35.0, f"{STATION}.FanSpeed": 100}
    _, vented = make(world_of, sun=0.9, **hot)
    kept, cooled = make(world_of, sun=0.9, **hot, **{"Vehicle.Cabin.HVAC.IsAirConditioningActive": True})
    assert vented(900) > 34
    assert cooled(900) == pytest.approx(21, abs=3)
    kept[f"{STATION}.IsActive"] = False
    assert cooled(1800) > 35
