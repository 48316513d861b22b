"""The engine: firing orders where they belong, louder with the revolutions."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.engine import engine, usual_rpm
from cabin.noise.level import level_db


def test_the_strongest_tone_is_the_firing_frequency():
    sound = engine(8 * SAMPLE_RATE_HZ, 3000, np.random.default_rng(1))
    spectrum = np.abs(np.fft.rfft(sound))
    strongest = np.argmax(spectrum) / 8
    assert strongest == pytest.approx(3000 / 60 * 2, rel=0.02)


def test_six_cylinders_fire_more_often():
    sound = engine(8 * SAMPLE_RATE_HZ, 3000, np.random.default_rng(1), cylinders=6)
    assert np.argmax(np.abs(np.fft.rfft(sound))) / 8 == pytest.approx(150, rel=0.02)


def test_it_grows_by_50_db_for_ten_times_the_revolutions():
    quiet, loud = (level_db(engine(80_000, rpm, np.random.default_rng(1))) for rpm in (1500, 3000))
    assert loud - quiet == pytest.approx(15, abs=0.5)


def test_the_gearbox_keeps_the_revolutions_in_range():
    assert usual_rpm(0) == 800
    assert all(800 <= usual_rpm(speed) <= 4500 for speed in range(0, 201, 5))
    assert usual_rpm(100) == pytest.approx(2100)


def test_an_electric_car_has_none():
    assert not np.any(engine(100, 0, np.random.default_rng(1)))
