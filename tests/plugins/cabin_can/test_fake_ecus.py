from __future__ import annotations

import pytest

pytest.importorskip("can", reason="python-can is not installed")

import can
from click.testing import CliRunner

from cabin.testing.vehicle_contract import LOCKED, POSITION, SPEED
from cabin_can.fake_ecus import main
from cabin_can.frames import CLOCK_STEPS, sealed


@pytest.fixture
def ask(can_map, ecus, settings):
    """Send a command's fields and return what the control unit says."""
    unit = can_map.signals[POSITION].unit

    def ask(bus, whole=True, **fields):
        told = {"Item": can_map.signals[POSITION].item, "Clock": ecus.clock(unit), "Counter": 1, "ValidFor": 200}
        told |= {"Checksum": 0, **fields}
        data = unit.command.encode({"DoorR1DrvWindowPos": 50, **told} if "Item" not in fields else told)
        data = sealed(unit.command.frame_id, data) if whole else data[:-1] + b"\0"
        bus.send(can.Message(arbitration_id=unit.command.frame_id, data=data, is_extended_id=False))
        while (message := bus.recv(1 if not whole else 20)) is not None:
            if message.arbitration_id == unit.ack.frame_id:
                return str(unit.ack.decode(message.data)["Result"])
            if not whole and message.arbitration_id == unit.alive.frame_id:
                return "nothing"
        return "nothing"

    with can.Bus(interface=settings.interface, channel=settings.channel) as bus:
        yield lambda **fields: ask(bus, **fields)


def test_takes_what_is_fresh(ask, ecus):
    assert ask() == "TAKEN"
    assert ecus.acted() == [(POSITION, 50)]


def test_drops_what_is_too_old(ask, ecus, can_map):
    now = ecus.clock(can_map.signals[POSITION].unit)
    assert ask(Clock=(now - 201) % CLOCK_STEPS) == "LATE"
    assert ask(Clock=(now + 5) % CLOCK_STEPS, ValidFor=3) == "LATE"
    assert ecus.acted() == []


def test_does_not_hear_what_was_damaged(ask, ecus):
    assert ask(whole=False) == "nothing"
    assert ecus.acted() == []


def test_takes_the_greatest_value(ask, ecus):
    assert ask(DoorR1DrvWindowPos=100) == "TAKEN"
    assert ecus.acted() == [(POSITION, 100)]


def test_tells_sensors(ecus):
    ecus.tell(SPEED, 30.0)
    with pytest.raises(Exception, match="cannot hold"):
        ecus.tell(LOCKED, 3)


def test_help_says_what_it_is():
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert "control units" in shown.output
