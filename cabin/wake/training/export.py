"""The trained network as an ONNX graph of one step of 32 ms, its products in INT8, its history kept outside.

    features (1, 80), before (1, 80), history (45, 64)  ->  score (1), history (45, 64)

Weights are mapped per output by cabin.quantization (W_q = round(W / S), symmetric) and stored as unsigned bytes with
128 added, for the products of unsigned bytes alone are exact on every processor; what comes in is mapped at run time
(DynamicQuantizeLinear), so nothing has to be calibrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cabin.quantization.mapping import quantize
from cabin.quantization.scheme import Scheme
from cabin.wake.features import BANDS, FRAMES_PER_STEP

if TYPE_CHECKING:
    from cabin.wake.training.network import WakeNetwork
    from cabin.wake.training.plan import DetectorShape

__all__ = ["export_network"]

_OPSET = 17
_INPUT = BANDS * FRAMES_PER_STEP
_MIDDLE = 128


def export_network(network: WakeNetwork, *, int8: bool = True) -> bytes:
    """Return the graph as the bytes of an ONNX file."""
    weights = {
        name: np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
        for name, tensor in network.state_dict().items()
    }
    graph = _Graph(weights, network.shape, int8)
    data: bytes = graph.build().SerializeToString()
    return data


class _Graph:
    """Nodes and constants while they are put together."""

    def __init__(self, weights: dict[str, NDArray[np.float32]], shape: DetectorShape, int8: bool) -> None:
        self._weights, self._shape, self._int8 = weights, shape, int8
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {"middle": np.array(_MIDDLE, dtype=np.uint8)}

    def build(self) -> Any:
        shape = self._shape
        hidden = self._node("Relu", [self._linear("first", self._node("Concat", ["before", "features"], axis=1))])
        kept, begin = [], 0
        for number, dilation in enumerate(shape.dilations):
            rows = (shape.kernel - 1) * dilation
            own = self._rows("history", begin, begin + rows)
            places = [self._rows(own, at * dilation, at * dilation + 1) for at in range(shape.kernel - 1)]
            seen = self._node("Concat", [*places, hidden], axis=1)
            kept.append(self._node("Concat", [self._rows(own, 1, rows), hidden], axis=0) if rows > 1 else hidden)
            seen = self._node("Relu", [self._linear(f"reaching.{number}", seen)])
            hidden = self._node("Relu", [self._node("Add", [hidden, self._linear(f"mixing.{number}", seen)])])
            begin += rows
        self._node("Concat", kept, "history_out", axis=0)
        score = self._node("Sigmoid", [self._product("last", hidden, int8=False)])
        self._node("Reshape", [score, self._constant(np.array([1], dtype=np.int64))], "score")
        return self._model()

    def _model(self) -> Any:
        history = [self._shape.history, self._shape.channels]
        inputs = [("features", [1, _INPUT]), ("before", [1, _INPUT]), ("history", history)]
        outputs = [("score", [1]), ("history_out", history)]
        described = [
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in each]
            for each in (inputs, outputs)
        ]
        constants = [numpy_helper.from_array(value, name) for name, value in self._constants.items()]
        graph = helper.make_graph(self._nodes, "cabin-wake", *described, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def _linear(self, name: str, value: str) -> str:
        return self._product(name, value, self._int8)

    def _product(self, name: str, value: str, int8: bool) -> str:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        if not int8:
            product = self._node("MatMul", [value, self._constant(np.ascontiguousarray(weight.T))])
            return self._node("Add", [product, self._constant(bias)])
        small = quantize(weight, Scheme())
        values = np.ascontiguousarray((small.values.astype(np.int16) + _MIDDLE).astype(np.uint8).T)
        count = len(self._nodes)
        mapped = [f"mapped{count}", f"scale{count}", f"zero{count}"]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [value], mapped))
        whole = self._node("MatMulInteger", [mapped[0], self._constant(values), mapped[2], "middle"])
        scale = self._node("Mul", [mapped[1], self._constant(small.scales[:, 0])])
        product = self._node("Mul", [self._node("Cast", [whole], to=TensorProto.FLOAT), scale])
        return self._node("Add", [product, self._constant(bias)])

    def _rows(self, value: str, first: int, last: int) -> str:
        bounds = [self._constant(np.array([number], dtype=np.int64)) for number in (first, last, 0)]
        return self._node("Slice", [value, *bounds])

    def _node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, value: NDArray[Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants[name] = value
        return name
