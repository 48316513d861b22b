"""Every number format, multiplied by ONNX Runtime, against the reference mapping's dequantized product.

Tolerances, as shares of the largest result: FP32 and FP16 weights are multiplied in FP32 (1e-5). The integer formats
quantize activations to 8 bits at each call, which alone errs by up to half a step of 1/127 of the largest activation a
product, averaging out over the sum: 1.5 % of the largest result bounds it here; 0.7 to 1.4 % was
measured.
"""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from cabin.quantization.mapping import dequantize, quantize
from cabin.quantization.scheme import Scheme
from cabin_onnx.formats import FormatWriter
from cabin_onnx.graph import MICROSOFT, GraphBuilder

FLOATS = [(Scheme("fp32"), 1e-5), (Scheme("fp16"), 1e-5)]
INTEGERS = [
    Scheme("int8", "tensor"),
    Scheme("int8", "channel"),
    Scheme("int8", "tensor", is_symmetric=False),
    Scheme("int8", "channel", is_symmetric=False),
    Scheme("int8", "group", 32),
    Scheme("int8", "group", 32, is_symmetric=False),
    Scheme("int4", "group", 16),
    Scheme("int4", "group", 32),
    Scheme("int4", "group", 128),
    Scheme("int4", "group", 32, is_symmetric=False),
    Scheme("int4", "group", 32, calibration="mse"),
    Scheme("int4", "channel"),
    Scheme("int4", "tensor", is_symmetric=False),
    Scheme("int8", "channel", calibration="percentile", percentile=99),
    Scheme("nf4", "group", 32),
    Scheme("nf4", "group", 64),
    Scheme("nf4", "channel", calibration="mse"),
]
SHAPES = [(192, 96), (576, 64)]
"""(in, out); 192 and 576 are no multiples of 128: their last group is filled up."""


def run(scheme: Scheme, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, FormatWriter]:
    writer, builder = FormatWriter(scheme), GraphBuilder()
    out = writer(builder, "product", "x", weight)
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "t", n])
        for name, n in (("x", weight.shape[0]), (out, weight.shape[1]))
    ]
    graph = helper.make_graph(builder.nodes, "g", values[:1], values[1:], initializer=builder.initializers)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x[None]})[0][0], writer


def matrices(shape: tuple[int, int], rows: int):
    rng = np.random.default_rng(3)
    weight = (rng.normal(size=shape) * rng.uniform(0.2, 1, shape[1]) + 0.05).astype(np.float32)
    return rng.normal(size=(rows, shape[0])).astype(np.float32), weight


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("scheme", "tolerance"), FLOATS, ids=lambda v: getattr(v, "name", ""))
def test_floats(scheme, tolerance, shape):
    x, weight = matrices(shape, 3)
    stored = weight if scheme.bits == 32 else weight.astype(np.float16).astype(np.float32)
    got, _ = run(scheme, x, weight)
    assert np.abs(got - x @ stored).max() <= tolerance * np.abs(x @ stored).max()


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scheme", INTEGERS, ids=lambda scheme: scheme.name)
def test_integers_agree_with_the_reference_mapping(scheme, shape, rows):
    x, weight = matrices(shape, rows)
    expected = x @ dequantize(quantize(np.ascontiguousarray(weight.T), scheme)).T
    got, writer = run(scheme, x, weight)
    assert np.abs(got - expected).max() <= 0.015 * np.abs(expected).max()
    (error,) = writer.errors
    assert error.signal_to_noise_db > (9 if scheme.bits == 4 else 20)


@pytest.mark.parametrize("scheme", INTEGERS, ids=lambda scheme: scheme.name)
def test_the_bytes_reported_are_the_weights_bytes(scheme):
    _, weight = matrices(SHAPES[0], 1)
    _, writer = run(scheme, np.zeros((1, SHAPES[0][0]), np.float32), weight)
    assert writer.errors[0].bytes >= weight.size * scheme.bits // 8
    assert writer.errors[0].bytes < weight.nbytes / 2


@pytest.mark.parametrize("scheme", INTEGERS, ids=lambda scheme: scheme.name)
def test_weights_that_are_no_numbers_are_refused(scheme):
    _, weight = matrices(SHAPES[0], 1)
    weight[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        FormatWriter(scheme)(GraphBuilder(), "product", "x", weight)
