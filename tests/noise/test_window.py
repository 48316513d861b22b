"""An open window: louder than the closed car, beating at the cabin's frequency."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import filtered
from cabin.noise.level import a_weighted_db
from cabin.noise.window import buffeting_hz, window


def test_the_cabin_resonates_below_hearing():
    assert 14 < buffeting_hz() < 22
    assert buffeting_hz(0.28) == pytest.approx(2 * buffeting_hz(0.07))


def test_the_roar_beats_with_it():
    sound = window(16 * SAMPLE_RATE_HZ, 80, np.random.default_rng(1))
    roar = filtered(sound, lambda f: ((f > 300) & (f < 3000)).astype(float)) ** 2
    spectrum = np.abs(np.fft.rfft(roar - roar.mean()))[: 16 * 40]
    assert 1 + np.argmax(spectrum[1:]) == pytest.approx(16 * buffeting_hz(), rel=0.1)


def test_it_follows_the_sixth_power_of_the_speed():
    slow, fast = (a_weighted_db(window(80_000, speed, np.random.default_rng(1))) for speed in (50, 100))
    assert fast == pytest.approx(74, abs=1.5)
    assert 14 < fast - slow < 19
    assert not np.any(window(100, 0, np.random.default_rng(1)))
