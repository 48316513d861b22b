"""Two detectors side by side."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cabin.wake.detector import Detection, WakeDetector
from cabin.wake.either import EitherDetector

SOUND, EARLIER = Detection(1.0, 0.9), Detection(1.8, 0.8, by_sound=False)


class Told:
    def __init__(self, verdict, detection=None, score=0.0, sounds_like=()):
        self.verdict, self.detection, self.sounds_like = verdict, detection, sounds_like
        self._score, self.calls = score, []

    def begin(self):
        self.calls.append("begin")

    def accept(self, _samples):
        self.calls.append("accept")
        return self._score

    def end(self):
        self.calls.append("end")


@pytest.mark.parametrize(("one", "other"), list(itertools.product(("yes", "no", "unsure"), repeat=2)))
def test_yes_when_one_says_so_and_no_when_both_do(one, other):
    expected = "yes" if "yes" in (one, other) else "no" if one == other == "no" else "unsure"
    assert EitherDetector(Told(one), Told(other)).verdict == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(SOUND, EARLIER, SOUND), (None, EARLIER, EARLIER), (SOUND, None, SOUND), (None, None, None)],
)
def test_what_was_heard_in_the_sound_counts_first(one, other, expected):
    assert EitherDetector(Told("yes", one), Told("yes", other)).detection is expected


def test_both_hear_everything():
    one, other = Told("no", score=0.2, sounds_like=("a carp",)), Told("no", score=0.7)
    both = EitherDetector(one, other)
    assert isinstance(both, WakeDetector)
    both.begin()
    assert both.accept(np.zeros(512, dtype=np.float32)) == 0.7
    both.end()
    assert one.calls == other.calls == ["begin", "accept", "end"]
    assert both.sounds_like == ("a carp",)
