"""Wind noise: sixth power of the speed, above the tyres when fast."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise import tyres
from cabin.noise.level import a_weighted_db
from cabin.noise.wind import octave_levels_db, wind


def level(speed):
    return a_weighted_db(wind(10 * SAMPLE_RATE_HZ, speed, np.random.default_rng(1)))


def test_it_grows_with_the_sixth_power_and_its_pitch_with_the_speed():
    assert 18 < level(100) - level(50) < 23  # 18.1 dB, and what moves up into hearing
    assert octave_levels_db(100)[8000.0] - octave_levels_db(100)[1000.0] < (
        octave_levels_db(160)[8000.0] - octave_levels_db(160)[1000.0]
    )


def test_it_passes_the_tyres_on_the_motorway():
    rng = np.random.default_rng
    assert level(100) == pytest.approx(59, abs=1.5)
    assert level(70) < a_weighted_db(tyres.tyres(160_000, 70, rng(1)))
    assert level(160) > a_weighted_db(tyres.tyres(160_000, 160, rng(1)))


def test_a_parked_car_is_silent():
    assert not np.any(wind(100, 0, np.random.default_rng(1)))
