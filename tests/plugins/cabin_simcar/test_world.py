from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin_simcar.world import World

LEVEL = SignalSpec("A", "sensor", "uint8", minimum=0, maximum=10)
WORD = SignalSpec("B", "sensor", "string")


@pytest.fixture
def kept():
    return {"A": 5, "B": "x"}


@pytest.fixture
def world(kept):
    return World({"A": LEVEL, "B": WORD}, kept, 1)


def test_small_steps_are_not_rounded_away(world, kept):
    for _ in range(30):
        world.changes = {}
        world.set("A", world.number("A") + 0.1)
        kept.update(world.changes)
    assert kept["A"] == 8
    assert world.number("A") == pytest.approx(8.0)


def test_what_somebody_else_sets_takes_the_place_of_it(world, kept):
    world.set("A", 7.4)
    kept.update(world.changes)
    world.changes = {}
    assert world.number("A") == 7.4
    kept["A"] = 2
    assert world.number("A") == 2.0


def test_bounds_types_and_what_is_not_there(world):
    world.set("A", 99.0)
    world.set("B", "y")
    world.set("C", 1.0)
    assert world.changes == {"A": 10, "B": "y"}
    assert (world.has("C"), world.get("C", 3.0), world.number("B", 4.0), world.is_on("A")) == (False, 3.0, 4.0, False)


def test_chance_is_of_the_seed(kept):
    draws = [World({}, kept, seed).chance.random() for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
