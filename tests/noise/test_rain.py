"""Rain: drops by size, blows one by one where they are few, louder when heavier."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.noise.level import a_weighted_db
from cabin.noise.rain import drops_per_s, rain


def level(rate, speed=0):
    return a_weighted_db(rain(80_000, rate, speed, np.random.default_rng(1)))


def test_small_drops_are_more_than_large_ones_and_heavy_rain_has_more_of_all():
    drops = drops_per_s(10)
    assert drops.tolist() == sorted(drops, reverse=True)
    assert np.all(drops_per_s(50) > drops)


def test_the_level_is_as_told_and_grows():
    assert level(10) == pytest.approx(60, abs=1.5)
    assert level(2) < level(10) < level(50)
    assert level(10, 100) > level(10)


def test_large_drops_stand_out_of_the_rest():
    sound = rain(80_000, 2, 0, np.random.default_rng(1))
    assert np.max(np.abs(sound)) > 6 * np.std(sound)


def test_dry_is_silent():
    assert not np.any(rain(100, 0, 0, np.random.default_rng(1)))
