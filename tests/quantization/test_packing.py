from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cabin.quantization.packing import pack, pack_zeros, unpack, unpack_zeros

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 40))


@settings(max_examples=60, deadline=None)
@given(st.data(), SHAPES, st.sampled_from(["columns", "bytes", "nibbles"]))
def test_what_is_packed_comes_back(data, shape, layout):
    low, high = (-8, 7) if layout == "nibbles" else (-128, 127)
    values = data.draw(arrays(np.int8, shape, elements=st.integers(low, high)))
    assert (unpack(pack(values, layout, 16), layout, shape[1]) == values).all()


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(1, 5), st.integers(1, 20))
def test_levels_come_back(data, rows, half):
    values = data.draw(arrays(np.int8, (rows, 2 * half), elements=st.integers(0, 15)))
    packed = pack(values, "levels")
    assert packed.nbytes * 2 == values.nbytes
    assert (unpack(packed, "levels", 2 * half) == values).all()


@settings(max_examples=40, deadline=None)
@given(st.data(), SHAPES, st.sampled_from(["columns", "bytes", "nibbles"]))
def test_zero_points_come_back(data, shape, layout):
    shape = (shape[0], 1) if layout == "columns" else shape
    low, high = (-8, 7) if layout == "nibbles" else (-128, 127)
    zeros = data.draw(arrays(np.int32, shape, elements=st.integers(low, high)))
    assert (unpack_zeros(pack_zeros(zeros, layout), layout, shape) == zeros).all()


def test_bits_by_hand():
    values = np.array([[-8, 7, 0]], np.int8)
    assert pack(values, "nibbles", 4).tolist() == [[[0xF0, 0x88]]]  # the fourth input is filled up with zero
    assert pack(values, "bytes", 4).tolist() == [[[120, 135, 128, 128]]]
    assert pack(np.array([[1, 15]], np.int8), "levels").tolist() == [[0x1F]]
    assert pack(values, "columns").tolist() == [[-8], [7], [0]]


def test_levels_of_an_odd_number_of_inputs_are_refused():
    with pytest.raises(ValueError, match="odd number of inputs: 3"):
        pack(np.zeros((2, 3), np.int8), "levels")
