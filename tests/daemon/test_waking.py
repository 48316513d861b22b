"""What the main process tells the worker's gate: buttons, replies, cabin's own voice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cabin.config import CabinConfig
from cabin.daemon.letters import OwnVoice
from cabin.daemon.waking import EARLY_S, Waking
from cabin.dialog.state import Question
from cabin.messages import Command, Outcome, Parse, Turn
from cabin.wake.config import WakeConfig

DONE = Turn(Parse("open the window"), (Outcome(Command("window.open"), "done", "Opening."),), "Opening.")
ASKED = replace(DONE, pending=Question(1, "which", "Which one?", (), 0.0))


class Link:
    def __init__(self):
        self.sent = []

    def send(self, letter):
        self.sent.append(letter)


@pytest.fixture
def made():
    def make(**wake):
        link = Link()
        config = replace(CabinConfig(), wake=WakeConfig(**wake))
        return Waking(lambda: config, lambda: link), link.sent

    return make


def test_the_button_opens_the_gate_a_little_earlier_and_closes_it(made):
    waking, sent = made(mode="push_to_talk")
    with waking.pushed(5.0):
        (opened,) = sent
    assert (opened.by, opened.seconds) == ("push_to_talk", 5.0 + EARLY_S)
    closed = sent[1]
    assert (closed.by, closed.seconds) == ("push_to_talk", 0.0)
    assert closed.from_s - opened.from_s >= EARLY_S


def test_a_button_whose_turn_fails_is_closed_all_the_same(made):
    waking, sent = made(mode="phrase")
    with pytest.raises(ValueError, match="broken"), waking.pushed(5.0):
        raise ValueError("broken")
    assert sent[-1].seconds == 0.0


def test_after_an_answer_something_may_follow(made):
    waking, sent = made(mode="push_to_talk", follow_up_s=4.0)
    assert not waking.is_awake
    waking.answered(DONE)
    assert waking.is_awake
    assert [(letter.by, letter.seconds) for letter in sent] == [("follow_up", 4.0)]


def test_a_question_waits_for_its_answer_as_long_as_the_dialog_does(made):
    waking, sent = made(mode="phrase", follow_up_s=0.0)
    waking.answered(DONE)
    assert sent == []
    waking.answered(ASKED)
    assert sent[0].seconds == CabinConfig().dialog.question_s
    waking.answered(replace(ASKED, pending=replace(ASKED.pending, soft=True)))
    assert len(sent) == 1


def test_what_was_not_for_the_car_opens_nothing(made):
    waking, sent = made(mode="phrase")
    waking.answered(Turn(Parse("hm", refused="chatter"), (), ""))
    waking.answered(Turn(Parse("hm", refused="unclear"), (), "Sorry, I did not understand."))
    assert sent == []


def test_without_a_phrase_nobody_is_told(made):
    waking, sent = made()
    waking.answered(DONE)
    waking.told("speaking")
    assert sent == []
    assert waking.listens_always


def test_cabin_speaks(made):
    waking, sent = made(mode="phrase")
    for event in ("speaking", "turn", "spoken", "interrupted"):
        waking.told(event)
    assert [letter.on for letter in sent] == [True, False, False]
    assert all(isinstance(letter, OwnVoice) for letter in sent)


@pytest.mark.parametrize(("mode", "listens"), [("off", True), ("phrase", True), ("push_to_talk", False)])
def test_only_the_button_needs_no_sound(made, mode, listens):
    assert made(mode=mode)[0].listens_always is listens


def test_a_worker_that_is_gone_is_told_nothing(made):
    waking = Waking(lambda: replace(CabinConfig(), wake=WakeConfig(mode="phrase")), lambda: None)
    waking.answered(DONE)
    assert waking.is_awake
