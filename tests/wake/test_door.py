"""Both stages together: what is let through, with which text, and which windows that opens."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import Hypothesis, Transcript, Utterance
from cabin.wake.detector import Detection
from cabin.wake.door import WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.phrase import WakePhrase

SOUND = np.zeros(16_000, dtype=np.float32)
SAID = Utterance(SOUND, 10.0, 11.0, "test")


class Told:
    """A detector that says what it is told to say."""

    def __init__(self, verdict="unsure", detection=None, sounds_like=()):
        self.verdict, self.detection, self.sounds_like = verdict, detection, sounds_like
        self.heard = []

    def begin(self):
        self.heard.append("begin")

    def accept(self, samples):
        self.heard.append(len(samples))
        return 0.0

    def end(self):
        self.heard.append("end")


def text(*readings):
    return Transcript(tuple(Hypothesis(each, -1.0) for each in readings), "test", catalog_evidence=-0.5)


@pytest.fixture
def door():
    def make(detector=None, mode="phrase"):
        return WakeDoor(WakeGate(mode, 6.0), WakePhrase("hey car"), detector or Told(), 0.8)

    return make


def heard(door, transcript, begun_s=10.3, utterance=SAID, ended_s=11.0):
    door.begin(utterance.samples, begun_s)
    admission = door.admit(utterance, ended_s)
    door.end()
    reading = door.read(admission, transcript)
    door.note(admission, reading)
    return admission, reading


def test_phrase_and_order_in_one_breath(door):
    _, reading = heard(door(), text("hey car turn on the light"))
    assert (reading.kind, reading.transcript.text, reading.likeness) == ("pass", "turn on the light", 1.0)
    assert reading.transcript.catalog_evidence == -0.5


def test_the_phrase_alone_opens_a_window_for_one_order(door):
    made = door()
    assert heard(made, text("hey car"))[1].kind == "alone"
    admission, reading = heard(made, text("turn on the light"), begun_s=14.0, ended_s=15.0)
    assert (admission.decision, reading.kind, reading.likeness) == ("open", "pass", None)
    assert heard(made, text("turn it off again"), begun_s=16.0)[1].kind == "drop"


def test_the_window_closes_by_itself(door):
    made = door()
    heard(made, text("hey car"))
    assert heard(made, text("turn on the light"), begun_s=17.5)[1].kind == "drop"


def test_without_the_phrase_nothing_passes(door):
    for said in (text("turn on the light"), text(), text("they are here")):
        assert heard(door(), said)[1].kind == "drop"


def test_in_a_window_the_phrase_is_taken_off_all_the_same(door):
    made = door()
    made.gate.open("follow_up", 10.0, 5.0)
    assert heard(made, text("hey car open the window"))[1].transcript.text == "open the window"


def test_what_the_first_stage_rules_out_is_not_recognized(door):
    made = door(Told("no"))
    made.begin(SOUND, 10.3)
    assert not made.is_worth_recognizing
    admission = made.admit(SAID, 11.0)
    assert admission.decision == "closed"
    assert made.read(admission, text("hey car stop")).kind == "drop"


def test_a_detector_that_heard_it_makes_up_for_a_text_that_is_less_like_it(door):
    said = text("take car turn on the light")
    assert heard(door(Told("unsure")), said)[1].kind == "drop"
    found = Told("yes", Detection(1.0, 0.9), ("hater",))
    assert heard(door(found), said)[1].transcript.text == "turn on the light"
    assert heard(door(found), text("hater"))[1].kind == "alone"
    assert heard(door(found), text("what a day"))[1].kind == "drop"


def test_the_recognizer_does_not_confirm_itself(door):
    found = Told("yes", Detection(1.0, 0.9, by_sound=False), ("hater",))
    assert heard(door(found), text("take car stop"))[1].kind == "drop"


def test_of_several_readings_any_may_hold_the_phrase_it_heard(door):
    said = text("hate cars turn on the light", "hey car turn on the light", "it was")
    _, reading = heard(door(Told("yes", Detection(1.0, 0.9))), said)
    assert {each.text for each in reading.transcript.hypotheses} == {"turn on the light"}
    assert heard(door(), text("it was", "hey car stop"))[1].kind == "drop"


def test_talk_long_before_the_phrase_is_cut_off(door):
    long = Utterance(np.arange(160_000, dtype=np.float32), 10.0, 20.0, "test")
    made = door(Told("yes", Detection(7.0, 0.9, 1.0)))
    admission, reading = heard(made, text("and then hey car open the window"), utterance=long)
    assert admission.utterance.start_s == pytest.approx(10.0 + 7.0 - 1.0 - 0.4)
    assert admission.utterance.samples[0] == pytest.approx(16_000 * 5.6)
    assert admission.utterance.end_s == 20.0
    assert reading.transcript.text == "open the window"


def test_near_its_beginning_nothing_is_cut_off(door):
    assert heard(door(Told("yes", Detection(1.5, 0.9, 1.0))), text("hey car"))[0].utterance is SAID


def test_a_button_that_is_pushed_just_after_speech_began_still_counts(door):
    made = door(mode="push_to_talk")
    made.begin(SOUND, 10.3)
    assert not made.is_worth_recognizing
    made.gate.open("push_to_talk", 10.0, 5.0)
    assert made.admit(SAID, 11.0).decision == "open"


def test_a_button_needs_no_phrase_and_reads_none(door):
    made = door(mode="push_to_talk")
    assert heard(made, text("hey car stop"))[0].decision == "closed"
    made.gate.open("push_to_talk", 10.0, 5.0)
    _, reading = heard(made, text("hey car stop"))
    assert (reading.kind, reading.transcript.text) == ("pass", "hey car stop")


def test_the_detector_hears_only_what_may_hold_the_phrase(door):
    told = Told()
    made = door(told)
    made.gate.open("follow_up", 10.0, 5.0)
    heard(made, text("open it"))
    assert told.heard == []
    made.begin(SOUND, 30.0)
    made.accept(SOUND[:512])
    made.end()
    assert told.heard == ["begin", 16_000, 512, "end"]


def test_cabins_own_voice_wakes_nothing(door):
    made = door()
    made.gate.speaking(True, 10.0)
    assert heard(made, text("hey car open the window"))[1].kind == "drop"


@pytest.mark.parametrize(
    ("said", "kind"),
    [(text(), "alone"), (text("he cares he"), "alone"), (text("hey carrot"), "alone"), (text("good morning"), "drop")],
)
def test_the_phrase_alone_may_be_misread_where_it_was_heard_in_the_sound(door, said, kind):
    made = door(Told("yes", Detection(1.0, 0.9)))
    _, reading = heard(made, said)
    assert reading.kind == kind
    assert kind == "drop" or reading.transcript.hypotheses == ()
    assert heard(door(), said)[1].kind == "drop"


def test_a_misread_phrase_before_more_words_wakes_nothing(door):
    assert heard(door(Told("yes", Detection(1.0, 0.9))), text("he cares for the old man"))[1].kind == "drop"
