"""The mind behind the wake gate: the phrase read and taken off, heads read, and who is told what."""

from __future__ import annotations

import queue

import numpy as np
import pytest

from cabin.daemon import letters
from cabin.daemon.mind import Mind
from cabin.messages import Hypothesis, Parse, Transcript, Utterance
from cabin.wake.by_recognizer import RecognizerDetector
from cabin.wake.detector import WakeDetectorSettings
from cabin.wake.door import Admission, WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.phrase import WakePhrase

TEXTS = {1: "hey car open the window", 2: "hey car", 3: "open the window", 4: "broken"}


class Ears:
    """The first sample says what is heard."""

    def recognize(self, utterance, n_best=None):
        text = TEXTS[int(utterance.samples[0])]
        if text == "broken":
            raise RuntimeError(text)
        return Transcript((Hypothesis(text, -1.0),), "ears")


class Parser:
    def __init__(self):
        self.texts = []

    def parse(self, text):
        self.texts.append(text)
        return Parse(text, refused="chatter")


@pytest.fixture
def mind():
    mail, phrase = queue.Queue(), WakePhrase("hey car")
    detector = RecognizerDetector(WakeDetectorSettings(phrase, lambda _samples: None))
    door = WakeDoor(WakeGate("phrase"), phrase, detector)
    made = Mind(Parser(), Ears(), mail.put, door)
    made.mail, made.gate = mail, door.gate
    made.start()
    return made


def said(number, decision="ask", begun_s=10.0):
    utterance = Utterance(np.full(100, number, dtype=np.float32), begun_s, begun_s + 1.0, "test")
    return utterance, Admission(decision, utterance, False, begun_s, begun_s + 1.0)


def told(mind, utterance, admission, number=7):
    """Hand an utterance on and return what is told of it, up to rest."""
    mind.take(number, utterance, 0.0, admission)
    seen = []
    while not (seen and isinstance(seen[-1], letters.Rested)):
        seen.append(mind.mail.get(timeout=60))
    return [letter for letter in seen if not isinstance(letter, letters.Begun | letters.Rested)]


def test_phrase_and_order(mind):
    woken, understood = told(mind, *said(1))
    assert woken == letters.Woken(7, 1.0, False)
    assert (understood.utterance, understood.transcript.text) == (7, "open the window")
    assert mind._parser.texts == ["open the window"]


def test_the_phrase_alone_opens_the_gate_and_is_not_parsed(mind):
    assert told(mind, *said(2)) == [letters.Woken(7, 1.0, True)]
    assert mind._parser.texts == []
    assert mind.gate.awake_by(12.0) == "phrase"


def test_an_order_without_the_phrase_is_told_as_unaddressed(mind):
    assert told(mind, *said(3)) == [letters.Unaddressed(7)]
    assert mind._parser.texts == []


def test_in_a_window_no_phrase_is_needed_and_the_window_is_used_up(mind):
    mind.gate.open("follow_up", 9.0, 60.0)
    (understood,) = told(mind, *said(3, "open"))
    assert understood.transcript.text == "open the window"
    assert mind.gate.awake_by(12.0) is None


def test_a_guess_opens_nothing_until_it_stands(mind):
    utterance, admission = said(2)
    mind.guess(utterance, admission)
    while not isinstance(mind.mail.get(timeout=60), letters.Rested):
        pass
    assert mind.gate.awake_by(12.0) is None
    assert told(mind, utterance, admission) == [letters.Woken(7, 1.0, True)]
    assert mind.gate.awake_by(12.0) == "phrase"


def test_a_guess_under_another_decision_is_read_again(mind):
    utterance, admission = said(3)
    mind.guess(utterance, admission)
    while not isinstance(mind.mail.get(timeout=60), letters.Rested):
        pass
    (understood,) = told(mind, utterance, said(3, "open")[1])
    assert understood.transcript.text == "open the window"


def test_heads_are_read(mind):
    future = mind.read_head(np.full(100, 2, dtype=np.float32))
    assert future.result(timeout=60).text == "hey car"


def test_a_head_that_fails_is_told_and_the_mind_goes_on(mind):
    future = mind.read_head(np.full(100, 4, dtype=np.float32))
    assert isinstance(future.exception(timeout=60), RuntimeError)
    assert mind.read_head(np.full(100, 3, dtype=np.float32)).result(timeout=60).text == "open the window"
