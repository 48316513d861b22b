"""Misses and false wakes counted: a door that hears everything misses nothing, one that hears nothing all."""

from __future__ import annotations

import pytest

from cabin.bench.noise.chatter import passages
from cabin.bench.noise.plan import Utterance
from cabin.bench.noise.sentences import Spoken
from cabin.bench.noise.spoken import Saying
from cabin.chain import Chain
from cabin.executor import Executor
from cabin.messages import Hypothesis, Transcript
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy
from cabin.wake.by_recognizer import RecognizerDetector
from cabin.wake.detector import WakeDetectorSettings
from cabin.wake.door import WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.hearing import WakefulHearing
from cabin.wake.measure import measure_phrase, measure_silence, measure_talk
from cabin.wake.opening import hear_now
from cabin.wake.phrase import WakePhrase

SAYINGS = [Saying("hey car", "am_adam"), Saying("hey car open it", "bf_emma", 1.2)]


class Loud:
    def probability(self, frame):
        return float(abs(frame).max() > 0.05)

    def reset(self):
        pass


class Inner:
    """Reads the same text in every sound."""

    def __init__(self, text):
        self.detector, self._text = Loud(), text

    def recognize(self, _utterance, n_best=None):
        return Transcript((Hypothesis(self._text, -1.0),), "inner")

    def load(self):
        pass

    def close(self):
        pass


@pytest.fixture
def hearing():
    def make(text):
        phrase, inner = WakePhrase("hey car"), Inner(text)
        detector = RecognizerDetector(WakeDetectorSettings(phrase, hear_now(inner.recognize)))
        return WakefulHearing(inner, WakeDoor(WakeGate("phrase"), phrase, detector))

    return make


@pytest.mark.parametrize(("text", "missed"), [("hey car open the trunk", 0), ("good morning", 2)])
def test_misses(hearing, tones, text, missed):
    figures = measure_phrase(hearing(text), tones, SAYINGS, "quiet", 100.0)
    assert (figures.said, figures.missed, len(figures.misses)) == (2, missed, missed)
    assert figures.missed_percent == 50 * missed
    assert [each.voice for each in figures.misses] == [saying.voice for saying in SAYINGS][:missed]


@pytest.mark.parametrize(("text", "wakes"), [("hey car open the trunk", True), ("open the trunk", False)])
def test_false_wakes_and_acts(hearing, tones, small_catalog, car, text, wakes):
    talk = [
        Utterance(number, Spoken(f"sentence {number}"), Saying(f"sentence {number}", "am_adam")) for number in range(4)
    ]
    found = list(passages(talk, tones, 1.0))
    chain = Chain(TemplateParser(small_catalog), Executor(small_catalog, load_policy(), car), hearing(text))
    figures = measure_talk(chain, tones, found, "quiet", 100.0, music=False)
    assert (figures.sentences, figures.woken > 0, figures.acts > 0) == (4, wakes, wakes)
    assert figures.hours > 0
    assert figures.first_stage >= figures.woken
    assert figures.woken_per_hour == pytest.approx(figures.woken / figures.hours, rel=0.02)
    again = measure_talk(chain, tones, found, "quiet", 100.0, music=False)
    assert again.woken == figures.woken, "counts of one measurement are not in the next"


def test_silence_costs_something_but_wakes_nothing(hearing):
    made = hearing("hey car")
    assert measure_silence(made, 3.0, 100.0) > 0.0
    assert made.counts["alone"] == 0
