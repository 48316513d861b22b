"""The graph of one step: in FP32 the network itself, in INT8 close to it, and small."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from cabin.onnx_runtime import load_onnxruntime
from cabin.wake.training.export import export_network
from cabin.wake.training.network import WakeNetwork
from cabin.wake.training.plan import DetectorShape

SHAPES = [
    DetectorShape(channels=8, kernel=3, dilations=(1, 2)),
    DetectorShape(channels=8, kernel=2, dilations=(1,)),
    DetectorShape(),
]


def stepwise(data, shape, features):
    session = load_onnxruntime().InferenceSession(data, providers=["CPUExecutionProvider"])
    history, before = np.zeros((shape.history, shape.channels), np.float32), np.zeros((1, 80), np.float32)
    scores = []
    for step in features:
        feeds = {"features": step[None], "before": before, "history": history}
        score, history = session.run(None, feeds)
        before = step[None]
        scores.append(float(score[0]))
    return np.array(scores)


@pytest.mark.parametrize("shape", SHAPES, ids=["two", "one", "default"])
@pytest.mark.parametrize(("int8", "most"), [(False, 1e-5), (True, 0.03)])
def test_in_steps_it_is_the_network(shape, int8, most):
    torch.manual_seed(3)
    network = WakeNetwork(shape).eval()
    features = np.random.default_rng(1).normal(0, 0.5, (70, 80)).astype(np.float32)
    with torch.no_grad():
        wanted = torch.sigmoid(network(torch.from_numpy(features)[None]))[0].numpy()
    np.testing.assert_allclose(stepwise(export_network(network, int8=int8), shape, features), wanted, atol=most)


def test_int8_is_a_third_of_the_size_and_has_its_products_in_integers():
    network = WakeNetwork(DetectorShape()).eval()
    small, large = export_network(network), export_network(network, int8=False)
    assert len(small) < len(large) / 3
    kinds = [node.op_type for node in onnx.load_from_string(small).graph.node]
    assert kinds.count("MatMulInteger") == 9
    assert kinds.count("MatMul") == 1
