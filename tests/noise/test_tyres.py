"""Tyre noise: its level in a common car, its growth, its shape."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weighted_db
from cabin.noise.tyres import octave_levels_db, tyres


def level(speed):
    return a_weighted_db(tyres(10 * SAMPLE_RATE_HZ, speed, np.random.default_rng(1)))


def test_a_car_at_100_has_some_63_db_a_from_its_tyres():
    assert level(100) == pytest.approx(63, abs=2)


def test_it_grows_by_some_30_to_40_db_for_ten_times_the_speed():
    assert 8 < level(100) - level(50) < 12.5


def test_it_falls_with_frequency():
    levels = list(octave_levels_db(100).values())
    assert levels == sorted(levels, reverse=True)


def test_a_parked_car_is_silent():
    assert not np.any(tyres(100, 0, np.random.default_rng(1)))
