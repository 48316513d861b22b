"""Hearing files behind the gate: one answer for each utterance, text only where it was meant for the car."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.endpoint import EndpointConfig
from cabin.audio.vad import FRAME_SAMPLES
from cabin.messages import Hypothesis, Transcript
from cabin.wake.by_recognizer import RecognizerDetector
from cabin.wake.detector import WakeDetectorSettings
from cabin.wake.door import WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.hearing import WakefulHearing
from cabin.wake.opening import hear_now
from cabin.wake.phrase import WakePhrase

SAYINGS = {0.5: "hey car", 0.6: "turn on the light", 0.7: "hey car open the window", 0.8: "what a day it was"}
"""Loudness stands for what is said."""


class Loud:
    """Takes every loud frame for speech."""

    def probability(self, frame):
        return float(np.abs(frame).max() > 0.4)

    def reset(self):
        pass


class Inner:
    """Stands for LazyHearing; recognizes by loudness and keeps what it was given."""

    def __init__(self):
        self.detector, self.recognized, self.is_loaded = Loud(), [], False

    def load(self):
        self.is_loaded = True

    def close(self):
        self.is_loaded = False

    def recognize(self, utterance, n_best=None):
        self.recognized.append(len(utterance.samples))
        text = SAYINGS[round(float(np.abs(utterance.samples).max()), 1)]
        return Transcript((Hypothesis(text, -1.0),), "inner")


@pytest.fixture
def hearing():
    inner, phrase = Inner(), WakePhrase("hey car")
    hear = hear_now(lambda samples: inner.recognize(type("Head", (), {"samples": samples})))
    detector = RecognizerDetector(WakeDetectorSettings(phrase, hear))
    made = WakefulHearing(inner, WakeDoor(WakeGate("phrase", 6.0), phrase, detector), EndpointConfig())
    made.inner = inner
    return made


def sound(*pieces):
    """(loudness, seconds) one after the other, with silence between and around."""
    parts = [np.zeros(16_000, dtype=np.float32)]
    for loudness, seconds in pieces:
        parts += [np.full(round(seconds * 16_000), loudness, dtype=np.float32), np.zeros(19_200, dtype=np.float32)]
    return np.concatenate(parts)


def texts(hearing, samples, size=1000):
    blocks = (samples[at : at + size] for at in range(0, len(samples), size))
    return [hearing.recognize(utterance).text for utterance in hearing.utterances(blocks, "test")]


@pytest.mark.parametrize("size", [160, FRAME_SAMPLES, 100_000])
def test_only_what_was_addressed_has_a_text(hearing, size):
    said = sound((0.6, 1.0), (0.7, 1.0), (0.8, 1.0), (0.5, 0.6), (0.6, 1.0), (0.6, 1.0))
    assert texts(hearing, said, size) == ["", "open the window", "", "", "turn on the light", ""]
    assert hearing.counts == {"closed": 3, "pass": 2, "alone": 1}


def test_what_the_head_rules_out_is_not_recognized_whole(hearing):
    assert texts(hearing, sound((0.8, 4.0))) == [""]
    assert hearing.inner.recognized == [round(1.8 * 16_000)]
    assert hearing.counts == {"closed": 1}
    assert hearing.reading is None


def test_after_an_answer_the_next_needs_no_phrase(hearing):
    said = sound((0.7, 1.0), (0.6, 1.0), (0.6, 1.0))
    heard = []
    for utterance in hearing.utterances([said], "test"):
        heard.append(hearing.recognize(utterance).text)
        if len(heard) == 1:
            hearing.replied(utterance.end_s, 5.0)
    assert heard == ["open the window", "turn on the light", ""]


def test_each_sound_begins_asleep(hearing):
    assert texts(hearing, sound((0.5, 0.6))) == [""]
    assert hearing.door.gate.awake_by(3.0) == "phrase"
    assert texts(hearing, sound((0.6, 1.0))) == [""]


def test_speech_up_to_the_end_of_the_sound_is_heard(hearing):
    assert texts(hearing, sound((0.7, 1.0))[:-19_000]) == ["open the window"]


def test_an_utterance_of_somewhere_else_is_nothing(hearing):
    utterance = next(iter(hearing.utterances([sound((0.7, 1.0))], "test")))
    hearing.recognize(utterance)
    assert hearing.recognize(utterance).hypotheses == ()


def test_loading_and_closing_are_the_inner_ones(hearing):
    hearing.load()
    assert hearing.inner.is_loaded
    hearing.close()
    assert not hearing.inner.is_loaded
