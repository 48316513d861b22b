from __future__ import annotations

import pytest

pytest.importorskip("can", reason="python-can is not installed")

import can

from cabin.errors import VehicleError
from cabin.testing.vehicle_contract import eventually
from cabin_can.bus import BusThread
from cabin_can.settings import CanSettings


def test_frames_are_handed_on_and_sent(settings):
    seen = []
    thread = BusThread(settings, seen.append)
    assert eventually(lambda: thread._bus is not None)
    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        bus.send(can.Message(arbitration_id=5, data=b"ab", is_extended_id=False))
        assert eventually(lambda: [message.arbitration_id for message in seen] == [5])
        thread.send(6, b"cd", 1.0)
        assert bytes(bus.recv(10).data) == b"cd"
    thread.close()


def test_a_handler_that_raises_does_not_end_the_thread(settings):
    seen = []

    def handle(message):
        seen.append(message.arbitration_id)
        raise ValueError("handler")

    thread = BusThread(settings, handle)
    assert eventually(lambda: thread._bus is not None)
    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        for number in (1, 2):
            bus.send(can.Message(arbitration_id=number, data=b"", is_extended_id=False))
    assert eventually(lambda: seen == [1, 2])
    thread.close()


def test_a_bus_that_fails_is_opened_again(settings):
    seen = []
    thread = BusThread(settings, seen.append)
    assert eventually(lambda: thread._bus is not None)
    thread._bus.shutdown()  # as a controller that is gone: its next look raises
    first = thread._bus
    assert eventually(lambda: thread._bus not in (None, first))
    thread.send(6, b"cd", 1.0)
    thread.close()


def test_a_bus_that_is_not_open_takes_nothing():
    thread = BusThread(CanSettings("socketcan", "nobus9"), print)
    with pytest.raises(VehicleError, match="socketcan:nobus9: the CAN bus is not open"):
        thread.send(1, b"", 1.0)
    thread.close()
    with pytest.raises(VehicleError):
        thread.send(1, b"", 1.0)
