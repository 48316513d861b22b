from __future__ import annotations

import json

from cabin.cli.output import to_plain
from cabin.cli.turns import turn_json
from cabin.control.binding import bind
from cabin.control.turns import TurnData, turn_data, turn_of, without_words
from cabin.messages import Command, Hypothesis, Parse, Transcript, Turn

SENTENCES = ["open the window", "unlock the door", "how far can i go", "open the trunk and fly to the moon"]


def turns(open_small_chain):
    chain = open_small_chain()
    yield from (chain.say(text) for text in SENTENCES)
    chain.close()


def test_a_turn_on_the_wire_is_what_cabin_say_prints(open_small_chain):
    for turn in turns(open_small_chain):
        told, shown = to_plain(turn_data(turn)), json.loads(json.dumps(turn_json(turn)))
        shared = told.keys() & shown.keys()
        assert shared >= {"text", "commands", "refused", "ms", "outcomes", "reply"}
        assert {key: told[key] for key in shared} == {key: shown[key] for key in shared}


def test_there_and_back(open_small_chain):
    for turn in turns(open_small_chain):
        data = turn_data(turn)
        again = bind(TurnData, json.loads(json.dumps(to_plain(data))), strict=False)
        assert again == data
        back = turn_of(again)
        assert (back.reply, [each.status for each in back.outcomes]) == (
            turn.reply,
            [each.status for each in turn.outcomes],
        )
        assert turn_data(back).outcomes == data.outcomes


def test_what_was_heard():
    spoken = Turn(Parse("hi"), (), "", Transcript((Hypothesis("hi", -1.0),), "test"))
    silent = Turn(Parse("", refused="chatter"), (), "", Transcript((), "test"))
    assert (turn_data(spoken).transcript, turn_data(spoken).heard) == ("hi", True)
    assert (turn_data(silent).transcript, turn_data(silent).heard) == ("", False)
    assert turn_of(turn_data(spoken)).transcript.text == "hi"
    assert turn_of(turn_data(silent)).transcript.hypotheses == ()
    unsure = turn_data(Turn(Parse("x", (Command("a.b", unsure=True),)), (), ""))
    assert unsure.commands[0].zone == "confirm"
    assert turn_of(unsure).parse.commands[0].unsure


def test_without_words_nothing_said_is_left(open_small_chain):
    chain = open_small_chain()
    turn = turn_data(chain.say("set the temperature to 22 degrees"))
    chain.close()
    told = json.dumps(to_plain(without_words(turn)))
    for word in ("22", "degree", "Setting", "Vehicle."):
        assert word not in told
    assert "temperature.set" in told
    assert '"done"' in told
