"""The ventilator: fan law and levels."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.noise.level import a_weighted_db
from cabin.noise.ventilator import ventilator


def level(share):
    return a_weighted_db(ventilator(80_000, share, np.random.default_rng(1)))


def test_it_grows_by_50_db_for_ten_times_the_revolutions():
    assert level(1.0) == pytest.approx(61.5, abs=1.5)
    assert level(1.0) - level(0.5) == pytest.approx(15, abs=0.5)


def test_off_is_silent():
    assert not np.any(ventilator(100, 0, np.random.default_rng(1)))
