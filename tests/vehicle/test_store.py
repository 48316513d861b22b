from __future__ import annotations

import threading

import pytest

from cabin.errors import UnknownSignalError, VehicleError
from cabin.messages import Signal
from cabin.testing.vehicle_contract import LOCKED, POSITION, SPECS, SPEED, TEMPERATURE
from cabin.vehicle.store import SignalStore


@pytest.fixture
def store():
    return SignalStore(SPECS, "the car of this test")


def test_never_told_is_no_value(store):
    assert store.get(POSITION) == Signal(POSITION, None)


def test_only_what_differs_is_told(store):
    seen = []
    store.subscribe([TEMPERATURE], seen.append)
    for value in (21.0, 21.0004, 22.0):
        store.update([Signal(TEMPERATURE, value, 1.0), Signal(LOCKED, value > 21.5)])
    assert [signal.value for signal in seen] == [21.0, 22.0]


def test_the_first_state_may_come_quietly(store):
    seen = []
    store.subscribe([LOCKED], seen.append)
    store.update([Signal(LOCKED, True)], quietly=True)
    store.update([Signal(LOCKED, True)])
    assert seen == []
    assert store.get(LOCKED).value is True


def test_signals_of_others_are_passed_over(store):
    store.update([Signal("Vehicle.Other", 1)])
    with pytest.raises(UnknownSignalError):
        store.get("Vehicle.Other")


def test_targets_are_checked(store):
    assert store.check_target(TEMPERATURE, 20) == 20.0
    for path, value in ((SPEED, 1.0), (POSITION, 101), (LOCKED, 1)):
        with pytest.raises(VehicleError, match=path.replace(".", r"\.")):
            store.check_target(path, value)


def test_waiting_ends_with_the_value(store):
    store.update([Signal(POSITION, 0)])
    started = threading.Event()

    def read(path):
        started.set()
        return store.get(path)

    def tell():
        started.wait()
        store.update([Signal(POSITION, 50)])

    thread = threading.Thread(target=tell)
    thread.start()
    assert store.wait_for(read, POSITION, 50, 60_000).value == 50
    thread.join()


def test_waiting_outlasts_an_outage(store):
    answers = iter([VehicleError("gone"), Signal(POSITION, 50)])

    def read(_path):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert store.wait_for(read, POSITION, 50, 60_000, poll_ms=1).value == 50


def test_an_outage_that_lasts_is_told(store):
    def read(_path):
        raise VehicleError("gone")

    with pytest.raises(VehicleError, match="gone"):
        store.wait_for(read, POSITION, 50, 5, poll_ms=1)


def test_closed_once(store):
    assert (store.close(), store.close(), store.is_closed) == (True, False, True)
    with pytest.raises(VehicleError, match="the car of this test is closed"):
        store.check_target(LOCKED, True)
