"""The car on a bus: the contract on python-can's virtual bus, and on vcan0 where the kernel has one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

pytest.importorskip("can", reason="python-can is not installed")

import can

from cabin.errors import VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.testing.vehicle_contract import (
    CONTACT,
    LOCKED,
    POSITION,
    SPECS,
    SPEED,
    ReconnectContract,
    VehicleContract,
    eventually,
)
from cabin_can.car import CanCar
from cabin_can.fake_ecus import FakeEcus
from cabin_can.settings import CanSettings

BUSES = ["virtual", *(path.name for path in Path("/sys/class/net").glob("vcan0"))]


@pytest.fixture(params=BUSES)
def settings(request):
    conftest = request.config.pluginmanager.getplugin(str(request.path.parent / "conftest.py"))
    return conftest.make_settings(request.param)


@pytest.fixture
def car(can_map, settings, ecus):
    car = CanCar(can_map, settings)
    yield car
    car.close()


class TestContract(VehicleContract):
    specs = {path: spec for path, spec in SPECS.items() if path != CONTACT}  # noqa: RUF012  (as the base class has it)


class TestReconnect(ReconnectContract):
    @pytest.fixture
    def link(self, ecus):
        return ecus


def test_a_value_that_no_frame_has_confirmed_for_long_is_not_told(can_map, ecus, settings):
    from dataclasses import replace

    car = CanCar(can_map, replace(settings, stale_ms=300))
    assert car.read(SPEED).value == 0.0
    ecus.cut()
    assert eventually(lambda: raises(VehicleError, lambda: car.read(SPEED)))
    with pytest.raises(VehicleError, match=r"DRIVE_Status\d+ not for"):
        car.read(SPEED)
    with pytest.raises(VehicleError, match="control unit BODY is silent"):
        car.write(LOCKED, False, 5000)
    car.close()


def raises(kind, call):
    try:
        call()
    except kind:
        return True
    return False


def test_frames_that_were_damaged_change_nothing(car, ecus, settings, can_map):
    seen = []
    car.subscribe([SPEED], seen.append)
    frame = can_map.signals[SPEED].frame
    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        bus.send(can.Message(arbitration_id=frame.frame_id, data=bytes(8), is_extended_id=False))
        bus.send(can.Message(arbitration_id=frame.frame_id, data=b"\1", is_extended_id=False))
        bus.send(can.Message(arbitration_id=0x7FF, data=b"\1", is_extended_id=False))
    ecus.tell(SPEED, 30.0)
    assert eventually(lambda: seen)
    assert [signal.value for signal in seen] == [30.0]


def test_a_sensor_tells_its_changes(car, ecus):
    seen = []
    car.subscribe([SPEED], seen.append)
    for speed in (12.5, -4.0):
        ecus.tell(SPEED, speed)
        assert car.wait_for(SPEED, speed, 20_000).value == speed
    assert eventually(lambda: [signal.value for signal in seen] == [12.5, -4.0])


def test_too_short_a_deadline_sends_nothing(car, ecus):
    with pytest.raises(VehicleTimeoutError, match="too little time"):
        car.write(POSITION, 80, 20)
    assert ecus.acted() == []


def test_a_command_that_lay_in_a_queue_is_told_to_be_late(can_map, car, ecus, settings):
    """Captured on its way, kept, and sent once its deadline is past: the control unit does not act."""
    ecus.lose_next_command()
    unit = can_map.signals[POSITION].unit
    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        with pytest.raises(WriteUnknownError):
            car.write(POSITION, 80, 400)
        kept = next(m for m in iter(lambda: bus.recv(5), None) if m.arbitration_id == unit.command.frame_id)
        bus.send(kept)
        answer = next(m for m in iter(lambda: bus.recv(5), None) if m.arbitration_id == unit.ack.frame_id)
    assert str(unit.ack.decode(answer.data)["Result"]) == "LATE"
    assert ecus.acted() == []


def test_a_command_that_arrives_twice_acts_once(can_map, car, ecus, settings):
    unit = can_map.signals[POSITION].unit
    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        car.write(POSITION, 80, 10_000)
        sent = next(m for m in iter(lambda: bus.recv(5), None) if m.arbitration_id == unit.command.frame_id)
        bus.send(sent)
        answers = (m for m in iter(lambda: bus.recv(5), None) if m.arbitration_id == unit.ack.frame_id)
        assert [str(unit.ack.decode(next(answers).data)["Result"]) for _ in range(2)] == ["TAKEN", "TAKEN"]
    assert ecus.acted() == [(POSITION, 80)]


def test_a_bus_that_is_not_there_is_tried_again_and_told(can_map):
    settings = CanSettings("socketcan", "nobus9", connect_wait_ms=0, backoff_first_ms=5)
    car = CanCar(can_map, settings)
    with pytest.raises(VehicleError, match="the car does not tell it"):
        car.read(SPEED)
    car.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "can"]


def test_each_signal_of_the_catalogs_that_is_on_the_bus_can_be_written(settings):
    from cabin.assembly import open_catalog
    from cabin.plugins import load_plugins
    from cabin_can.mapping import load_map

    signals = open_catalog(load_plugins({})).signals
    whole = load_map(Path("cabin.dbc"), Path("can.yaml"), signals)
    ecus, wrong = FakeEcus(whole, settings), []
    car = CanCar(whole, settings)
    for path, spec in car.signals().items():
        assert spec.kind == signals[path].kind
        if spec.kind != "actuator":
            continue
        top = spec.allowed[-1] if spec.allowed else True if spec.datatype == "boolean" else spec.maximum
        target = int(top) if spec.datatype.startswith(("int", "uint")) else top
        car.write(path, target, 20_000)
        if car.wait_for(path, target, 20_000).value != target:
            wrong.append((path, target, car.read(path).value))
    car.close()
    ecus.cut()
    assert wrong == []
    assert len(ecus.acted()) > 150
