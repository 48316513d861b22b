"""Number formats as ONNX Runtime multiplies them fastest on one core (docs/quantization.md has the measurements).

int8 per channel or tensor: DynamicQuantizeMatMul; activations become unsigned 8-bit at each call, products are integer.
int8 and int4 per group: MatMulNBits; weights are packed, activations quantized per block (accuracy level 4).
fp32 and fp16: MatMul; fp16 weights are stored in half the bytes and multiplied as float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.mapping import Quantized, dequantize, quantize
from cabin.quantization.report import TensorError, tensor_error
from cabin.quantization.scheme import Scheme
from cabin_onnx.graph import MICROSOFT, GraphBuilder

__all__ = ["FormatWriter"]

_INT8_KERNEL_LEVEL = 4
"""MatMulNBits' accuracy level that computes with 8-bit integers."""


class FormatWriter:
    """A LinearWriter that also remembers how far each tensor moved."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.errors: list[TensorError] = []
        self._has_row_constants = False

    def __call__(self, builder: GraphBuilder, name: str, x: str, weight: NDArray[np.float32]) -> str:
        """Write the product of `x` (1, t, in) with `weight` (in, out)."""
        out = f"{name}.out"
        if self.scheme.bits > 8:
            return self._floats(builder, name, x, weight, out)
        small = quantize(np.ascontiguousarray(weight.T), self.scheme)
        size = small.values.size * self.scheme.bits // 8 + small.scales.nbytes
        self.errors.append(tensor_error(name, weight.T, dequantize(small), size))
        if self.scheme.granularity == "group":
            return self._grouped(builder, name, x, small, out)
        scales, zeros = small.scales[:, 0], small.zeros[:, 0].astype(np.int8)
        rows, largest = self._level_rows(builder, name, x)
        inputs = [
            rows,
            builder.constant(f"{name}.weight", small.values.T),
            builder.constant(f"{name}.scale", scales if len(scales) > 1 else scales.reshape(())),
            builder.constant(f"{name}.zero", zeros if len(zeros) > 1 else zeros.reshape(())),
        ]
        product = builder.node("DynamicQuantizeMatMul", inputs, [f"{name}.product"], MICROSOFT)
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

    def _floats(self, builder: GraphBuilder, name: str, x: str, weight: NDArray[np.float32], out: str) -> str:
        if self.scheme.bits == 32:
            self.errors.append(tensor_error(name, weight, weight, weight.nbytes))
            return builder.node("MatMul", [x, builder.constant(f"{name}.weight", weight)], [out])
        half = weight.astype(np.float16)
        self.errors.append(tensor_error(name, weight, half.astype(np.float32), half.nbytes))
        stored = builder.constant(f"{name}.weight", half)
        wide = builder.node("Cast", [stored], [f"{name}.wide"], to=1)
        return builder.node("MatMul", [x, wide], [out])

    def _grouped(self, builder: GraphBuilder, name: str, x: str, small: Quantized, out: str) -> str:
        """MatMulNBits holds weights unsigned as (out, groups, bytes of a group), zero point 2^(bits-1) by default."""
        rows, columns = small.values.shape
        bits, group = self.scheme.bits, self.scheme.group
        groups = small.scales.shape[1]
        shift = 1 << (bits - 1)
        raised = np.full((rows, groups * group), shift, np.int16)
        raised[:, :columns] = small.values.astype(np.int16) + shift
        packed: NDArray[Any] = raised.astype(np.uint8).reshape(rows, groups, group)
        zeros: NDArray[Any] = (small.zeros + shift).astype(np.uint8)
        if bits == 4:
            packed = packed[..., 0::2] | (packed[..., 1::2] << 4)
            zeros = np.pad(zeros, ((0, 0), (0, groups % 2)))
            zeros = zeros[:, 0::2] | (zeros[:, 1::2] << 4)
        inputs = [
            x,
            builder.constant(f"{name}.weight", packed),
            builder.constant(f"{name}.scale", small.scales.reshape(-1)),
        ]
        if not self.scheme.is_symmetric:
            inputs.append(builder.constant(f"{name}.zero", zeros.reshape(-1)))
        return builder.node(
            "MatMulNBits",
            inputs,
            [out],
            MICROSOFT,
            K=columns,
            N=rows,
            bits=bits,
            block_size=group,
            accuracy_level=_INT8_KERNEL_LEVEL,
        )
