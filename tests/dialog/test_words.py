from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.dialog.words import close_spaces, join_words, say_amount, say_number, say_value, words_of
from cabin.vehicle.units import UnitSettings

METRIC, IMPERIAL = UnitSettings(), UnitSettings("fahrenheit", "mile")


def spec(datatype="float", unit="", path="Vehicle.A", **more):
    return SignalSpec(path, "sensor", datatype, unit, **more)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (21, "21"),
        (21.0, "21"),
        (21.5, "21.5"),
        (21.04, "21"),
        (-3, "-3"),
        (0.25, "0.2"),
        (99.75, "99.75"),
        (100, "100"),
    ],
)
def test_numbers(value, said):
    assert say_number(value) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1, "celsius", "1 degree"),
        (40, "percent", "40 percent"),
        (3, "level", "level 3"),
        (2, "kPa", "2 kilopascals"),
        (2, "bpm", "2 bpm"),
        (5, "", "5"),
    ],
)
def test_amounts(value, unit, said):
    assert say_amount(value, unit) == said


@pytest.mark.parametrize(
    ("signal", "value", "settings", "said"),
    [
        (spec(unit="Celsius"), 20.0, METRIC, "20 degrees"),
        (spec(unit="celsius"), 20.0, IMPERIAL, "68 degrees Fahrenheit"),
        (spec(unit="celsius"), 21.0, IMPERIAL, "70 degrees Fahrenheit"),
        (spec(unit="celsius"), 23.0556, IMPERIAL, "73.5 degrees Fahrenheit"),
        (spec(unit="km/h"), 96.56, IMPERIAL, "60 miles per hour"),
        (spec(unit="m"), 412_345.0, METRIC, "412 kilometers"),
        (spec(unit="m"), 412_345.0, IMPERIAL, "256 miles"),
        (spec(unit="m"), 800.0, METRIC, "800 meters"),
        (spec(), None, METRIC, "unknown"),
        (spec("boolean", path="Vehicle.IsOpen"), True, METRIC, "open"),
        (spec("boolean", path="Vehicle.IsLocked"), False, METRIC, "unlocked"),
        (spec("boolean", path="Vehicle.IsAirConditioningActive"), False, METRIC, "off"),
        (spec("boolean", path="Vehicle.IsOdd"), True, METRIC, "yes"),
        (spec("boolean", says={"true": "armed", "false": "quiet"}), True, METRIC, "armed"),
        (spec("string", allowed=("FACE_FEET",)), "FACE_FEET", METRIC, "face feet"),
        (spec("string"), "Purple Rain", METRIC, "Purple Rain"),
    ],
)
def test_values(signal, value, settings, said):
    assert say_value(signal, value, settings) == said


def test_a_value_in_levels():
    assert say_value(spec("uint8", "percent", levels=3, maximum=100), 67, METRIC, "level") == "level 2"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("Opening the  window .", "Opening the window."),
        ("Opening the all window.", "Opening every window."),
        ("Locking the all doors.", "Locking all the doors."),
        ("The all temperature is set.", "Every temperature is set."),
        ("Tuning to 99.5 megahertz megahertz.", "Tuning to 99.5 megahertz."),
        ("  a ,  b  ", "a, b"),
    ],
)
def test_gaps_are_closed(text, closed):
    assert close_spaces(text) == closed


def test_words():
    assert words_of("front_left") == "front left"
    assert words_of(2.0) == "2"
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
