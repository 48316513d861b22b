"""The linear mapping against its definition, weight by weight in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.quantization.linear import decode, encode, integer_limits, scale_and_zero

NUMBERS = st.floats(-1000, 1000, width=32, allow_subnormal=False)


@pytest.mark.parametrize(
    ("bits", "symmetric", "limits"),
    [(8, True, (-127, 127)), (8, False, (-128, 127)), (4, True, (-7, 7)), (4, False, (-8, 7))],
)
def test_limits(bits, symmetric, limits):
    assert integer_limits(bits, symmetric) == limits


@settings(max_examples=200, deadline=None)
@given(st.integers(-127, 127), st.integers(-20, 10), st.integers(-128, 127))
def test_decoding_is_the_formula(value, power, zero):
    scale = np.float32(2.0**power)  # so that every product is exact
    real = decode(np.array([value], np.int8), np.array([scale]), np.array([zero], np.float32))
    assert Fraction(float(real[0])) == Fraction(float(scale)) * (value - zero)


@settings(max_examples=200, deadline=None)
@given(NUMBERS, st.integers(-6, 6), st.integers(-128, 127))
def test_encoding_is_the_formula(number, power, zero):
    scale = 2.0**power
    got = encode(np.array([number], np.float32), np.array([scale], np.float32), np.array([zero], np.float32), 8, False)
    expected = round(Fraction(number) / Fraction(scale)) + zero  # half to even, as numpy rounds
    assert got[0] == min(max(expected, -128), 127)


@settings(max_examples=200, deadline=None)
@given(NUMBERS, NUMBERS, st.sampled_from([4, 8]), st.booleans())
def test_the_range_fits(one, other, bits, symmetric):
    low, high = np.float32(min(one, other, 0)), np.float32(max(one, other, 0))
    scale, zero = scale_and_zero(low, high, bits, symmetric)
    bottom, top = integer_limits(bits, symmetric)
    assert scale > 0
    assert bottom <= zero <= top
    assert zero == int(zero)
    step = float(scale)
    assert (bottom - zero) * step <= low + 0.501 * step
    assert (top - zero) * step >= high - 0.501 * step
    if symmetric:
        assert zero == 0
