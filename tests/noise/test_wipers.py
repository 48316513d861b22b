"""Wipers knock twice a stroke."""

from __future__ import annotations

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weight, a_weighted_db
from cabin.noise.wipers import wipers


def test_so_many_strokes_a_minute():
    sound = a_weight(wipers(20 * SAMPLE_RATE_HZ, np.random.default_rng(1), strokes_per_min=60))
    loud = np.sqrt(np.mean(sound.reshape(-1, SAMPLE_RATE_HZ // 20) ** 2, axis=1))
    knocks = np.count_nonzero(np.diff((loud > 0.5 * loud.max()).astype(int)) == 1)
    assert 36 <= knocks <= 42  # twice in each of 20 strokes


def test_it_is_some_50_db_a():
    assert 47 < a_weighted_db(wipers(160_000, np.random.default_rng(1))) < 54
    assert len(wipers(0, np.random.default_rng(1))) == 0
