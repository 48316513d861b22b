"""Quick lengths, and filters that do what slow ones do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.noise.fourier import convolved, filtered, quick_length


def is_quick(number):
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


@given(st.integers(0, 3000))
def test_the_next_number_of_small_factors(count):
    found = quick_length(count)
    assert is_quick(found)
    assert found >= max(1, count)
    assert not any(is_quick(number) for number in range(max(1, count), found))


def test_long_sounds_hardly_become_longer():
    assert quick_length(1_056_007) < 1.02 * 1_056_007


@given(st.integers(1, 60), st.integers(1, 20))
def test_convolution_is_the_sum_that_it_stands_for(count, taps):
    random = np.random.default_rng(count)
    sound, response = random.standard_normal(count), random.standard_normal(taps)
    assert convolved(sound, response) == pytest.approx(np.convolve(sound, response)[:count], abs=1e-9)


def test_a_filter_of_one_changes_nothing_and_of_zero_leaves_nothing():
    sound = np.random.default_rng(1).standard_normal(997)
    assert filtered(sound, np.ones_like) == pytest.approx(sound)
    assert not np.any(filtered(sound, np.zeros_like))
    assert len(filtered(np.zeros(0), np.ones_like)) == len(convolved(np.zeros(0), np.ones(3))) == 0
