from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cabin.quantization.normal_float import LEVELS, decode, encode


def test_the_levels_are_quantiles_of_the_normal_distribution():
    """QLoRA, section 3: delta = (1/32 + 1/30) / 2, eight quantiles from delta to 1/2 and nine from 1/2 to 1 - delta."""
    delta = (1 / 32 + 1 / 30) / 2
    normal = NormalDist()
    low = [normal.inv_cdf(p) for p in np.linspace(delta, 0.5, 8)]
    high = [normal.inv_cdf(p) for p in np.linspace(0.5, 1 - delta, 9)]
    derived = [*(each / -low[0] for each in low[:-1]), 0.0, *(each / high[-1] for each in high[1:])]
    assert pytest.approx(derived, abs=3e-5) == LEVELS.tolist()
    assert (LEVELS[0], LEVELS[7], LEVELS[-1]) == (-1, 0, 1)


@settings(max_examples=100, deadline=None)
@given(arrays(np.float32, 40, elements=st.floats(-1, 1, width=32)), st.floats(0.125, 128, width=32))
def test_each_weight_gets_the_nearest_level(weights, scale):
    scales = np.float32(scale)
    values = encode(weights * scales, scales)
    distances = np.abs(weights[:, None] - LEVELS[None])
    chosen = distances[np.arange(40), values]
    assert (chosen <= distances.min(axis=1) + 1e-6).all()
    assert np.allclose(decode(values, scales), LEVELS[values] * scales)


def test_levels_come_back_and_ends_are_cut():
    assert encode(LEVELS * np.float32(3), np.float32(3)).tolist() == list(range(16))
    assert encode(np.array([-9, 9], np.float32), np.float32(1)).tolist() == [0, 15]


def test_levels_are_used_about_equally_often_by_normal_weights():
    blocks = np.random.default_rng(0).normal(size=(4000, 64)).astype(np.float32)
    values = encode(blocks, np.abs(blocks).max(axis=1, keepdims=True))
    shares = np.bincount(values.reshape(-1), minlength=16) / values.size
    assert shares[1:-1].min() > 0.02
    assert shares.max() < 0.12
