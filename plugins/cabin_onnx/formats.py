"""Number formats as ONNX Runtime multiplies them fastest on one core (docs/quantization.md has the measurements).

int8 per channel or tensor: DynamicQuantizeMatMul; activations become unsigned 8-bit at each call, products are integer.
int8 per group and int4: MatMulNBits; weights are packed, activations quantized per block (accuracy level 4).
nf4: MatMulBnb4; at each call the weights are made float32 and multiplied as such, so it is small and not fast.
fp32 and fp16: MatMul; fp16 weights are stored in half the bytes, made float32 when loaded and multiplied as such.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.mapping import quantize
from cabin.quantization.report import TensorError, tensor_error
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import StoredTensor, float_tensor, small_tensor
from cabin_onnx.graph import MICROSOFT, GraphBuilder

__all__ = ["FormatWriter"]

_INT8_KERNEL_LEVEL = 4
"""MatMulNBits' accuracy level that computes with 8-bit integers."""
_NF4 = 1
"""MatMulBnb4's name for NF4; 0 is FP4."""


class FormatWriter:
    """A LinearWriter that also remembers each tensor as stored, and how far it moved."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.errors: list[TensorError] = []
        self.tensors: list[StoredTensor] = []
        self._has_row_constants = False

    def __call__(self, builder: GraphBuilder, name: str, x: str, weight: NDArray[np.float32]) -> str:
        """Write the product of `x` (1, t, in) with `weight` (in, out)."""
        out = f"{name}.out"
        scheme = self.scheme.of(name)
        if scheme.bits > 8:
            return self._floats(builder, self._remember(float_tensor(name, weight, scheme), weight), x, out)
        stored = self._remember(small_tensor(name, quantize(np.ascontiguousarray(weight.T), scheme)), weight)
        if stored.layout == "columns":
            return self._columns(builder, stored, x, out)
        return self._grouped(builder, stored, x, out)

    def _remember(self, tensor: StoredTensor, weight: NDArray[np.float32]) -> StoredTensor:
        self.tensors.append(tensor)
        self.errors.append(tensor_error(tensor.name, weight, tensor.dequantize(), tensor.bytes))
        return tensor

    def _columns(self, builder: GraphBuilder, tensor: StoredTensor, x: str, out: str) -> str:
        rows, largest = self._level_rows(builder, tensor.name, x)
        inputs = [rows, *_constants(builder, tensor)]
        product = builder.node("DynamicQuantizeMatMul", inputs, [f"{tensor.name}.product"], MICROSOFT)
        return builder.node("Mul", [product, largest], [out])

    def _level_rows(self, builder: GraphBuilder, name: str, x: str) -> tuple[str, str]:
        """Bring every row of `x` to the same largest value; return (levelled, what each row was divided by).

        The operator has one activation scale for all rows, and one token with a large value would take the resolution
        of all others: on 1,500 held-back sentences that cost 1.3 points of function.
        """
        if not self._has_row_constants:
            builder.constant("rows.axis", np.array([-1], np.int64))
            builder.constant("rows.smallest", np.array([1e-9], np.float32))
            self._has_row_constants = True
        size = builder.node("Abs", [x], [f"{name}.size"])
        most = builder.node("ReduceMax", [size, "rows.axis"], [f"{name}.most"], keepdims=1)
        largest = builder.node("Max", [most, "rows.smallest"], [f"{name}.largest"])
        return builder.node("Div", [x, largest], [f"{name}.levelled"]), largest

    def _floats(self, builder: GraphBuilder, tensor: StoredTensor, x: str, out: str) -> str:
        (weight,) = _constants(builder, tensor)
        if tensor.format == "fp16":
            weight = builder.node("Cast", [weight], [f"{tensor.name}.wide"], to=1)
        return builder.node("MatMul", [x, weight], [out])

    def _grouped(self, builder: GraphBuilder, tensor: StoredTensor, x: str, out: str) -> str:
        columns, rows = tensor.shape
        sizes = {"K": columns, "N": rows, "block_size": tensor.group}
        inputs = [x, *_constants(builder, tensor)]
        if tensor.layout == "levels":
            return builder.node("MatMulBnb4", inputs, [out], MICROSOFT, quant_type=_NF4, **sizes)
        bits = tensor.scheme.bits
        return builder.node(
            "MatMulNBits", inputs, [out], MICROSOFT, bits=bits, accuracy_level=_INT8_KERNEL_LEVEL, **sizes
        )


def _constants(builder: GraphBuilder, tensor: StoredTensor) -> list[str]:
    """Add codes, scales and zero points as initializers and return their names; those of one matrix are scalars."""
    codes = tensor.codes.reshape(-1) if tensor.layout == "levels" else tensor.codes
    names = [builder.constant(f"{tensor.name}.weight", codes)]
    for part, array in (("scale", tensor.scales), ("zero", tensor.zeros)):
        if array is not None:
            flat = array.reshape(() if array.size == 1 and tensor.layout == "columns" else -1)
            names.append(builder.constant(f"{tensor.name}.{part}", flat))
    return names
