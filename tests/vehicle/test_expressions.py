from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.vehicle.expressions import CannotAct, Computed, evaluate, same_slot
from cabin.vehicle.signals import in_range
from cabin.vehicle.units import UnitSettings

PERCENT = SignalSpec("A", "actuator", "uint8", "percent", 0, 100)
LEVELS = SignalSpec("A", "actuator", "uint8", "percent", 0, 100, levels=4)
WARMTH = SignalSpec("A", "actuator", "float", "celsius", 16, 28)
BOTH_WAYS = SignalSpec("A", "actuator", "int8", "percent", -100, 100)
FLAG = SignalSpec("A", "actuator", "boolean")
WORD = SignalSpec("A", "actuator", "string", allowed=("NORMAL", "SPORT"))
TEXT = SignalSpec("A", "actuator", "string")
METRIC, IMPERIAL = UnitSettings(), UnitSettings("fahrenheit")


def value(expression, spec, present=None, settings=METRIC, **slots):
    return evaluate(expression, spec, slots, present, settings).value


def obstacle(expression, spec, present=None, settings=METRIC, **slots):
    with pytest.raises(CannotAct) as caught:
        evaluate(expression, spec, slots, present, settings)
    return caught.value


def test_literals():
    assert value(50, PERCENT) == 50
    assert value(21, WARMTH) == 21.0
    assert value(True, FLAG) is True
    assert value("SPORT", WORD) == "SPORT"


def test_the_slot_in_its_unit():
    assert value("{value}", PERCENT, value=30) == 30
    assert value("{value}", WARMTH, value=68, unit="fahrenheit") == 20
    assert value("{value}", WARMTH, value=68, unit="degree", settings=IMPERIAL) == 20
    assert value("{value}", WARMTH, value=68, settings=IMPERIAL) == 20
    assert value("-{value}", BOTH_WAYS, value=40) == -40


def test_degrees_without_a_scale_are_those_that_the_car_can_do():
    for unit in ({}, {"unit": "degree"}):
        assert evaluate("{value}", WARMTH, {"value": 72, **unit}, 20.0, METRIC) == Computed(22.2222, "", "fahrenheit")
        assert evaluate("{value}", WARMTH, {"value": 21, **unit}, 20.0, IMPERIAL) == Computed(21, "", "degrees celsius")
        assert value("{value}", WARMTH, value=72, settings=IMPERIAL, **unit) == 22.2222
        assert obstacle("{value}", WARMTH, value=45, **unit).unit == "celsius"
        assert obstacle("{value}", WARMTH, value=45, settings=IMPERIAL, **unit).unit == "fahrenheit"
    assert obstacle("{value}", WARMTH, value=72, unit="celsius").obstacle == "out_of_range"
    told = obstacle("{value}", WARMTH, value=35, unit="celsius", settings=IMPERIAL)
    assert (told.low, told.high, told.unit) == (16, 28, "degrees celsius")


def test_a_difference_in_degrees_has_the_cars_scale_and_no_offset():
    assert value({"by": "{value}"}, WARMTH, 20.0, value=3, unit="degree") == 23
    assert value({"by": "{value}"}, WARMTH, 20.0, value=3, unit="degree", settings=IMPERIAL) == 21.6667
    assert value({"by": "-{value}"}, WARMTH, 20.0, value=3, unit="celsius", settings=IMPERIAL) == 17


def test_max_and_min_are_the_signals_bounds():
    assert value("{value}", WARMTH, value="max") == 28
    assert value("{value}", WARMTH, value="min") == 16
    assert value("-{value}", BOTH_WAYS, value="max") == -100


def test_out_of_range_is_told_in_the_unit_said():
    told = obstacle("{value}", WARMTH, value=90, unit="fahrenheit")
    assert (told.obstacle, told.low, told.high, told.unit) == (
        "out_of_range",
        pytest.approx(60.8),
        pytest.approx(82.4),
        "fahrenheit",
    )
    told = obstacle("{value}", PERCENT, value=101)
    assert (told.obstacle, told.low, told.high, told.unit) == ("out_of_range", 0, 100, "percent")
    told = obstacle("-{value}", SignalSpec("A", "actuator", "int8", "percent", -100, 0), value=120)
    assert (told.low, told.high) == (0, 100)


