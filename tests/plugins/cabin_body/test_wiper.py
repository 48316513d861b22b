"""Wiper steps on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.schema import Catalog
from cabin.messages import Command
from cabin_body.wiper import MODE, SPEEDS, step_wipers
from cabin_simcar.car import SimulatedCar


@pytest.mark.parametrize(
    ("before", "action", "amount", "after"),
    [
        ("OFF", "up", "", "INTERVAL"),
        ("INTERVAL", "up", "", "SLOW"),
        ("SLOW", "up", "lot", "FAST"),
        ("RAIN_SENSOR", "up", "little", "SLOW"),
        ("FAST", "down", "", "MEDIUM"),
        ("MEDIUM", "down", "lot", "INTERVAL"),
        ("SLOW", "down", "lot", "INTERVAL"),
    ],
)
def test_wipers_step_from_mode_to_mode(
    car: SimulatedCar, catalog: Catalog, before: str, action: str, amount: str, after: str
) -> None:
    car.place(MODE, before)
    slots = {"amount": amount} if amount else {}
    result = step_wipers(Command(f"wiper.{action}", slots), catalog.intents[f"wiper.{action}"], car)
    assert car.read(MODE).value == after
    assert [(change.before, change.after) for change in result.changes] == [(before, after)]


@pytest.mark.parametrize(("before", "action"), [("FAST", "up"), ("INTERVAL", "down"), ("OFF", "down")])
def test_wipers_at_the_end_of_the_list_say_so(car: SimulatedCar, catalog: Catalog, before: str, action: str) -> None:
    car.place(MODE, before)
    result = step_wipers(Command(f"wiper.{action}"), catalog.intents[f"wiper.{action}"], car)
    assert not result.changes
    assert result.reply
    assert car.read(MODE).value == before


def test_wiper_speeds_are_modes_of_the_signal(catalog: Catalog) -> None:
    assert set(SPEEDS) == set(catalog.signals[MODE].allowed) - {"RAIN_SENSOR"}
