"""Torch's arithmetic against the reference in cabin.quantization.

Scales agree to FP32's rounding; integers agree but where a weight lies halfway between two of them: there they differ
by one. With "mse" the sums are rounded in another order, so what is compared is the squared error reached.
"""

from __future__ import annotations

import numpy as np
import pytest

from cabin.quantization import mapping as reference
from cabin.quantization.scheme import Scheme
from cabin_torch.mapping import quantize

SCHEMES = [
    Scheme(form, kind, group, is_symmetric, calibration, percentile)
    for form in ("int8", "int4", "nf4")
    for kind, group in (("tensor", 0), ("channel", 0), ("group", 32), ("group", 128))
    for is_symmetric in ((True,) if form == "nf4" else (True, False))
    for calibration, percentile in (("minmax", 99.9), ("percentile", 99.0), ("mse", 99.9))
]


def matrix(rows=24, columns=192):
    rng = np.random.default_rng(11)
    return (rng.normal(size=(rows, columns)) * rng.uniform(0.1, 2, (rows, 1)) + 0.02).astype(np.float32)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_gives_what_the_reference_gives(scheme):
    weight = matrix()
    got, expected = quantize(weight, scheme), reference.quantize(weight, scheme)
    assert (got.values.dtype, got.scales.dtype, got.zeros.dtype) == (np.int8, np.float32, np.int32)
    assert got.scales.shape == expected.scales.shape == got.zeros.shape
    if scheme.calibration == "mse":
        errors = [np.square(reference.dequantize(each) - weight).sum() for each in (got, expected)]
        assert errors[0] == pytest.approx(errors[1], rel=1e-4)
        return
    assert got.scales == pytest.approx(expected.scales, rel=1e-5)
    assert np.abs(got.zeros - expected.zeros).max() <= 1
    if (got.zeros == expected.zeros).all():
        moved = got.values.astype(int) - expected.values
        assert np.abs(moved).max() <= 1
        assert np.count_nonzero(moved) <= 0.002 * moved.size


@pytest.mark.parametrize("scheme", [Scheme(), Scheme("int4", "group", 32, is_symmetric=False), Scheme("nf4")])
def test_rows_of_zeros_stay_zeros(scheme):
    weight = matrix()
    weight[3] = 0
    assert (reference.dequantize(quantize(weight, scheme))[3] == 0).all()


@pytest.mark.parametrize("bad", [np.full((2, 2), np.nan, np.float32), np.ones(4, np.float32)])
def test_what_is_no_finite_matrix_is_refused(bad):
    with pytest.raises(ValueError, match="finite matrix"):
        quantize(bad, Scheme())


def test_floats_have_no_scale():
    with pytest.raises(ValueError, match="fp16 has no scale"):
        quantize(matrix(), Scheme("fp16"))