def test_levels():
    assert value("{value}", LEVELS, value=2) == 50
    assert value("{value}", LEVELS, value=2, unit="level") == 50
    assert value("{value}", LEVELS, value=60) == 60
    assert value("{value}", LEVELS, value=2, unit="percent") == 2
    assert value({"by": "{value}"}, LEVELS, 25, value=1) == 50
    told = obstacle("{value}", LEVELS, value=7, unit="level")
    assert (told.obstacle, told.high, told.unit) == ("out_of_range", 4, "level")
    assert obstacle("{value}", PERCENT, value=2, unit="level").obstacle == "unit"


def test_a_unit_that_does_not_fit():
    told = obstacle("{value}", PERCENT, value=20, unit="celsius")
    assert (told.obstacle, told.seen) == ("unit", "celsius")


def test_what_was_not_said_is_asked_for():
    assert obstacle("{value}", PERCENT).obstacle == "missing"
    assert obstacle({"by": "{value}"}, PERCENT, 10).slot == "value"
    assert obstacle({"map": "direction", "up": 1}, PERCENT).slot == "direction"


def test_steps():
    assert value({"by": 10}, PERCENT, 30) == 40
    assert value({"by": "-{value}"}, PERCENT, 30, value=20) == 10
    assert value({"by": 20, "little": 5, "lot": 60}, PERCENT, 30, amount="little") == 35
    assert value({"by": 20, "little": 5, "lot": 60}, PERCENT, 30) == 50
    assert value({"by": "{value}"}, WARMTH, 20.0, value=9, unit="fahrenheit") == 25
    assert value({"by": "{value}"}, PERCENT, 20, value="max") == 100


def test_a_step_stops_at_the_bound_and_says_so():
    assert evaluate({"by": 30}, PERCENT, {}, 90, METRIC) == Computed(100, "max")
    assert evaluate({"by": -30}, PERCENT, {}, 10, METRIC) == Computed(0, "min")
    assert evaluate({"by": 33, "max": 0}, BOTH_WAYS, {}, -10, METRIC) == Computed(0, "max")
    assert evaluate({"by": 0, "min": 40}, PERCENT, {}, 30, METRIC) == Computed(40)


def test_a_step_from_nowhere_is_refused():
    assert obstacle({"by": 10}, PERCENT, None).obstacle == "no_reading"
    assert obstacle({"toggle": True}, FLAG, None).obstacle == "no_reading"


def test_maps_by_word_and_by_number():
    assert value({"map": "mode", "sporty": "SPORT"}, WORD, mode="sporty") == "SPORT"
    assert value({"map": "value", "1": 33, "2": 66}, PERCENT, value=2) == 66
    told = obstacle({"map": "mode", "sporty": "SPORT", "calm": "NORMAL"}, WORD, mode="wild")
    assert (told.obstacle, told.choices) == ("unknown_value", ("sporty", "calm"))


def test_toggles():
    assert value({"toggle": True}, FLAG, True) is False
    assert value({"toggle": True}, WORD, "NORMAL") == "SPORT"
    assert obstacle({"toggle": True}, TEXT, "x").obstacle == "unknown_value"


def test_text():
    assert value("{song} by {artist}", TEXT, song="yellow", artist="coldplay") == "yellow by coldplay"
    assert value("{value}", TEXT, value=7) == "7"
    assert value("{mode}", WORD, mode="sport") == "SPORT"
    assert obstacle("{mode}", WORD, mode="snow").choices == ("NORMAL", "SPORT")


def test_numbers_stand_as_text_in_a_catalogs_keys():
    assert same_slot(2, "2")
    assert same_slot(2.0, 2)
    assert not same_slot(2, "two")
    assert same_slot("all", "all")


@given(
    st.sampled_from(
        ["{value}", "-{value}", {"by": "{value}"}, {"by": "-{value}"}, {"by": 40}, {"by": -40, "lot": -90}]
    ),
    st.floats(-500, 500) | st.integers(-500, 500) | st.sampled_from(["max", "min"]),
    st.sampled_from([None, "percent", "celsius", "fahrenheit", "degree", "level", "mph"]),
    st.integers(0, 100),
)
def test_whatever_is_said_stays_in_range_or_is_refused(expression, said, unit, present):
    slots = {"value": said} | ({"unit": unit} if unit else {})
    for spec in (PERCENT, LEVELS, WARMTH, BOTH_WAYS):
        now = min(max(present, int(spec.minimum)), int(spec.maximum))
        try:
            computed = evaluate(expression, spec, slots, now, METRIC)
        except CannotAct:
            continue
        assert in_range(spec, computed.value)
        assert isinstance(computed.value, float if spec is WARMTH else int)
