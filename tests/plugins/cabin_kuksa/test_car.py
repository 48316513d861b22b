"""The car behind a databroker that is a process of its own: the contract, and what happens when it is killed."""

from __future__ import annotations

import threading
import time

import pytest

pytest.importorskip("kuksa.val.v2", reason="kuksa-client is not installed")

from cabin.errors import VehicleError, WriteUnknownError
from cabin.testing.vehicle_contract import (
    LOCKED,
    POSITION,
    SPECS,
    SPEED,
    TEMPERATURE,
    ReconnectContract,
    VehicleContract,
    eventually,
)
from cabin_kuksa.car import KuksaCar
from cabin_kuksa.connection import Connection
from cabin_kuksa.settings import KuksaSettings


@pytest.fixture
def helpers(request):
    """The functions of conftest.py, which importlib mode does not let one import."""
    return request.config.pluginmanager.getplugin(str(request.path.parent / "conftest.py"))


class TestContract(VehicleContract):
    @pytest.fixture
    def car(self, shared_broker, helpers):
        shared_broker.reset()
        car = helpers.make_car(shared_broker)
        assert car.is_connected
        yield car
        car.close()


class TestReconnect(ReconnectContract):
    @pytest.fixture
    def link(self, broker):
        return broker

    @pytest.fixture
    def car(self, link, helpers):
        car = helpers.make_car(link)
        yield car
        car.close()


@pytest.mark.parametrize(("fault", "acted"), [("lose-answer", [(POSITION, 60)]), ("lose-command", [])])
def test_broker_killed_mid_command_and_started_again(broker, helpers, fault, acted):
    """Nothing acted late, nothing acted twice; what was in doubt is read back before the next write."""
    car = helpers.make_car(broker)
    broker.fault(fault)
    raised = []

    def write():
        try:
            car.write(POSITION, 60, 60_000)
        except VehicleError as error:
            raised.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    assert eventually(lambda: not (broker.faults / fault).exists())  # the broker holds the command now
    assert eventually(lambda: broker.acted() == acted)
    broker.cut()
    thread.join()
    assert [type(error) for error in raised] == [WriteUnknownError]
    broker.mend()
    assert eventually(lambda: car.is_connected)
    assert car.read(POSITION).value == (60 if acted else 0)
    car.write(POSITION, 60, 20_000)
    assert car.read(POSITION).value == 60
    assert broker.acted() == [(POSITION, 60)]
    car.close()


def test_nothing_is_written_while_a_doubt_cannot_be_read_back(broker, helpers):
    car = helpers.make_car(broker)
    broker.lose_next_answer()
    with pytest.raises(WriteUnknownError):
        car.write(POSITION, 60, 300)
    broker.cut()
    with pytest.raises(VehicleError):
        car.write(LOCKED, False, 300)
    assert broker.acted() == [(POSITION, 60)]
    car.close()


def test_refused_by_the_broker_is_no_doubt(shared_broker, helpers):
    shared_broker.reset()
    car = helpers.make_car(shared_broker)
    shared_broker.fault("refuse")
    with pytest.raises(VehicleError, match="the token does not grant this") as caught:
        car.write(POSITION, 60, 20_000)
    assert not isinstance(caught.value, WriteUnknownError)
    assert shared_broker.acted() == []
    car.close()


def test_observers_learn_after_an_outage_what_changed_meanwhile(broker, helpers):
    car = helpers.make_car(broker)
    seen = []
    car.subscribe([POSITION, LOCKED], seen.append)
    broker.cut()
    assert eventually(lambda: not car.is_connected)
    broker.journal.write_text(f'["{POSITION}", 35]\n', encoding="utf-8")
    broker.mend()
    assert eventually(lambda: [(signal.path, signal.value) for signal in seen] == [(POSITION, 35)])
    car.close()


def test_sensors_are_told_as_they_change(shared_broker, helpers):
    shared_broker.reset()
    car = helpers.make_car(shared_broker)
    seen = []
    car.subscribe([SPEED], seen.append)
    connection = Connection(KuksaSettings(port=shared_broker.port))
    for speed in (10.0, 20.5, 20.5, 31.0):
        helpers.publish(connection, SPEED, speed)
    connection.close()
    assert eventually(lambda: seen and seen[-1].value == 31.0)
    assert car.read(SPEED).value == 31.0
    car.close()


def test_started_before_the_broker(broker, helpers):
    broker.cut()
    car = KuksaCar(SPECS, KuksaSettings(port=broker.port, connect_wait_ms=0, read_timeout_ms=5_000, backoff_max_ms=100))
    assert set(car.signals()) == set(SPECS)
    with pytest.raises(VehicleError, match=r"no connection to the databroker at 127\.0\.0\.1"):
        car.read(SPEED)
    broker.mend()
    assert eventually(lambda: car.is_connected)
    assert car.read(SPEED).value == 0.0
    car.close()


def test_signals_that_the_broker_lacks_are_not_there(shared_broker):
    from cabin.catalog.schema import SignalSpec

    more = SPECS | {"Vehicle.Body.Hood.IsOpen": SignalSpec("Vehicle.Body.Hood.IsOpen", "actuator", "boolean")}
    settings = KuksaSettings(port=shared_broker.port, connect_wait_ms=20_000, read_timeout_ms=5_000)
    car = KuksaCar(more, settings)
    assert set(car.signals()) == set(SPECS)
    car.close()


def test_paths_of_another_vss(shared_broker):
    from dataclasses import replace

    shared_broker.reset()
    newer = "Vehicle.Cabin.HVAC.Row1.Driver.Temperature"
    settings = KuksaSettings(
        port=shared_broker.port, connect_wait_ms=20_000, read_timeout_ms=5_000, paths={newer: TEMPERATURE}
    )
    car = KuksaCar({newer: replace(SPECS[TEMPERATURE], path=newer)}, settings)
    seen = []
    car.subscribe([newer], seen.append)
    car.write(newer, 23.0, 20_000)
    assert car.wait_for(newer, 23.0, 20_000).path == newer
    assert eventually(lambda: [signal.value for signal in seen] == [23.0])
    assert shared_broker.acted() == [(TEMPERATURE, 23.0)]
    car.close()


def test_closing_ends_a_wait(shared_broker, helpers):
    car = helpers.make_car(shared_broker)
    failures = []

    def wait():
        try:
            car.wait_for(POSITION, 99, 600_000)
        except VehicleError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.1)
    car.close()
    thread.join(30)
    assert not thread.is_alive()
    assert len(failures) == 1
