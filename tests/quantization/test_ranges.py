from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cabin.quantization.mapping import dequantize, quantize
from cabin.quantization.ranges import find_ranges
from cabin.quantization.scheme import Scheme

WEIGHTS = arrays(np.float32, (3, 32), elements=st.floats(-10, 10, width=32, allow_subnormal=False))
FORMS = st.sampled_from(
    [("int8", True), ("int8", False), ("int4", True), ("int4", False), ("nf4", True)],
)
KINDS = st.sampled_from([("tensor", 0), ("channel", 0), ("group", 16)])


def squared_error(weight: np.ndarray, scheme: Scheme) -> np.ndarray:
    """Per row and group of 16."""
    return np.square(dequantize(quantize(weight, scheme)) - weight).reshape(3, 2, 16).sum(axis=2)


@settings(max_examples=80, deadline=None)
@given(WEIGHTS, FORMS, KINDS)
def test_mse_never_errs_more_than_minmax(weight, form, kind):
    plain = squared_error(weight, Scheme(form[0], *kind, form[1]))
    searched = squared_error(weight, Scheme(form[0], *kind, form[1], "mse"))
    axis = {"tensor": (0, 1), "channel": (1,), "group": ()}[kind[0]]
    assert (searched.sum(axis=axis) <= plain.sum(axis=axis) * 1.001 + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, FORMS, KINDS)
def test_the_hundredth_percentile_is_minmax(weight, form, kind):
    plain = quantize(weight, Scheme(form[0], *kind, form[1]))
    whole = quantize(weight, Scheme(form[0], *kind, form[1], "percentile", 100.0))
    assert (plain.values == whole.values).all()
    assert (plain.scales == whole.scales).all()


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, FORMS, KINDS, st.sampled_from(["minmax", "percentile", "mse"]))
def test_every_range_holds_zero_and_no_more_than_all(weight, form, kind, calibration):
    blocks = weight.reshape(3, 2, 16) if kind[0] == "group" else weight[:, None]
    low, high = find_ranges(blocks, Scheme(form[0], *kind, form[1], calibration, 90.0))
    assert (low <= 0).all()
    assert (high >= 0).all()
    assert np.abs(weight).max() * 1.0001 >= max(high.max(), -low.min())
    assert (low == -high).all() or not form[1]


def test_an_outlier_is_cut_where_that_pays():
    weight = np.random.default_rng(0).normal(0, 0.1, (1, 256)).astype(np.float32)
    weight[0, 7] = 1.0
    scheme = Scheme("int4", "channel")
    plain, searched, cut = (
        quantize(weight, Scheme("int4", "channel", 0, True, calibration, 99.0)).scales[0, 0]
        for calibration in ("minmax", "mse", "percentile")
    )
    assert plain == pytest.approx(1 / 7)
    assert searched < plain
    assert cut == pytest.approx(np.percentile(np.abs(weight), 99) / 7, rel=1e-5)
    small = np.abs(weight) < 0.5
    err = np.abs(dequantize(quantize(weight, Scheme("int4", "channel", 0, True, "mse"))) - weight)
    assert err[small].mean() < np.abs(dequantize(quantize(weight, scheme)) - weight)[small].mean()


def test_the_affine_percentile_cuts_both_tails_alike():
    weight = np.linspace(-1, 3, 401, dtype=np.float32)[None]
    low, high = find_ranges(weight[:, None], Scheme("int8", "channel", 0, False, "percentile", 90.0))
    assert low.item() == pytest.approx(-0.8, abs=1e-5)
    assert high.item() == pytest.approx(2.8, abs=1e-5)
