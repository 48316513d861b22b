from __future__ import annotations

import pytest

pytest.importorskip("kuksa.val.v2", reason="kuksa-client is not installed")

from hypothesis import given
from hypothesis import strategies as st
from kuksa.val.v2 import types_pb2

from cabin.catalog.schema import SignalSpec
from cabin.testing.vehicle_contract import LOCKED, MODE, POSITION, SPECS, TEMPERATURE
from cabin.vehicle.signals import INTEGER_BOUNDS, same_value
from cabin_kuksa.values import DATA_TYPES, as_offered, decode, encode, to_signal


@given(st.sampled_from(sorted(INTEGER_BOUNDS)), st.data())
def test_every_integer_comes_back(datatype, data):
    low, high = INTEGER_BOUNDS[datatype]
    value = data.draw(st.integers(int(low), int(high)))
    back = decode(SignalSpec("A", "actuator", datatype), encode(DATA_TYPES[datatype], value))
    assert (back, type(back)) == (value, int)


@given(st.floats(-1000, 1000, width=32))
def test_floats_come_back_within_the_tolerance_of_readings(value):
    spec = SignalSpec("A", "actuator", "float")
    assert same_value(spec, decode(spec, encode(DATA_TYPES["float"], value)), value)


@pytest.mark.parametrize(("datatype", "value"), [("boolean", True), ("string", "Ä"), ("double", 48.1371154)])
def test_other_types_come_back_exactly(datatype, value):
    assert decode(SignalSpec("A", "actuator", datatype), encode(DATA_TYPES[datatype], value)) == value


def test_a_broker_of_another_width_is_understood():
    assert decode(SPECS[POSITION], types_pb2.Value(float=60.0)) == 60
    assert decode(SPECS[TEMPERATURE], types_pb2.Value(int32=21)) == 21.0
    assert encode(types_pb2.DATA_TYPE_UINT8, 21.0).uint32 == 21


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (LOCKED, types_pb2.Value(uint32=1)),
        (POSITION, types_pb2.Value(bool=True)),
        (POSITION, types_pb2.Value(string="60")),
        (MODE, types_pb2.Value(bool=False)),
        (TEMPERATURE, types_pb2.Value(float=float("nan"))),
        (TEMPERATURE, types_pb2.Value()),
    ],
)
def test_what_cannot_be_understood_is_no_value(path, value):
    assert decode(SPECS[path], value) is None


def test_a_signal_that_the_broker_never_knew_has_no_value():
    assert to_signal(SPECS[POSITION], types_pb2.Datapoint()).value is None


def test_what_the_broker_offers():
    def offered(data_type, entry_type=types_pb2.ENTRY_TYPE_ACTUATOR):
        return as_offered(SPECS[POSITION], types_pb2.Metadata(data_type=data_type, entry_type=entry_type))

    assert offered(types_pb2.DATA_TYPE_UINT8) == (SPECS[POSITION], "")
    assert offered(types_pb2.DATA_TYPE_FLOAT)[0] == SPECS[POSITION]
    assert offered(types_pb2.DATA_TYPE_STRING)[0] is None
    assert offered(types_pb2.DATA_TYPE_UINT8_ARRAY)[0] is None
    spec, told = offered(types_pb2.DATA_TYPE_UINT8, types_pb2.ENTRY_TYPE_SENSOR)
    assert (spec.kind, "only be read" in told) == ("sensor", True)
