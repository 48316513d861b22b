"""The detector that asks the recognizer: one reading of each stretch's head, never waited for."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np
import pytest

from cabin.messages import Hypothesis, Transcript
from cabin.wake.by_recognizer import HEAD_S, RecognizerDetector, create_recognizer_detector
from cabin.wake.detector import WakeDetector, WakeDetectorSettings
from cabin.wake.phrase import WakePhrase

BLOCK = np.zeros(1600, dtype=np.float32)
HEAD_BLOCKS = round(HEAD_S * 10)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def detector(asked):
    def hear(samples):
        future = Future()
        asked.append((samples, future))
        return future

    return create_recognizer_detector(WakeDetectorSettings(WakePhrase("hey car"), hear))


def answer(future, text):
    future.set_result(Transcript((Hypothesis(text, -1.0),), "test"))


def test_it_is_a_detector(detector):
    assert isinstance(detector, WakeDetector)
    assert isinstance(detector, RecognizerDetector)


@pytest.mark.parametrize(
    ("text", "verdict", "detected"),
    [("hey car turn on", "yes", True), ("hey ca", "yes", True), ("turn on the", "no", False), ("", "no", False)],
)
def test_the_head_is_read_once_and_judged(detector, asked, text, verdict, detected):
    detector.begin()
    for _ in range(HEAD_BLOCKS + 5):
        detector.accept(BLOCK)
    ((samples, future),) = asked
    assert len(samples) == round(HEAD_S * 16_000)
    assert detector.verdict == "unsure"
    answer(future, text)
    assert detector.verdict == verdict
    assert (detector.detection is not None) == detected
    assert detector.detection is None or not detector.detection.by_sound


def test_a_stretch_shorter_than_the_head_is_left_to_the_second_stage(detector, asked):
    detector.begin()
    for _ in range(HEAD_BLOCKS - 1):
        detector.accept(BLOCK)
    detector.end()
    assert detector.verdict == "unsure"
    assert asked == []


def test_the_head_ends_within_a_block(detector, asked):
    detector.begin()
    detector.accept(np.zeros(100_000, dtype=np.float32))
    assert len(asked[0][0]) == round(HEAD_S * 16_000)


def test_an_answer_that_comes_too_late_counts_for_no_later_stretch(detector, asked):
    detector.begin()
    detector.accept(np.zeros(100_000, dtype=np.float32))
    detector.begin()
    assert asked[0][1].cancelled()
    assert detector.verdict == "unsure"


def test_a_recognizer_that_fails_leaves_it_unsure(detector, asked):
    detector.begin()
    detector.accept(np.zeros(100_000, dtype=np.float32))
    asked[0][1].set_exception(RuntimeError("broken"))
    assert detector.accept(BLOCK) == 0.0
    assert detector.verdict == "unsure"
