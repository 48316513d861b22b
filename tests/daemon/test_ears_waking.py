"""Ears behind the wake gate: what it rules out is neither guessed at nor handed on."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.endpoint import EndpointConfig
from cabin.audio.vad import FRAME_SAMPLES
from cabin.daemon import letters
from cabin.daemon.ears import Ears
from cabin.wake.door import WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.phrase import WakePhrase


class Loud:
    def probability(self, frame):
        return float(np.abs(frame).max() > 0.5)

    def reset(self):
        pass


class Mind:
    guessed = None

    def __init__(self):
        self.taken, self.guesses = [], []

    def take(self, number, utterance, listen_ms, admission=None):
        self.taken.append((utterance, admission))

    def guess(self, utterance, admission=None):
        self.guesses.append((utterance, admission))

    def forget(self):
        pass


class Detector:
    def __init__(self):
        self.verdict, self.detection, self.sounds_like, self.samples = "unsure", None, (), 0

    def begin(self):
        self.samples = 0

    def accept(self, samples):
        self.samples += len(samples)
        return 0.0

    def end(self):
        pass


@pytest.fixture
def ears():
    mail, detector = [], Detector()
    door = WakeDoor(WakeGate("phrase"), WakePhrase("hey car"), detector)
    made = Ears(Loud(), EndpointConfig(), Mind(), mail.append, door=door)
    made.mail, made.detector, made.gate, made.clock_s = mail, detector, door.gate, 1000.0
    return made


def hear(ears, loud, frames, size=FRAME_SAMPLES):
    """Sound in blocks that are no frames."""
    samples = np.full(frames * FRAME_SAMPLES, 0.9 if loud else 0.0, dtype=np.float32)
    for begin in range(0, len(samples), size):
        block = samples[begin : begin + size]
        ears.take(letters.SoundBlock(1, ears.clock_s), block.tobytes())
        ears.clock_s += len(block) / 16_000


def ended(ears):
    return [letter.utterance for letter in ears.mail if isinstance(letter, letters.SpeechEnded)]


@pytest.mark.parametrize("size", [160, FRAME_SAMPLES, 1536])
def test_what_may_hold_the_phrase_is_handed_on_to_be_read(ears, size):
    hear(ears, False, 20, size)
    hear(ears, True, 20, size)
    hear(ears, False, 40, size)
    ((utterance, admission),) = ears._mind.taken
    assert (admission.decision, admission.utterance is utterance) == ("ask", True)
    assert ended(ears) == [1]
    assert ears.detector.samples >= len(utterance.samples) - FRAME_SAMPLES
    assert ears._mind.guesses[0][1].decision == "ask"


def test_what_the_detector_rules_out_is_told_as_discarded(ears):
    ears.detector.verdict = "no"
    hear(ears, True, 20)
    hear(ears, False, 40)
    assert ears._mind.taken == []
    assert [utterance for utterance, _ in ears._mind.guesses if utterance is not None] == []
    assert ended(ears) == [0]


def test_in_a_window_everything_is_handed_on_and_the_detector_rests(ears):
    ears.gate.open("follow_up", ears.clock_s, 10.0)
    ears.detector.verdict = "no"
    hear(ears, True, 20)
    hear(ears, False, 40)
    assert ears._mind.taken[0][1].decision == "open"
    assert ears.detector.samples == 0


def test_times_are_those_of_the_gates_clock(ears):
    hear(ears, True, 20)
    hear(ears, False, 40)
    admission = ears._mind.taken[0][1]
    assert admission.begun_s == pytest.approx(1000.0, abs=0.35)
    assert admission.ended_s == pytest.approx(1000.0 + 20 * 0.032 + 0.3, abs=0.1)


def test_forgetting_begins_anew(ears):
    hear(ears, True, 20, 500)
    ears.forget()
    hear(ears, False, 40)
    assert ears._mind.taken == []
