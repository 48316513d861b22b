from __future__ import annotations

import pytest

from cabin.dialog.undo import writers
from cabin.messages import Command
from cabin_simcar.faults import Fault

SPEED = "Vehicle.Speed"
VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"
LOCKED = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"


def test_signals_go_back_and_it_is_said(talk):
    before = talk.car.read(VOLUME).value
    turn = talk.say("volume.set value=77", "undo that")
    assert talk.car.read(VOLUME).value == before
    assert turn.reply == f"Undone: the volume is back to {before} percent."
    assert [(outcome.command.intent, outcome.status) for outcome in turn.outcomes] == [("assistant.undo", "done")]
    assert talk.say("undo").reply == "There is nothing to undo."


def test_one_after_the_other(talk):
    before = talk.car.snapshot()
    talk.say("temperature.up", "volume.up", "ac.on + window.open position=all")
    talk.say("undo that", "undo that", "put it back")
    assert talk.car.snapshot() == before


def test_not_past_its_time(talk):
    talk.say("volume.up")
    talk.now_s += talk.session.config.undo_s
    assert talk.say("undo that").reply == "There is nothing to undo."


def test_policy_judges_the_way_back(talk):
    talk.car.place(LOCKED, False)
    talk.say("door.lock")
    talk.car.place(SPEED, 60.0)
    turn = talk.say("undo that")
    assert (turn.outcomes[0].status, turn.outcomes[0].verdict.rule) == ("refused", "moving")
    assert talk.car.read(LOCKED).value is True
    talk.car.place(SPEED, 0.0)
    assert talk.say("undo that").outcomes[0].status == "done"


def test_a_yes_where_policy_wants_one(talk):
    talk.car.place("Vehicle.ADAS.LaneDepartureDetection.IsEnabled", False)
    talk.say("lane_assist.on")
    asked = talk.say("undo that")
    assert asked.pending.text == "Shall I put the lane assist back to off?"
    assert talk.say("yes").reply == "Undone: the lane assist is back to off."
    assert talk.say("yes").reply == "There is nothing to confirm."


def test_a_car_that_does_not_answer_is_told(talk):
    talk.say("volume.set value=77")
    talk.car.inject(VOLUME, Fault("silent"))
    turn = talk.say("undo that")
    talk.car.inject(VOLUME, None)
    assert (turn.outcomes[0].status, turn.reply) == ("failed", "I could not put that back: the car does not answer.")


def test_what_somebody_changed_since_is_left(talk):
    talk.say("volume.set value=77")
    talk.car.place(VOLUME, 33)
    assert talk.say("undo that").reply == "It has been changed since, so I leave it."
    assert talk.car.read(VOLUME).value == 33


@pytest.mark.parametrize(("done", "undone"), [("media.next", "media.previous"), ("map.zoom_in", "map.zoom_out")])
def test_what_leaves_nothing_is_undone_by_its_opposite(talk, done, undone):
    assert [outcome.command.intent for outcome in talk.say(done, "undo that").outcomes] == [undone]


def test_what_cannot_be_taken_back_says_so(talk):
    turn = talk.say("horn.sound", "undo that")
    assert (turn.outcomes, turn.reply) == ((), "I can't take that back: sound the horn.")


def test_what_was_so_before_says_so(talk):
    assert talk.say("volume.set value=40", "volume.set value=40", "undo that").reply.startswith(
        "There is nothing to put"
    )


def test_the_intents_that_could_set_a_signal_so(catalog):
    done = Command("door.lock", {"position": "driver"})
    assert [each.intent for each in writers(catalog, LOCKED, False, done)] == ["door.unlock"]
    assert {each.intent for each in writers(catalog, VOLUME, 30, Command("volume.up"))} >= {"volume.set", "volume.down"}
