"""Music: seeded, at its level, with a beat and pitches."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weighted_db
from cabin.noise.music import music


def test_the_level_and_the_seed():
    one, same, other = (music(5 * SAMPLE_RATE_HZ, 65, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert a_weighted_db(one) == pytest.approx(65)
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_its_energy_lies_in_tones_not_in_noise():
    spectrum = np.sort(np.abs(np.fft.rfft(music(10 * SAMPLE_RATE_HZ, 65, np.random.default_rng(3)))) ** 2)[::-1]
    assert spectrum[: len(spectrum) // 100].sum() > 0.7 * spectrum.sum()


def test_it_fills_whatever_length():
    assert len(music(777, 65, np.random.default_rng(1))) == 777
    assert len(music(0, 65, np.random.default_rng(1))) == 0
