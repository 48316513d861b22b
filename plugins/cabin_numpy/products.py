"""Products y = x W with W as it is stored: made float32 a block at a time, multiplied, forgotten.

A block is small enough to stay in a core's own cache, so memory is read as bytes and not as floats. With whole columns
sharing a scale, the scale is applied to the result; with groups, to the block.

    columns, fp16    y = (x C - sum(x) z) s      C as stored, s and z a column
    groups           y = x ((C - z) s)^T         s and z a group of a row
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.normal_float import LEVELS
from cabin.quantization.packing import unpack_zeros
from cabin.quantization.tensors import StoredTensor

__all__ = ["BLOCK_NUMBERS", "Product", "make_product"]

Floats = NDArray[np.float32]
Product = Callable[[Floats], Floats]
"""Takes x (t, in) and returns (t, out)."""

BLOCK_NUMBERS = 1 << 17
"""Float32 numbers of a block: 512 KiB. A quarter of it took 1.3 times as long, four times as much 10 % less (Zen 4)."""


def make_product(tensor: StoredTensor) -> Product:
    """Return the product with a stored matrix (in, out) of any layout."""
    if tensor.layout == "plain" and tensor.codes.dtype == np.float32:
        matrix = tensor.codes
        return lambda x: x @ matrix
    if tensor.layout in ("plain", "columns"):
        return _Columns(tensor)
    return _Groups(tensor)


class _Columns:
    """int8 or float16 (in, out), scales and zero points for columns."""

    def __init__(self, tensor: StoredTensor) -> None:
        self._codes = tensor.codes
        self._scales = None if tensor.scales is None else tensor.scales.reshape(-1).copy()
        has_zeros = tensor.zeros is not None and tensor.zeros.any()
        self._zeros = np.array(tensor.zeros, np.float32) if has_zeros else None
        self._rows = max(1, BLOCK_NUMBERS // tensor.shape[1])

    def __call__(self, x: Floats) -> Floats:
        inputs, outputs = self._codes.shape
        y = np.zeros((len(x), outputs), np.float32)
        block = np.empty((min(self._rows, inputs), outputs), np.float32)
        for begin in range(0, inputs, self._rows):
            codes = self._codes[begin : begin + self._rows]
            part = block[: len(codes)]
            np.copyto(part, codes)
            y += x[:, begin : begin + len(codes)] @ part
        if self._zeros is not None:
            y -= x.sum(axis=1, keepdims=True) * self._zeros
        if self._scales is not None:
            y *= self._scales
        return y


class _Groups:
    """Bytes, or two 4-bit numbers a byte, in rows (out, groups, ...), scales and zero points for groups."""

    def __init__(self, tensor: StoredTensor) -> None:
        assert tensor.scales is not None
        self._codes = tensor.codes.reshape(tensor.shape[1], -1)
        self._scales = tensor.scales
        self._pairs = None if tensor.layout == "bytes" else _pairs(tensor)
        self._zeros = _zeros(tensor)
        self._filled = tensor.scales.shape[1] * tensor.group
        self._rows = max(1, BLOCK_NUMBERS // self._filled)

    def __call__(self, x: Floats) -> Floats:
        outputs, inputs = len(self._codes), x.shape[1]
        y = np.empty((len(x), outputs), np.float32)
        wide = np.pad(x, ((0, 0), (0, self._filled - inputs)))  # the last group of a row is filled up
        space = np.empty((min(self._rows, outputs), self._filled), np.float32)
        for begin in range(0, outputs, self._rows):
            rows = slice(begin, begin + self._rows)
            block = space[: len(self._codes[rows])]
            if self._pairs is None:
                np.copyto(block, self._codes[rows])
            else:  # "clip" changes nothing, a byte has 256 values; it lets numpy write into the block at once
                np.take(self._pairs, self._codes[rows], out=block.view(np.complex64), mode="clip")
            groups = block.reshape(len(block), self._scales.shape[1], -1)
            if self._zeros is not None:
                groups -= self._zeros[rows, :, None]
            groups *= self._scales[rows, :, None]
            y[:, rows] = wide @ block.T
        return y


def _zeros(tensor: StoredTensor) -> Floats | None:
    """Return what is taken from the numbers before they are scaled, (out, groups); None for nothing."""
    assert tensor.scales is not None
    shape = (tensor.scales.shape[0], tensor.scales.shape[1])
    raised = np.float32(128 if tensor.layout == "bytes" else 0)
    if tensor.zeros is None:
        return np.broadcast_to(raised, shape) if raised else None
    return unpack_zeros(tensor.zeros, tensor.layout, shape).astype(np.float32) + raised


def _pairs(tensor: StoredTensor) -> NDArray[np.complex64]:
    """Return (256,): the two numbers that each byte holds, as one of eight bytes, so that a byte is looked up once."""
    byte = np.arange(256)
    if tensor.layout == "levels":
        pairs = LEVELS[np.stack([byte >> 4, byte & 15], axis=-1)]
    else:
        pairs = (np.stack([byte & 15, byte >> 4], axis=-1) - 8).astype(np.float32)
    return np.ascontiguousarray(pairs).view(np.complex64).reshape(-1)
