from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.errors import ModelError
from cabin.slm.calibration import CALIBRATION_FILE, EVIDENCE, Calibration, read_calibration

SURE = dict.fromkeys(EVIDENCE, 0.0) | {"calls": 1.0}
FITTED = Calibration(1.0, {"log_prob": 2.0, "calls": -0.5}, confirm=0.3, act=0.8)


def test_without_weights_the_probability_is_taken_as_it_is():
    assert Calibration().confidence({**SURE, "log_prob": math.log(0.25)}) == pytest.approx(0.25)


def test_the_confidence_by_hand():
    assert FITTED.confidence({**SURE, "log_prob": -1.0}) == pytest.approx(1 / (1 + math.exp(1.5)))


@given(st.fixed_dictionaries({name: st.floats(-1e6, 1e6) for name in EVIDENCE}))
def test_a_confidence_is_a_probability_whatever_was_seen(evidence):
    assert 0.0 <= FITTED.confidence(evidence) <= 1.0


@pytest.mark.parametrize(
    ("confidence", "zone"), [(0.0, "refuse"), (0.29, "refuse"), (0.3, "confirm"), (0.79, "confirm"), (0.8, "act")]
)
def test_zones(confidence, zone):
    assert FITTED.zone(confidence) == zone


def test_it_is_read_as_it_was_written(tmp_path):
    FITTED.write(tmp_path / CALIBRATION_FILE)
    assert read_calibration(tmp_path) == FITTED


def test_without_a_file_nothing_is_changed(tmp_path):
    assert read_calibration(tmp_path) == Calibration()


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", json.dumps({"bias": 0, "weights": {"mood": 1}, "confirm": 0, "act": 0})]
)
def test_a_damaged_file_is_told_with_its_name(tmp_path, text):
    (tmp_path / CALIBRATION_FILE).write_text(text)
    with pytest.raises(ModelError) as caught:
        read_calibration(tmp_path)
    assert caught.value.problems[0].where == str(tmp_path / CALIBRATION_FILE)
    assert "calibrate" in caught.value.problems[0].hint
