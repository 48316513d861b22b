from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cabin.quantization.mapping import Quantized, as_groups, dequantize, quantize
from cabin.quantization.normal_float import LEVELS
from cabin.quantization.scheme import Scheme

SCHEMES = st.builds(
    lambda form, kind, symmetric: Scheme(form, kind, 16 if kind == "group" else 0, symmetric),
    st.sampled_from(["int8", "int4"]),
    st.sampled_from(["tensor", "channel", "group"]),
    st.booleans(),
)
WEIGHTS = arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 40)),
    elements=st.floats(-100, 100, width=32, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6),
)


def spread(quantized: Quantized, shape: tuple[int, int]) -> np.ndarray:
    """Return the scale of every weight, (out, in)."""
    rows, columns = shape
    size = quantized.scheme.group or columns
    scales = np.broadcast_to(quantized.scales, (rows, quantized.scales.shape[1]))
    return np.repeat(scales, size, axis=1)[:, :columns]


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, SCHEMES)
def test_no_weight_moves_by_more_than_half_a_step(weight, scheme):
    small = quantize(weight, scheme)
    step = spread(small, weight.shape)
    assert (np.abs(dequantize(small) - weight) <= 0.5001 * step + 1e-6 * np.abs(weight)).all()


@settings(max_examples=40, deadline=None)
@given(WEIGHTS, SCHEMES)
def test_values_fit_and_zero_stays_zero(weight, scheme):
    small = quantize(weight, scheme)
    top = 2 ** (scheme.bits - 1) - 1
    bottom = -top if scheme.is_symmetric else -top - 1
    assert small.values.dtype == np.int8
    assert bottom <= small.values.min()
    assert small.values.max() <= top
    assert (small.scales > 0).all()
    assert (dequantize(small)[weight == 0] == 0).all()
    if scheme.is_symmetric:
        assert not small.zeros.any()


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["tensor", "channel", "group"]), st.sampled_from([8, 4]))
def test_what_integers_can_hold_is_held_exactly(data, kind, bits):
    top = 2 ** (bits - 1) - 1
    values = data.draw(arrays(np.int8, (3, 32), elements=st.integers(-top, top)))
    values[:, ::16] = top  # so that the largest weight of each group is known
    scale = np.float32(2.0 ** data.draw(st.integers(-10, 4)))
    weight = values.astype(np.float32) * scale
    small = quantize(weight, Scheme(f"int{bits}", kind, 16 if kind == "group" else 0))
    assert (small.values == values).all()
    assert (dequantize(small) == weight).all()


def test_one_matrix_by_hand():
    weight = np.array([[-1.0, 0.5], [0.25, 4.0]], np.float32)
    tensor, channel = quantize(weight, Scheme("int8", "tensor")), quantize(weight, Scheme("int8", "channel"))
    assert tensor.scales == pytest.approx(4 / 127)
    assert tensor.values.tolist() == [[-32, 16], [8, 127]]
    assert channel.scales[:, 0] == pytest.approx([1 / 127, 4 / 127])
    assert channel.values.tolist() == [[-127, 64], [8, 127]]
    affine = quantize(np.array([[0.0, 2.55]], np.float32), Scheme("int8", "channel", is_symmetric=False))
    assert affine.scales[0, 0] == pytest.approx(0.01)
    assert affine.zeros.tolist() == [[-128]]
    assert affine.values.tolist() == [[-128, 127]]


def test_shapes_of_scales_and_the_last_group_filled_up():
    weight = np.random.default_rng(0).normal(size=(3, 40)).astype(np.float32)
    assert quantize(weight, Scheme("int8", "tensor")).scales.shape == (1, 1)
    assert quantize(weight, Scheme("int8", "channel")).scales.shape == (3, 1)
    grouped = quantize(weight, Scheme("int4", "group", 16))
    assert grouped.scales.shape == (3, 3)
    assert grouped.values.shape == weight.shape
    alone = quantize(weight[:, 32:], Scheme("int4", "group", 16))
    assert (grouped.values[:, 32:] == alone.values).all()


def test_finer_scales_and_more_bits_err_less():
    rng = np.random.default_rng(1)
    weight = (rng.normal(size=(32, 64)) * rng.uniform(0.01, 1, (32, 1))).astype(np.float32)

    def error(scheme: Scheme) -> float:
        return float(np.square(dequantize(quantize(weight, scheme)) - weight).mean())

    tensor, channel, group = (
        error(Scheme("int8", kind, 16 * (kind == "group"))) for kind in ("tensor", "channel", "group")
    )
    assert tensor > channel > group
    assert error(Scheme("int4", "group", 16)) > group


def test_a_matrix_of_zeros():
    zeros = np.zeros((2, 16), np.float32)
    for scheme in (Scheme(), Scheme("int8", "tensor", is_symmetric=False), Scheme("int4", "group", 16)):
        assert (dequantize(quantize(zeros, scheme)) == 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="finite matrix"):
        quantize(np.array([[1.0, bad]], np.float32), Scheme())


def test_what_is_no_matrix_or_has_no_scale_is_refused():
    with pytest.raises(ValueError, match="finite matrix"):
        quantize(np.zeros(3, np.float32), Scheme())
    with pytest.raises(ValueError, match="fp16 has no scale"):
        quantize(np.zeros((1, 1), np.float32), Scheme("fp16"))


@settings(max_examples=40, deadline=None)
@given(WEIGHTS, st.booleans(), st.sampled_from(["tensor", "channel"]), st.sampled_from(["int4", "nf4"]))
def test_repeated_scales_stand_for_the_same_numbers(weight, symmetric, kind, form):
    small = quantize(weight, Scheme(form, kind, 0, symmetric or form == "nf4"))
    grouped = as_groups(small)
    assert grouped.scheme.granularity == "group"
    assert (dequantize(grouped) == dequantize(small)).all()
    assert as_groups(grouped) is grouped


@settings(max_examples=40, deadline=None)
@given(WEIGHTS)
def test_nf4_errs_by_no_more_than_half_the_widest_gap(weight):
    small = quantize(weight, Scheme("nf4", "channel"))
    widest = float(np.diff(LEVELS).max())
    assert (np.abs(dequantize(small) - weight) <= small.scales * (widest / 2 + 1e-6)).all()
    assert (dequantize(small)[weight == 0] == 0).all()


def test_nf4_suits_normal_weights_better_than_int4():
    weight = np.random.default_rng(0).normal(size=(64, 256)).astype(np.float32)
    errors = [
        np.square(dequantize(quantize(weight, Scheme(form, "group", 64))) - weight).mean() for form in ("nf4", "int4")
    ]
    assert errors[0] < 0.85 * errors[1]
