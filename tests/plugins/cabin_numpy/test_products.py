"""Every layout, multiplied a block at a time, against the product with the whole dequantized matrix.

Only the order of FP32 sums differs: 1e-5 of the largest result.
"""

from __future__ import annotations

import numpy as np
import pytest

from cabin.quantization.mapping import quantize
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import float_tensor, small_tensor
from cabin_numpy import products

SCHEMES = [
    Scheme("fp32"),
    Scheme("fp16"),
    Scheme("int8", "tensor"),
    Scheme("int8", "channel"),
    Scheme("int8", "channel", is_symmetric=False),
    Scheme("int8", "group", 32),
    Scheme("int8", "group", 128, is_symmetric=False),
    Scheme("int4", "group", 32),
    Scheme("int4", "group", 128),
    Scheme("int4", "group", 64, is_symmetric=False),
    Scheme("int4", "channel"),
    Scheme("nf4", "group", 64),
]


@pytest.mark.parametrize("block", [1, 1000, products.BLOCK_NUMBERS])
@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_agrees_with_the_whole_matrix(scheme, rows, block, monkeypatch):
    rng = np.random.default_rng(3)
    weight = (rng.normal(size=(192, 100)) * rng.uniform(0.2, 1, 100) + 0.05).astype(np.float32)
    x = rng.normal(size=(rows, 192)).astype(np.float32)
    if scheme.bits > 8:
        tensor = float_tensor("product", weight, scheme)
    else:
        tensor = small_tensor("product", quantize(np.ascontiguousarray(weight.T), scheme))
    monkeypatch.setattr(products, "BLOCK_NUMBERS", block)
    expected = x @ tensor.dequantize()
    got = products.make_product(tensor)(x)
    assert got.dtype == np.float32
    assert np.abs(got - expected).max() <= 1e-5 * np.abs(expected).max()
