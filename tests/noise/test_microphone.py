"""The microphone's band and own noise."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weighted_db, level_db
from cabin.noise.microphone import BANDS_HZ, own_noise, through_microphone

TIME_S = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def passed_db(frequency, band):
    tone = np.sin(2 * np.pi * frequency * TIME_S)
    return level_db(through_microphone(tone, band)) - level_db(tone)


@pytest.mark.parametrize("band", ["wide", "narrow"])
def test_the_edges_are_3_db_down_and_what_lies_outside_is_gone(band):
    low, high = BANDS_HZ[band]
    assert passed_db(low, band) == pytest.approx(-3, abs=0.1)
    assert passed_db(high, band) == pytest.approx(-3, abs=0.1)
    assert passed_db(1000, band) == pytest.approx(0, abs=0.2)
    assert passed_db(low / 4, band) < -20


def test_full_passes_nearly_everything():
    assert passed_db(60, "full") > -0.2
    assert passed_db(7900, "full") == pytest.approx(0, abs=0.1)


def test_its_own_noise_is_30_db_a():
    assert a_weighted_db(own_noise(SAMPLE_RATE_HZ, np.random.default_rng(1))) == pytest.approx(30)
