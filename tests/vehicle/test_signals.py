from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.errors import VehicleError
from cabin.vehicle.signals import bounds, check_value, in_range, parse_value, same_value, to_datatype

BYTE = SignalSpec("A", "actuator", "uint8")
PERCENT = SignalSpec("A", "actuator", "uint8", "percent", 0, 100)
WARMTH = SignalSpec("A", "actuator", "float", "celsius", 16, 28)
FLAG = SignalSpec("A", "actuator", "boolean")
WORD = SignalSpec("A", "actuator", "string", allowed=("ON", "OFF"))


def test_bounds_are_the_signals_or_the_datatypes():
    assert bounds(BYTE) == (0, 255)
    assert bounds(PERCENT) == (0, 100)
    assert bounds(SignalSpec("A", "sensor", "float")) == (None, None)
    assert bounds(SignalSpec("A", "sensor", "int8", minimum=0)) == (0, 127)


@pytest.mark.parametrize(("value", "rounded"), [(2.5, 3), (-2.5, -3), (2.4, 2), (0, 0), (-0.2, 0)])
def test_halves_round_away_from_zero(value, rounded):
    assert to_datatype(BYTE, value) == rounded
    assert to_datatype(WARMTH, value) == value


@pytest.mark.parametrize(
    ("spec", "text", "value"),
    [(PERCENT, "50", 50), (WARMTH, "21.5", 21.5), (FLAG, "on", True), (FLAG, "False", False), (WORD, "ON", "ON")],
)
def test_text_becomes_a_value(spec, text, value):
    assert parse_value(spec, text) == value
    assert type(parse_value(spec, text)) is type(value)


@pytest.mark.parametrize(
    ("spec", "text", "expected"),
    [
        (PERCENT, "101", "a whole number from 0 to 100 percent"),
        (PERCENT, "1.5", "a whole number"),
        (WARMTH, "warm", "a number from 16 to 28 celsius"),
        (FLAG, "maybe", "true or false"),
        (WORD, "DIM", "one of ON, OFF"),
        (SignalSpec("A", "actuator", "float", "km", minimum=0), "-1", "a number of at least 0 km"),
    ],
)
def test_what_it_cannot_hold_is_told_with_what_it_can(spec, text, expected):
    with pytest.raises(VehicleError, match=expected):
        parse_value(spec, text)


def test_floats_are_the_same_within_what_a_bus_loses():
    assert same_value(WARMTH, 21.3, 21.299999237)
    assert not same_value(WARMTH, 21.3, 21.4)
    assert not same_value(PERCENT, 1, True)
    assert not same_value(PERCENT, None, 0)
    assert same_value(PERCENT, None, None)


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers() | st.booleans() | st.text())
def test_nothing_out_of_range_gets_through(value):
    for spec in (PERCENT, WARMTH, FLAG, WORD):
        try:
            taken = check_value(spec, value)
        except VehicleError:
            continue
        if isinstance(taken, bool):
            assert spec is FLAG
        elif isinstance(taken, str):
            assert taken in WORD.allowed
        else:
            assert in_range(spec, taken)


def test_large_whole_numbers_keep_their_last_digit():
    assert to_datatype(BYTE, 2**52 + 1) == 2**52 + 1
