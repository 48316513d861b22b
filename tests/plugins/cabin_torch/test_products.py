"""Each kernel against the product with the whole dequantized matrix, as shares of the largest result.

FP32 differs by the order of sums. Weights held as float16 are rounded to 11 bits, 4-bit products round activations and
scales to bfloat16 (8 bits), int8 takes activations of 8 bits with a scale a row, or 7 on processors without VNNI.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cabin.quantization.mapping import quantize
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import StoredTensor, float_tensor, small_tensor
from cabin_torch import products

CASES = [
    (Scheme("fp32"), 1e-5),
    (Scheme("fp16"), 1e-5),
    (Scheme("int8", "tensor"), 0.03),
    (Scheme("int8", "channel"), 0.03),
    (Scheme("int8", "channel", is_symmetric=False), 0.03),
    (Scheme("int8", "group", 32), 1e-3),
    (Scheme("int4", "group", 32), 0.01),
    (Scheme("int4", "group", 64, is_symmetric=False), 0.02),
    (Scheme("int4", "group", 16), 1e-3),
    (Scheme("int4", "channel"), 0.01),
    (Scheme("nf4", "group", 64), 1e-3),
]


def stored(scheme: Scheme) -> tuple[np.ndarray, StoredTensor]:
    rng = np.random.default_rng(3)
    weight = (rng.normal(size=(192, 96)) * rng.uniform(0.2, 1, 96) + 0.05).astype(np.float32)
    x = rng.normal(size=(7, 192)).astype(np.float32)
    if scheme.bits > 8:
        return x, float_tensor("product", weight, scheme)
    return x, small_tensor("product", quantize(np.ascontiguousarray(weight.T), scheme))


def check(product, x, tensor, tolerance):
    for rows in (x[:1], x):
        expected = rows @ tensor.dequantize()
        with torch.inference_mode():
            got = product(torch.from_numpy(rows))
        assert got.dtype == torch.float32
        assert np.abs(got.numpy() - expected).max() <= tolerance * np.abs(expected).max()


@pytest.mark.parametrize(("scheme", "tolerance"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_agrees_with_the_whole_matrix(scheme, tolerance):
    x, tensor = stored(scheme)
    check(products.make_product(tensor), x, tensor, tolerance)


@pytest.mark.parametrize("is_symmetric", [True, False])
def test_the_plain_8_bit_product_that_stands_in(is_symmetric):
    x, tensor = stored(Scheme("int8", "channel", is_symmetric=is_symmetric))
    check(products._IntMm(tensor.quantized()), x, tensor, 0.03)


def test_a_token_with_a_large_value_takes_nothing_from_the_others():
    x, tensor = stored(Scheme())
    x[0] *= 1000
    expected = x @ tensor.dequantize()
    with torch.inference_mode():
        got = products.make_product(tensor)(torch.from_numpy(x)).numpy()
    assert np.abs(got[1:] - expected[1:]).max() <= 0.03 * np.abs(expected[1:]).max()


def test_a_row_of_zeros_gives_zeros():
    x, tensor = stored(Scheme())
    x[2] = 0
    with torch.inference_mode():
        got = products.make_product(tensor)(torch.from_numpy(x)).numpy()
    assert np.abs(got[2]).max() <= 1e-6
    assert np.isfinite(got).all()


def test_without_quantized_tensors_torch_still_multiplies(monkeypatch):
    def gone(*_):
        raise RuntimeError("removed")

    monkeypatch.setattr(torch, "_make_per_channel_quantized_tensor", gone)
    monkeypatch.setattr(products, "_packing", gone)
    for scheme in (Scheme(), Scheme("fp16")):
        x, tensor = stored(scheme)
        check(products.make_product(tensor), x, tensor, 0.03)


def test_the_engine_chosen_for_packing_is_put_back():
    before = torch.backends.quantized.engine
    products.make_product(stored(Scheme())[1])
    assert torch.backends.quantized.engine == before
