"""Noise has the octave levels that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import filtered
from cabin.noise.level import level_db
from cabin.noise.spectrum import OCTAVES_HZ, add_at, octave_noise, seconds, wander


def octave_level(sound, centre):
    return level_db(filtered(sound, lambda f: ((f >= centre / 2**0.5) & (f < centre * 2**0.5)).astype(float)))


def test_each_octave_has_its_level():
    wanted = {63.0: 70.0, 125.0: 66.0, 250.0: 62.0, 500.0: 58.0, 1000.0: 54.0, 2000.0: 50.0, 4000.0: 46.0}
    sound = octave_noise(seconds(20), wanted, np.random.default_rng(1))
    for centre in (125.0, 500.0, 1000.0, 2000.0):
        assert octave_level(sound, centre) == pytest.approx(wanted[centre], abs=0.7)


def test_nothing_below_20_hz_and_no_constant():
    sound = octave_noise(seconds(4), dict.fromkeys(OCTAVES_HZ, 60.0), np.random.default_rng(1))
    below = filtered(sound, lambda f: (f < 20).astype(float))
    assert np.max(np.abs(below)) < 1e-12


def test_the_seed_makes_the_noise():
    one, same, other = (octave_noise(500, {1000.0: 60.0}, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_wander_is_slow():
    values = wander(10 * SAMPLE_RATE_HZ, 1.0, np.random.default_rng(1))
    assert np.max(np.abs(np.diff(values))) < 0.001
    assert 0.2 < np.std(values) < 2


def test_pieces_are_cut_at_the_edges():
    sound = np.zeros(5)
    for at in (-2, 3, 9, -7):
        add_at(sound, at, np.ones(3))
    assert sound.tolist() == [1, 0, 0, 1, 1]


def test_of_no_samples_nothing_is_made():
    assert len(octave_noise(0, {1000.0: 60.0}, np.random.default_rng(1))) == 0
