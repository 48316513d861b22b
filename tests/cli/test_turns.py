from __future__ import annotations

import json

from cabin.cli.output import json_line
from cabin.cli.turns import change_text, command_text, parse_json, stage_text, turn_json
from cabin.messages import Command, Outcome, Parse, Signal, SignalChange, Transcript, Turn, Verdict

COMMAND = Command("window.open", {"value": 22.5, "position": "driver"}, 0.98765, "template")
CHANGE = SignalChange("A.B", None, True, False, False, "")


def test_lines_for_people():
    assert command_text(COMMAND) == "window.open value=22.5 position=driver"
    assert command_text(Command("fan.on")) == "fan.on"
    assert change_text(CHANGE) == "A.B: unknown -> false (wanted true)"
    assert change_text(SignalChange("A.B", 0, 50, 50, True, "percent")) == "A.B: 0 -> 50 percent"
    assert change_text(SignalChange("A.B", 50, 50, 50, True, "percent")) == "A.B: 50 percent, as it was"
    assert stage_text({"parse": 1.234, "total": 5.0}) == "parse 1.2; total 5.0 ms"


def test_the_exact_fields_of_parse():
    assert parse_json(Parse("x", (COMMAND,), None, 1.0, {"total": 1.23456})) == {
        "text": "x",
        "commands": [{"intent": "window.open", "slots": dict(COMMAND.slots), "confidence": 0.9877, "zone": "act"}],
        "refused": None,
        "ms": {"total": 1.235},
    }
    assert parse_json(Parse("x", refused="question"))["refused"] == "question"
    unsure = Command("fan.on", unsure=True)
    assert parse_json(Parse("x", (unsure,)))["commands"][0]["zone"] == "confirm"


def test_a_whole_turn_goes_through_json():
    verdict = Verdict("confirm", "Sure?", "ask")
    outcome = Outcome(COMMAND, "unconfirmed", "Hm.", verdict, (CHANGE,), (Signal("C.D", 3, 20.0),))
    turn = Turn(Parse("x", (COMMAND,)), (outcome,), "Hm.", Transcript((), "r"), None, {"total": 2.0})
    told = json.loads(json_line(turn_json(turn, "a.wav")))
    assert (told["file"], told["transcript"], told["reply"]) == ("a.wav", "", "Hm.")
    (told_outcome,) = told["outcomes"]
    assert told_outcome["verdict"] == {"decision": "confirm", "reason": "Sure?", "rule": "ask"}
    assert told_outcome["changes"][0]["before"] is None
    assert told_outcome["readings"] == [{"path": "C.D", "value": 3, "timestamp_ms": 20.0}]
    assert told_outcome["by"] == "template"


def test_what_a_conversation_adds():
    from cabin.dialog.state import Question

    question = Question(2, "slot", "To what?", (COMMAND,), 1.0, slot="value", choices=("max",))
    told = turn_json(Turn(Parse("x"), (), "To what?", resolved=(COMMAND,), pending=question))
    calls = [{"intent": "window.open", "slots": dict(COMMAND.slots)}]
    assert told["resolved"] == calls
    assert told["pending"] == {
        "number": 2, "kind": "slot", "text": "To what?", "slot": "value", "choices": ["max"], "commands": calls,
    }  # fmt: skip
    assert "resolved" not in turn_json(Turn(Parse("x"), (), ""), "a.wav")
