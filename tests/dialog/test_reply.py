from __future__ import annotations

from typing import get_args

import pytest

from cabin.dialog.reply import (
    REFUSALS,
    Facts,
    join_choices,
    join_replies,
    say_done,
    say_obstacle,
    say_unavailable,
    say_unconfirmed,
)
from cabin.messages import Command, Outcome, Refusal, Signal, SignalChange
from cabin.vehicle.expressions import CannotAct
from cabin.vehicle.units import UnitSettings

WINDOW = "Vehicle.Cabin.Door.{}.Window.Position"
WARMTH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def change(path, before, after, target=None):
    target = after if target is None else target
    return SignalChange(path, before, target, after, after == target, "percent")


@pytest.fixture
def said(small_catalog):
    def said(intent, template=None, facts=None, **slots):
        shape = small_catalog.intents[intent]
        return say_done(template or shape.reply, Command(intent, slots), shape, facts or Facts(small_catalog.signals))

    return said


def test_every_refusal_has_its_words_and_chatter_silence():
    assert REFUSALS.keys() == set(get_args(Refusal))
    assert REFUSALS["chatter"] == ""


def test_slots_in_a_template(said):
    assert said("window.open", position="rear_left") == "Opening the rear left window."
    assert said("window.open") == "Opening the window."
    assert said("window.open", position="all") == "Opening every window."
    assert said("window.open", "{title} {device} {nonsense}.", position="all") == "Open the window window."


def test_the_value_is_the_target_in_the_unit_said(said, small_catalog):
    changes = (change(WARMTH, 21.0, 22.2222),)
    specs = small_catalog.signals
    assert (
        said("temperature.set", facts=Facts(specs, changes=changes), value=72)
        == "Setting the temperature to 22.2 degrees."
    )
    in_fahrenheit = Facts(specs, changes=changes, unit="fahrenheit")
    assert said("temperature.set", facts=in_fahrenheit, value=72) == "Setting the temperature to 72 degrees Fahrenheit."
    by_the_car = Facts(specs, UnitSettings("fahrenheit"), changes)
    assert said("temperature.set", facts=by_the_car, value=72).endswith("72 degrees Fahrenheit.")
    assert said("temperature.set", value=3) == "Setting the temperature to 3."


def test_readings(said, small_catalog):
    def read(*values):
        places = ("Row1.DriverSide", "Row2.DriverSide")
        signals = tuple(Signal(WINDOW.format(place), value) for place, value in zip(places, values, strict=False))
        return Facts(small_catalog.signals, readings=signals)

    assert said("window.get", facts=read(40)) == "The window is 40 percent open."
    assert said("window.get", facts=read(40, 40)) == "The window is 40 percent open."
    assert said("window.get", facts=read(40, 0)) == "The window is driver 40 percent and rear left 0 percent open."
    locked = Facts(small_catalog.signals, readings=(Signal("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", True),))
    assert said("door.get", facts=locked) == "The door is locked."
    assert said("door.get") == "The door is unknown."


def test_a_step_at_its_bound_says_so(said, small_catalog):
    def at_max(before):
        return Facts(small_catalog.signals, changes=(change(WARMTH, before, 28.0),), stopped_at="max")

    assert said("temperature.up", facts=at_max(26.0)) == "Warmer, 28 degrees. That is the maximum."
    assert said("temperature.up", facts=at_max(28.0)) == "It is already at the maximum."


def test_not_confirmed_says_where_it_stands(small_catalog):
    intent, specs = small_catalog.intents["window.open"], small_catalog.signals
    path = WINDOW.format("Row1.DriverSide")
    halfway = Facts(specs, changes=(change(path, 0, 40, 100),))
    assert say_unconfirmed(intent, halfway).endswith("it stands at 40 percent.")
    silent = Facts(specs, changes=(SignalChange(path, 0, 100, None, False),))
    assert "does not tell" in say_unconfirmed(intent, silent)


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        (CannotAct("out_of_range", low=16, high=28, unit="celsius"), "from 16 to 28 degrees."),
        (CannotAct("out_of_range", low=60.8, high=82.4, unit="fahrenheit"), "from 61 to 82 degrees Fahrenheit."),
        (CannotAct("out_of_range", low=0, high=4, unit="level"), "to levels 0 to 4."),
        (CannotAct("out_of_range", high=5, unit="km"), "to at most 5 kilometers."),
        (CannotAct("out_of_range", low=5, unit="min"), "to at least 5 minutes."),
        (CannotAct("missing", slot="position", choices=("driver", "rear_left")), "driver or rear left"),
        (CannotAct("missing", slot="value"), "I did not hear a value."),
        (CannotAct("unit", seen="mph"), "in mph."),
        (
            CannotAct("unknown_value", seen="snow", choices=("SPORT", "ECO", "NORMAL")),
            "I can take sport, eco or normal.",
        ),
        (CannotAct("no_place", seen="rear_left"), "I know no rear left window in this car."),
        (CannotAct("no_reading"), "does not tell where it stands"),
        (CannotAct("no_case"), "I did not understand how I should open the window."),
    ],
)
def test_what_cannot_be_done_says_what_can(small_catalog, obstacle, words):
    assert words in say_obstacle(obstacle, Command("window.open"), small_catalog.intents["window.open"])


def test_unavailable_names_the_plugin(small_catalog):
    assert say_unavailable("sunroof.open", "cabin_body") == "That needs the plugin cabin_body, which is not loaded."
    assert say_unavailable("sunroof.open") == "Nothing that is loaded can do sunroof.open."
    assert (
        say_unavailable("window.open", intent=small_catalog.intents["window.open"]) == "This car can't open the window."
    )


def test_several_replies_each_once():
    outcomes = [Outcome(Command("a.b"), "done", text) for text in ("Done.", "", "Window open.", "Done.")]
    assert join_replies(outcomes) == "Done. Window open."
    assert join_choices(()) == ""
