from __future__ import annotations

import random

import pytest

from cabin.bench.policy_draw import CommandDraw
from cabin.template_parser import TemplateParser
from cabin.vehicle.signals import check_value
from cabin_simcar.car import SimulatedCar


@pytest.fixture
def draw(small_catalog):
    return CommandDraw(small_catalog, random.Random(3), SimulatedCar(small_catalog.signals).signals())


def test_commands_are_of_the_catalog_with_its_slots(draw, small_catalog):
    seen = set()
    for _ in range(300):
        command = draw.command()
        seen.add(command.intent)
        slots = small_catalog.intents[command.intent].slots
        assert set(command.slots) <= set(slots)
        assert all(name in command.slots for name, slot in slots.items() if slot.required)
    assert seen == {name for name in small_catalog.intents if not name.startswith("assistant.")}
    assert {draw.asked_about().intent for _ in range(20)} == {"door.unlock"}


def test_sentences_are_understood(draw, small_catalog):
    parser = TemplateParser(small_catalog)
    assert all(parser.parse(draw.sentence()).commands for _ in range(20))


def test_writes_are_what_the_signal_can_hold(draw, small_catalog):
    signals = SimulatedCar(small_catalog.signals).signals()
    for _ in range(300):
        path, value = draw.write()
        assert signals[path].kind == "actuator"
        check_value(signals[path], value)


def test_favoured_signals_are_written_more(small_catalog):
    signals = SimulatedCar(small_catalog.signals).signals()
    draw = CommandDraw(small_catalog, random.Random(3), signals, lambda path: "Trunk" in path)
    assert sum("Trunk" in draw.write()[0] for _ in range(200)) > 80


def test_writers_are_those_that_can_set_it_so(draw):
    trunk = "Vehicle.Body.Trunk.Rear.IsOpen"
    assert draw.writers(trunk, True) == ("trunk.open",)
    assert draw.writers(trunk, False) == ("trunk.open",)
    assert draw.writers("Vehicle.Cabin.Door.Row2.DriverSide.Window.Position", 20) == ("window.open",)
    assert draw.writers("Vehicle.Speed", 1.0) == ()
