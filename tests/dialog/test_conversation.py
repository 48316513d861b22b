from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabin.dialog.rules import load_rules
from cabin.messages import Command, Parse

SPEED = "Vehicle.Speed"
LOCKED = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
WINDOW = "Vehicle.Cabin.Door.Row1.{}.Window.Position"
LANE = "Vehicle.ADAS.LaneDepartureDetection.IsEnabled"
NO_CONTEXT = [
    text
    for rule in load_rules().rules
    if rule.do not in ("undo", "repeat", "help", "yes", "no", "cancel")
    for text in (t for p in rule.patterns for t in p.templates)
]


def statuses(turn):
    return [(outcome.command.intent, outcome.status) for outcome in turn.outcomes]


def test_off_again_and_back(talk):
    turn = talk.say("ac.on", "turn it off again")
    assert statuses(turn) == [("ac.off", "done")]
    assert (turn.parse.refused, [each.intent for each in turn.resolved], turn.pending) == ("unclear", ["ac.off"], None)
    assert statuses(talk.say("and on again")) == [("ac.on", "done")]


def test_without_a_session_nothing_refers_to_anything(talk):
    talk.chain.say("ac.on")
    turn = talk.chain.say("turn it off again")
    assert (turn.outcomes, turn.reply, turn.resolved) == ((), "I did not understand what to do.", ())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_has_no_context_or_one_too_old_never_acts(talk, data):
    from cabin.dialog.phrases import expansions

    sentence = data.draw(st.sampled_from(expansions(data.draw(st.sampled_from(NO_CONTEXT)))))
    sentence = sentence.replace("{value}", "twenty").replace("{position}", "left")
    talk.now_s += 10_000
    before = talk.car.snapshot()
    assert talk.say(sentence).outcomes == ()
    assert talk.car.snapshot() == before
    talk.say("cancel")
    talk.say(data.draw(st.sampled_from(["ac.on", "window.open", "volume.up", "seat_heating.on position=left"])))
    after = talk.car.snapshot()
    talk.now_s += talk.session.config.context_s
    assert talk.say(sentence).outcomes == ()
    assert talk.car.snapshot() == after


def test_policy_is_asked_about_what_was_resolved(talk):
    talk.say("door.lock")
    talk.car.place(SPEED, 80.0)
    turn = talk.say("unlock it again")
    assert statuses(turn) == [("door.unlock", "refused")]
    assert turn.outcomes[0].verdict.rule == "moving"
    assert talk.car.read(LOCKED).value is True
    talk.car.place(SPEED, 0.0)
    assert statuses(talk.say("lane_assist.on", "turn it off")) == [("lane_assist.off", "confirm")]


def test_a_correction_puts_back_first(talk):
    turn = talk.say("window.open position=right", "no, the left one")
    assert statuses(turn) == [("assistant.undo", "done"), ("window.open", "done")]
    assert talk.car.read(WINDOW.format("PassengerSide")).value == 0
    assert talk.car.read(WINDOW.format("DriverSide")).value == 100
    talk.say("undo that")
    assert talk.car.read(WINDOW.format("DriverSide")).value == 0


@pytest.mark.parametrize(("answer", "status"), [("yes", "done"), ("yeah do it", "done"), ("assistant.yes", "done")])
def test_a_yes_acts_once(talk, answer, status):
    asked = talk.say("lane_assist.off")
    assert (asked.pending.kind, asked.pending.text) == ("confirm", "Shall I turn off the lane assist?")
    turn = talk.say(answer)
    assert (statuses(turn), turn.pending) == ([("lane_assist.off", status)], None)
    again = talk.say(answer)
    assert (again.outcomes, again.reply) == ((), "There is nothing to confirm.")


@pytest.mark.parametrize(
    ("answer", "reply"),
    [("no", "Okay, I won't turn off the lane assist."), ("don't", "Okay, I won't turn off the lane assist."),
     ("never mind", "Okay, never mind."), ("assistant.cancel", "Okay, never mind.")],
)  # fmt: skip
def test_a_no_or_cancel_ends_the_question(talk, answer, reply):
    turn = talk.say("lane_assist.off", answer)
    assert (turn.outcomes, turn.reply, turn.pending) == ((), reply, None)
    assert talk.say("yes").outcomes == ()


def test_an_unsure_yes_is_none(talk):
    talk.parser.known["guess"] = Parse("guess", (Command("assistant.yes", {}, 0.4, unsure=True),))
    assert ("lane_assist.off", "done") not in statuses(talk.say("lane_assist.off", "guess"))


def test_an_answer_too_late_answers_nothing(talk):
    talk.say("lane_assist.off")
    talk.now_s += talk.session.config.question_s
    assert talk.say("yes").reply == "There is nothing to confirm."


def test_what_was_said_before_the_question_is_no_answer(talk):
    talk.say("lane_assist.off")
    turn = talk.say("yes", said_s=talk.now_s - 3)
    assert (turn.outcomes, turn.pending is not None) == ((), True)
    assert statuses(talk.say("yes")) == [("lane_assist.off", "done")]


def test_another_command_drops_the_question_and_says_so(talk):
    turn = talk.say("lane_assist.off", "window.open")
    assert turn.reply == "Then I won't turn off the lane assist. Opening the window."
    assert talk.say("yes").outcomes == ()


