from __future__ import annotations

import random

import pytest

from cabin.slm.confidence import calibrate, expected_calibration_error
from cabin.slm.evaluation import Evaluation


def drawn(temperature: float, count: int = 4000) -> list[tuple[float, bool]]:
    """Outcomes whose confidence is right once it is raised to 1 / temperature."""
    rng = random.Random(4)
    shares = [rng.random() for _ in range(count)]
    return [(share**temperature, rng.random() < share) for share in shares]


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_the_temperature_is_found_again(temperature):
    assert calibrate(Evaluation(outcomes=drawn(temperature))).temperature == pytest.approx(temperature, rel=0.12)


def test_nothing_measured_changes_nothing():
    assert calibrate(Evaluation(), act=0.4).temperature == 1.0
    assert calibrate(Evaluation(), act=0.4).act == 0.4


def test_confidences_of_nothing_and_one_are_no_trouble():
    assert calibrate(Evaluation(outcomes=[(0.0, True), (1.0, False), (1.0, True)])).temperature > 0


def test_calibrating_lessens_the_error():
    outcomes = drawn(2.0)
    temperature = calibrate(Evaluation(outcomes=outcomes)).temperature
    after = [(confidence ** (1 / temperature), right) for confidence, right in outcomes]
    assert expected_calibration_error(after) < 0.03 < expected_calibration_error(outcomes)


def test_the_error_by_hand():
    assert expected_calibration_error([]) == 0
    assert expected_calibration_error([(1.0, True), (1.0, True)]) == 0
    assert expected_calibration_error([(1.0, False), (1.0, True)]) == 0.5
    assert expected_calibration_error([(0.0, False), (0.8, True)]) == pytest.approx(0.1)
