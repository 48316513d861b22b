from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.vehicle.units import (
    DISTANCE_UNIT,
    TEMPERATURE_UNIT,
    UnitSettings,
    from_signal,
    named_scale,
    other_scale,
    spoken_unit,
    to_signal,
)
from cabin_simcar.car import SimulatedCar

WARMTH = SignalSpec("A", "actuator", "float", "Celsius", 16, 28)
SPEED = SignalSpec("A", "actuator", "float", "km/h", 0, 250)
PERCENT = SignalSpec("A", "actuator", "uint8", "percent", 0, 100)
LAMP = SignalSpec("A", "actuator", "uint8", "", 0, 5)
RADIO = SignalSpec("A", "actuator", "float", "kHz", 500, 110_000)
METRIC, IMPERIAL = UnitSettings(), UnitSettings("fahrenheit", "mile")


@pytest.mark.parametrize(
    ("value", "unit", "spec", "target"),
    [
        (68, "fahrenheit", WARMTH, 20),
        (21, "celsius", WARMTH, 21),
        (60, "mph", SPEED, 96.56064),
        (10, "m/s", SPEED, 36),
        (50, "percent", LAMP, 2.5),
        (50, "percent", PERCENT, 50),
        (99.5, "mhz", RADIO, 99_500),
        (7, "", LAMP, 7),
    ],
)
def test_converts(value, unit, spec, target):
    assert to_signal(value, unit, spec) == pytest.approx(target)


def test_a_step_has_no_offset():
    assert to_signal(9, "fahrenheit", WARMTH, step=True) == pytest.approx(5)


@pytest.mark.parametrize(
    ("unit", "spec"),
    [("mph", WARMTH), ("celsius", PERCENT), ("mhz", LAMP), ("percent", SignalSpec("A", "actuator", "float"))],
)
def test_what_does_not_go_together_is_none(unit, spec):
    assert to_signal(5, unit, spec) is None


@pytest.mark.parametrize(
    ("said", "spec", "settings", "unit"),
    [
        ("degree", WARMTH, METRIC, "celsius"),
        ("degree", WARMTH, IMPERIAL, "fahrenheit"),
        (None, WARMTH, IMPERIAL, "fahrenheit"),
        ("celsius", WARMTH, IMPERIAL, "celsius"),
        (None, SPEED, METRIC, "km/h"),
        (None, SPEED, IMPERIAL, "mph"),
        ("kmh", SPEED, IMPERIAL, "km/h"),
        ("percent", PERCENT, METRIC, "percent"),
        (None, PERCENT, METRIC, ""),
        (None, SignalSpec("A", "sensor", "float", "km"), IMPERIAL, "mile"),
    ],
)
def test_what_is_meant_follows_the_cars_settings(said, spec, settings, unit):
    assert spoken_unit(said, spec, settings) == unit


def test_the_car_is_asked_for_its_settings():
    car = SimulatedCar({})
    assert UnitSettings.of(car, IMPERIAL) == METRIC
    car.place(TEMPERATURE_UNIT, "F")
    car.place(DISTANCE_UNIT, "MILES")
    assert UnitSettings.of(car) == IMPERIAL


@pytest.mark.parametrize("settings", [METRIC, IMPERIAL, UnitSettings("fahrenheit", "km")])
def test_a_simulated_car_begins_in_the_configured_units(settings):
    car = SimulatedCar(settings.begin({"A": WARMTH}))
    assert UnitSettings.of(car) == settings
    assert car.signals()["A"] == WARMTH
    own = SignalSpec(TEMPERATURE_UNIT, "actuator", "string", allowed=("C", "F"), initial="C")
    assert UnitSettings.of(SimulatedCar(settings.begin({TEMPERATURE_UNIT: own}))) == settings


def test_the_other_scale_is_thought_of_only_where_none_was_said():
    assert (other_scale(None, "celsius"), other_scale("degree", "fahrenheit")) == ("fahrenheit", "celsius")
    assert other_scale("celsius", "celsius") is None
    assert other_scale(None, "percent") is None


def test_celsius_is_named_to_a_driver_of_fahrenheit():
    assert named_scale("celsius", IMPERIAL) == "degrees celsius"
    assert to_signal(21, "degrees celsius", WARMTH) == 21
    assert (named_scale("celsius", METRIC), named_scale("fahrenheit", METRIC)) == ("celsius", "fahrenheit")


@given(st.floats(-1000, 1000), st.sampled_from(["celsius", "fahrenheit"]))
def test_there_and_back_again(value, unit):
    there = to_signal(value, unit, WARMTH)
    assert there is not None
    assert from_signal(there, unit, WARMTH) == pytest.approx(value, abs=1e-6)
