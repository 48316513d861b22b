"""A small writer of ONNX graphs whose weights lie in files beside them. Needs the package onnx; used by the rebuild
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from cabin_moonshine.checkpoint import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SCHEMES", "GraphBuilder"]

SCHEMES = ("fp32", "int8-rows", "int8-blocks")
"""How matrices are multiplied: see the methods of GraphBuilder; the weights are the same in all three."""

_MICROSOFT_OPS = frozenset(
    {
        "DynamicQuantizeMatMul",
        "Gelu",
        "MatMulNBits",
        "MultiHeadAttention",
        "QuickGelu",
        "RotaryEmbedding",
        "SkipLayerNormalization",
    }
)
_OPSET, _IR_VERSION = 17, 9
_EXTERNAL_FROM_BYTES = 1024
_ALIGNMENT = 64
_EPSILON = 1e-5
_BLOCK = 32
"""Divides the widths of both models (288, 416, 1152, 1664)."""
_INT8_ACTIVATIONS = 4
"""MatMulNBits: quantize the inputs to 8 bits too."""


class GraphBuilder:
    """Collects nodes and weights; `save` writes the graph. Method names follow the operators."""

    def __init__(self, weights: Path, scheme: str) -> None:
        """Write large tensors to the file `weights` as they come; `scheme` is one of SCHEMES."""
        self.scheme = scheme
        self.weights = weights
        self._nodes: list[Any] = []
        self._initializers: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._file: IO[bytes] = weights.open("wb")

    def input(self, name: str, dtype: type[np.generic], shape: Sequence[int | str]) -> str:
        """Declare an input; letters stand for what may vary."""
        self._inputs.append(_value_info(name, dtype, shape))
        return name

    def output(self, name: str, shape: Sequence[int | str]) -> str:
        """Declare a FP32 output that some node makes."""
        self._outputs.append(_value_info(name, np.float32, shape))
        return name

    def add(self, op: str, inputs: Sequence[str], outputs: int | Sequence[str] = 1, **attributes: Any) -> Any:
        """Append a node and return its output's name, or their names when there are several."""
        from onnx import helper

        number = len(self._nodes)
        names = [f"{op}_{number}_{index}" for index in range(outputs)] if isinstance(outputs, int) else list(outputs)
        domain = "com.microsoft" if op in _MICROSOFT_OPS else ""
        self._nodes.append(helper.make_node(op, list(inputs), names, f"{op}_{number}", domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an initializer, once per name, and return the name."""
        from onnx import numpy_helper

        if name not in self._initializers:
            array = np.ascontiguousarray(array)
            if array.nbytes < _EXTERNAL_FROM_BYTES:
                self._initializers[name] = numpy_helper.from_array(array, name)
            else:
                self._file.write(b"\0" * (-self._file.tell() % _ALIGNMENT))
                self.external(name, array.shape, array.dtype.type, self.weights.name, self._file.tell())
                self._file.write(array.tobytes())
        return name

    def external(self, name: str, shape: Sequence[int], dtype: type[np.generic], location: str, offset: int = 0) -> str:
        """Add an initializer that lies in a file beside the graph."""
        from onnx import TensorProto, helper

        tensor = TensorProto(name=name, dims=shape, data_type=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
        tensor.data_location = TensorProto.EXTERNAL
        length = int(np.prod(shape)) * np.dtype(dtype).itemsize
        for key, value in (("location", location), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._initializers[name] = tensor
        return name

    def linear(self, x: str, name: str, parts: Sequence[Affine], bias: NDArray[np.float32] | None = None) -> str:
        """Multiply by one matrix, or by several of the same input at once (outputs side by side), and add a bias."""
        bias_name = self.constant(f"{name}.bias", bias) if bias is not None else ""
        if self.scheme == "int8-blocks":
            return self._linear_blocks(x, name, parts, bias_name)
        if self.scheme == "fp32":
            product = self.add(
                "MatMul", [x, self.constant(name, np.concatenate([p.dequantize() for p in parts], axis=1))]
            )
        else:
            widths = [1] if len(parts) == 1 else [part.values.shape[1] for part in parts]
            scale = np.repeat(np.array([part.scale for part in parts], np.float32), widths)
            zero = np.repeat(np.array([part.zero_point for part in parts], np.int8), widths)
            matrix = self.constant(name, np.concatenate([part.values for part in parts], axis=1))
            product = self.multiply_rows(x, matrix, name, scale, zero)
        return str(self.add("Add", [product, bias_name]) if bias_name else product)

    def multiply_rows(self, x: str, matrix: str, name: str, scale: NDArray[np.float32], zero: NDArray[np.int8]) -> str:
        """Multiply by an INT8 matrix with the inputs quantized at run time, one scale a row.

        The operator has one scale for all rows; rows brought to the same largest value first, and back afterwards, have
        one each. Without it loud frames take the resolution of soft ones, and one beam that of another.
        """
        largest = self.add("ReduceMax", [self.add("Abs", [x])], axes=[-1], keepdims=1)
        largest = self.add("Max", [largest, self.constant("smallest", np.array([1e-9], np.float32))])
        inputs = [
            self.add("Div", [x, largest]),
            matrix,
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero_point", zero),
        ]
        return str(self.add("Mul", [self.add("DynamicQuantizeMatMul", inputs), largest]))

    def _linear_blocks(self, x: str, name: str, parts: Sequence[Affine], bias_name: str) -> str:
        """Multiply with the inputs quantized in blocks of 32 within a row; weights lie transposed, in blocks
        likewise.
        """
        depth, blocks = parts[0].values.shape[0], parts[0].values.shape[0] // _BLOCK
        widths = [part.values.shape[1] for part in parts]
        values = np.concatenate([(part.values.astype(np.int16) + 128).astype(np.uint8).T for part in parts])
        scale = np.repeat(np.array([part.scale for part in parts], np.float32), widths)
        zero = np.repeat(np.array([part.zero_point + 128 for part in parts], np.uint8), widths)
        inputs = [
            x,
            self.constant(name, values.reshape(len(values), blocks, _BLOCK)),
            self.constant(f"{name}.scale", np.repeat(scale, blocks)),
            self.constant(f"{name}.zero_point", np.repeat(zero, blocks)),
            *(["", bias_name] if bias_name else []),
        ]
        shape = {"K": depth, "N": len(values), "bits": 8, "block_size": _BLOCK}
        return str(self.add("MatMulNBits", inputs, accuracy_level=_INT8_ACTIVATIONS, **shape))

    def norm(self, x: str, name: str, weight: NDArray[np.float32]) -> str:
        """Normalize the last dimension (no bias)."""
        return str(self.add("LayerNormalization", [x, self.constant(name, weight)], axis=-1, epsilon=_EPSILON))

    def add_and_norm(self, x: str, residual: str, name: str, weight: NDArray[np.float32]) -> tuple[str, str]:
        """Return (normalized x + residual, x + residual)."""
        inputs = [x, residual, self.constant(name, weight)]
        number = len(self._nodes)
        normed, total = f"normed_{number}", f"total_{number}"
        self.add("SkipLayerNormalization", inputs, [normed, "", "", total], epsilon=_EPSILON)
        return normed, total

    def save(self, path: Path) -> None:
        """Write the graph and close the file of weights."""
        import onnx
        from onnx import helper

        self._file.close()
        graph = helper.make_graph(
            self._nodes, path.stem, self._inputs, self._outputs, list(self._initializers.values())
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="cabin")
        path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(str(path), skip_opset_compatibility_check=True)


def _value_info(name: str, dtype: type[np.generic], shape: Sequence[int | str]) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape))