def test_a_yes_answers_the_verdict_that_was_told_and_no_other(talk):
    talk.say("cruise_control.set value=100")
    changed = talk.say("make it 110")
    assert (statuses(changed), changed.pending.text[-4:]) == ([("cruise_control.set", "confirm")], "110?")
    turn = talk.say("yes")
    assert dict(turn.outcomes[0].command.slots) == {"value": 110}
    assert talk.say("yes").outcomes == ()


def test_policy_is_asked_again_at_the_yes(talk):
    talk.parser.known["unlock"] = Parse("unlock", (Command("door.unlock", {}, 0.4, unsure=True),))
    assert talk.say("unlock").pending.kind == "confirm"
    talk.car.place(SPEED, 50.0)
    assert statuses(talk.say("yes")) == [("door.unlock", "refused")]


def test_two_questions_come_one_after_the_other(talk):
    first = talk.say("lane_assist.off + ac.on + traction_control.off")
    assert statuses(first) == [("lane_assist.off", "confirm"), ("ac.on", "done"), ("traction_control.off", "confirm")]
    assert "traction" not in first.reply
    second = talk.say("no")
    assert (second.pending.text, statuses(second)) == (
        "Shall I turn off the traction control?", [("traction_control.off", "confirm")],
    )  # fmt: skip
    assert statuses(talk.say("yes")) == [("traction_control.off", "done")]
    assert talk.car.read(LANE).value is not False


@pytest.mark.parametrize(
    ("begun", "answer", "slots"),
    [
        ("set the temperature", "twenty two", {"value": 22}),
        ("set the temperature to", "to 71 degrees fahrenheit please", {"value": 71, "unit": "fahrenheit"}),
        ("set the volume", "max", {"value": "max"}),
        ("direct the air", "to my feet", {"direction": "feet"}),
        ("set the passenger temperature", "twenty", {"position": "passenger", "value": 20}),
        ("take me to", "the airport", {"destination": "the airport"}),
    ],
)
def test_a_missing_slot_is_asked_for_and_filled(talk, begun, answer, slots):
    asked = talk.say(begun)
    assert (asked.outcomes, asked.pending.kind, asked.reply) == ((), "slot", asked.pending.text)
    turn = talk.say(answer)
    assert [dict(outcome.command.slots) for outcome in turn.outcomes] == [slots]
    assert turn.pending is None or turn.pending.soft


def test_what_is_no_answer_asks_again(talk):
    talk.say("set the temperature")
    turn = talk.say("banana")
    assert turn.reply == "I did not understand what to do. Set the temperature to what?"
    assert statuses(talk.say("twenty")) == [("temperature.set", "done")]


def test_out_of_range_waits_for_a_better_number(talk):
    refused = talk.say("temperature.set value=90")
    assert (statuses(refused), refused.pending.soft) == ([("temperature.set", "refused")], True)
    assert dict(talk.say("twenty four").outcomes[0].command.slots) == {"value": 24}


def test_which_one(talk):
    asked = talk.say("ac.on + fan.on", "turn it off")
    assert (asked.pending.kind, asked.reply, asked.outcomes) == (
        "which",
        "Which one? The air conditioning or the fan?",
        (),
    )
    assert statuses(talk.say("the fan please")) == [("fan.off", "done")]
    assert talk.say("the fan").outcomes == ()


def test_chatter_is_met_with_silence_even_where_it_would_fit(talk):
    talk.parser.known["more"] = Parse("more", refused="chatter")
    turn = talk.say("volume.up", "more")
    assert (turn.outcomes, turn.reply) == ((), "")


def test_what_was_missing_is_told_and_can_be_said(talk):
    talk.parser.known["turn off the fan"] = Parse("turn off the fan", (Command("fan.off"),))
    assert talk.say("turn it off").reply == "Turn what off?"
    assert statuses(talk.say("the fan")) == [("fan.off", "done")]


def test_repeat_says_the_last_reply_and_does_nothing(talk):
    assert talk.say("say that again").reply == "There is nothing to repeat yet."
    turn = talk.say("window.open", "what did you say")
    assert (turn.reply, turn.outcomes) == ("Opening the window.", ())
    turn = talk.say("lane_assist.off", "say that again")
    assert (turn.reply, turn.pending is not None) == ("Shall I turn off the lane assist?", True)


def test_do_it_again_does_it_though_the_parser_reads_repeat(talk):
    talk.parser.known["do it again"] = Parse("do it again", (Command("assistant.repeat"),))
    assert statuses(talk.say("volume.up", "do it again")) == [("volume.up", "done")]


def test_help_says_what_can_be_said_now(talk):
    first, second = talk.say("help").reply, talk.say("help").reply
    assert first.startswith("Say what the car should do")
    assert first != second
    assert "yes or no" in talk.say("lane_assist.off", "help").reply
    assert "or cancel" in talk.say("no", "set the temperature", "what can i say").reply


def test_a_correction_counts_though_the_parser_reads_no(talk):
    talk.parser.known |= {text: Parse(text, (Command("assistant.no"),)) for text in ("no twenty", "no eighty", "no")}
    turn = talk.say("volume.set value=30", "no, twenty")
    assert dict(turn.outcomes[0].command.slots) == {"value": 20}
    turn = talk.say("cruise_control.set value=100", "no, eighty")
    assert turn.pending.text.endswith("80?")
    assert talk.say("no").reply == "Okay, I won't set the cruise control."
