"""The gate by its properties: nothing opens it but the phrase, the button and a reply, and never its own voice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cabin.wake.gate import ECHO_S, WakeGate

MODES = ("off", "phrase", "push_to_talk")


@pytest.mark.parametrize(("mode", "decision"), [("off", "open"), ("phrase", "ask"), ("push_to_talk", "closed")])
@given(st.floats(-1e6, 1e6))
def test_at_first_it_is_asleep(mode, decision, at_s):
    assert WakeGate(mode).decide(at_s) == decision


@pytest.mark.parametrize("by", ["phrase", "push_to_talk", "follow_up"])
@given(st.floats(0, 1000), st.floats(0.1, 60), st.floats(-100, 2000))
def test_a_window_is_open_from_its_begin_to_its_end(by, from_s, seconds, at_s):
    gate = WakeGate("phrase")
    gate.open(by, from_s, seconds)
    inside = from_s <= at_s <= from_s + seconds
    assert gate.decide(at_s) == ("open" if inside else "ask")
    assert gate.awake_by(at_s) == (by if inside else None)


def test_what_was_heard_uses_a_window_up_but_not_the_buttons():
    gate = WakeGate("phrase", window_s=6.0)
    gate.woken(10.0)
    assert gate.decide(12.0) == "open"
    gate.took(12.0)
    assert gate.decide(13.0) == "ask"
    gate.open("push_to_talk", 20.0, 5.0)
    gate.took(21.0)
    assert gate.decide(22.0) == "open"
    gate.close("push_to_talk")
    assert gate.decide(22.0) == "ask"


def test_a_reply_that_is_spoken_is_followed_by_its_window():
    gate = WakeGate("phrase")
    gate.speaking(True, 10.0)
    gate.open("follow_up", 10.0, 5.0)
    assert gate.decide(11.0) == "closed"
    gate.speaking(False, 13.0)
    assert gate.decide(13.0 + ECHO_S / 2) == "closed"
    assert gate.decide(13.0 + ECHO_S) == "open"
    assert gate.decide(17.9) == "open"
    assert gate.decide(18.5) == "ask"


def test_the_button_is_stronger_than_its_own_voice():
    gate = WakeGate("push_to_talk")
    gate.speaking(True, 10.0)
    gate.open("push_to_talk", 11.0, 5.0)
    assert gate.decide(12.0) == "open"


class Life(RuleBasedStateMachine):
    """Any order of events on a clock that goes on."""

    def __init__(self):
        super().__init__()
        self.gate = WakeGate("phrase", window_s=6.0)
        self.now, self.speaking, self.spoke_until = 0.0, False, float("-inf")
        self.may_be_awake_until = float("-inf")

    @rule(seconds=st.floats(0, 20))
    def time_goes_on(self, seconds):
        self.now += seconds

    @rule()
    def phrase_alone(self):
        self.gate.woken(self.now)
        self.may_be_awake_until = max(self.may_be_awake_until, self.now + 6.0)

    @rule(seconds=st.floats(0, 10))
    def reply(self, seconds):
        self.gate.open("follow_up", self.now, seconds)
        self.may_be_awake_until = max(self.may_be_awake_until, self.now + seconds)
        self.follow_up = seconds

    @rule()
    def heard(self):
        self.gate.took(self.now)

    @rule()
    def cancelled(self):
        self.gate.close()
        self.may_be_awake_until = float("-inf")

    @rule()
    def begins_to_speak(self):
        self.gate.speaking(True, self.now)
        self.speaking = True

    @precondition(lambda self: self.speaking)
    @rule()
    def ends_speaking(self):
        self.gate.speaking(False, self.now)
        self.speaking, self.spoke_until = False, self.now + ECHO_S
        self.may_be_awake_until = max(self.may_be_awake_until, self.now + ECHO_S + 10.0)

    @invariant()
    def never_its_own_voice(self):
        if self.speaking or self.now < self.spoke_until:
            assert self.gate.decide(self.now) == "closed"

    @invariant()
    def asleep_when_nothing_woke_it(self):
        if self.now > self.may_be_awake_until:
            assert self.gate.decide(self.now) != "open"


TestLife = Life.TestCase
