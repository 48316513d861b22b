"""The indicator ticks and tocks 90 times a minute."""

from __future__ import annotations

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.indicator import indicator


def test_a_click_each_third_of_a_second():
    sound = indicator(10 * SAMPLE_RATE_HZ, np.random.default_rng(1))
    loud = np.max(np.abs(sound.reshape(-1, SAMPLE_RATE_HZ // 100)), axis=1) > 0.05 * np.max(np.abs(sound))
    begins = np.flatnonzero(np.diff(loud.astype(int)) == 1)
    assert 29 <= len(begins) <= 31
    assert np.all(np.abs(np.diff(begins) - 33.3) < 2)


def test_tock_is_weaker_than_tick():
    sound = indicator(2 * SAMPLE_RATE_HZ, np.random.default_rng(1))
    half = SAMPLE_RATE_HZ // 3
    first = int(np.argmax(np.abs(sound) > 0))
    powers = [np.sum(sound[first + at * half : first + at * half + 400] ** 2) for at in range(2)]
    assert powers[0] > 1.5 * powers[1]
