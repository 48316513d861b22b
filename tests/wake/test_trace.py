"""Scores over time, and what both stages made of each stretch."""

from __future__ import annotations

import numpy as np

from cabin.wake.detector import WakeDetector
from cabin.wake.trace import TracedDetector, stretches
from tests.wake.test_hearing import hearing, sound  # noqa: F401


def test_each_stretch_is_told(hearing):  # noqa: F811
    told = list(stretches(hearing, iter([sound((0.8, 3.0), (0.7, 1.0), (0.5, 2.5))]), "test"))
    assert [each.woken for each in told] == [False, True, True]
    assert [each.let_through for each in told] == [False, True, True]
    assert [each.heard for each in told] == ["", "open the window", ""]
    assert [each.likeness for each in told] == [None, 1.0, 1.0]
    assert told[2].detected_s is not None
    assert told[0].detected_s is None


def test_scores_have_their_place_in_the_source(hearing):  # noqa: F811
    stretch = next(stretches(hearing, iter([sound((0.8, 3.0))]), "test"))
    places = [at_s for at_s, _ in stretch.scores]
    assert places == sorted(places)
    assert stretch.start_s < places[0]
    assert places[-1] <= stretch.end_s + 1.0


def test_the_detector_is_put_back(hearing):  # noqa: F811
    inner = hearing.door.detector
    list(stretches(hearing, iter([np.zeros(16_000, dtype=np.float32)]), "test"))
    assert hearing.door.detector is inner


def test_a_watched_detector_is_one(hearing):  # noqa: F811
    traced = TracedDetector(hearing.door.detector)
    assert isinstance(traced, WakeDetector)
    traced.begin()
    traced.accept(np.zeros(512, dtype=np.float32))
    traced.end()
    assert traced.verdict == "unsure"
    assert traced.sounds_like == ()
