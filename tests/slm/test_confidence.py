from __future__ import annotations

import math
import random

import pytest

from cabin.slm.calibration import EVIDENCE, Calibration
from cabin.slm.confidence import calibrate, expected_calibration_error, reliability
from cabin.slm.evaluation import Judged


def drawn(temperature: float, count: int = 4000) -> list[Judged]:
    """Sentences whose log-odds are `temperature` times what they should be."""
    rng = random.Random(4)
    found = []
    for _ in range(count):
        share = rng.uniform(0.02, 0.98)
        odds = math.log(share / (1 - share)) * temperature
        evidence = dict.fromkeys(EVIDENCE, 0.0) | {"log_prob": odds, "calls": 1.0}
        found.append(Judged(1 / (1 + math.exp(-odds)), rng.random() < share, True, evidence))
    return found


def confidences(calibration: Calibration, judged: list[Judged]) -> list[tuple[float, bool]]:
    return [(calibration.confidence(each.evidence), each.right) for each in judged]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_calibrating_lessens_the_error(temperature):
    judged = drawn(temperature)
    first, second = judged[:2000], judged[2000:]
    after = expected_calibration_error(confidences(calibrate(first), second))
    assert after < 0.03
    if temperature != 1.0:
        assert after < expected_calibration_error([(each.confidence, each.right) for each in second])


def test_evidence_that_says_nothing_gets_no_weight():
    weights = calibrate(drawn(1.0)).weights
    assert all(weight == 0 for name, weight in weights.items() if name != "log_prob")
    assert weights["log_prob"] > 0.5


def test_zones_follow_from_what_was_measured():
    calibration = calibrate(drawn(1.0))
    done = [right for confidence, right in confidences(calibration, drawn(1.0)) if confidence >= calibration.act]
    assert sum(done) >= 0.95 * len(done)
    assert 0.4 < calibration.confirm < 0.6  # asking wrongly costs what not offering costs: gain begins at 1/2
    assert calibration.act > calibration.confirm


def test_nothing_measured_changes_nothing():
    assert calibrate([]) == Calibration()
    assert calibrate([Judged(0.4, True, True, {})]) == Calibration()
    assert calibrate(drawn(1.0)[:1]) == Calibration()


def test_the_error_by_hand():
    assert expected_calibration_error([]) == 0
    assert expected_calibration_error([(1.0, True), (1.0, True)]) == 0
    assert expected_calibration_error([(1.0, False), (1.0, True)]) == 0.5
    assert expected_calibration_error([(0.0, False), (0.8, True)]) == pytest.approx(0.1)


def test_bins_by_hand():
    low, high = reliability([(0.05, False), (0.85, True), (0.95, False), (0.95, True)], bins=2)
    assert (low.count, low.confidence, low.right) == (1, 0.05, 0.0)
    assert (high.count, high.right) == (3, pytest.approx(2 / 3))
    assert (high.low, high.high, high.confidence) == (0.5, 1.0, pytest.approx(2.75 / 3))
