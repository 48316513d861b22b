"""How small numbers lie in memory, so that any engine can read the same file.

columns   int8 (in, out): column j holds output j, as it is multiplied
bytes     uint8 (out, groups, group): value + 128
nibbles   uint8 (out, groups, group / 2): value + 8; of each byte the low half is the earlier input
levels    uint8 (out, in / 2): index into the levels of a non-linear format; the high half is the earlier input

`bytes` and `nibbles` are the layouts of ONNX Runtime's MatMulNBits, `levels` that of its MatMulBnb4; `columns` is that
of DynamicQuantizeMatMul. The last group of a row is filled up with zeros.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Layout", "pack", "pack_zeros", "unpack", "unpack_zeros"]

Layout = Literal["plain", "columns", "bytes", "nibbles", "levels"]

Codes = NDArray[np.int8]


def pack(values: Codes, layout: Layout, group: int = 0) -> NDArray[Any]:
    """Return integers (out, in) in a layout. Raises ValueError for `levels` of an odd number of inputs."""
    if layout == "columns":
        return np.ascontiguousarray(values.T)
    if layout == "levels":
        if values.shape[1] % 2:
            raise ValueError(f"an odd number of inputs: {values.shape[1]}")
        index = values.astype(np.uint8)
        return (index[:, 0::2] << 4) | index[:, 1::2]
    shift = 128 if layout == "bytes" else 8
    rows, columns = values.shape
    groups = -(-columns // group)
    raised = np.full((rows, groups * group), shift, np.int16)
    raised[:, :columns] = values.astype(np.int16) + shift
    whole = raised.astype(np.uint8).reshape(rows, groups, group)
    return whole if layout == "bytes" else whole[..., 0::2] | (whole[..., 1::2] << 4)


def unpack(codes: NDArray[Any], layout: Layout, columns: int) -> Codes:
    """Return integers (out, `columns`) out of a layout: the inverse of `pack`."""
    if layout == "columns":
        return np.ascontiguousarray(codes.T)
    if layout == "levels":
        return np.stack([codes >> 4, codes & 15], axis=-1).reshape(len(codes), -1)[:, :columns].astype(np.int8)
    if layout == "nibbles":
        flat, shift = np.stack([codes & 15, codes >> 4], axis=-1).reshape(len(codes), -1), 8
    else:
        flat, shift = codes.reshape(len(codes), -1), 128
    return (flat[:, :columns].astype(np.int16) - shift).astype(np.int8)


def pack_zeros(zeros: NDArray[np.int32], layout: Layout) -> NDArray[Any]:
    """Return zero points (out, groups) as they lie beside codes of this layout; an odd group is filled up."""
    if layout == "columns":
        return zeros[:, 0].astype(np.int8)
    if layout == "bytes":
        return (zeros + 128).astype(np.uint8).reshape(-1)
    raised = np.pad((zeros + 8).astype(np.uint8), ((0, 0), (0, zeros.shape[1] % 2)))
    return (raised[:, 0::2] | (raised[:, 1::2] << 4)).reshape(-1)


def unpack_zeros(zeros: NDArray[Any], layout: Layout, shape: tuple[int, int]) -> NDArray[np.int32]:
    """Return zero points (out, groups): the inverse of `pack_zeros`."""
    if layout == "columns":
        return zeros.reshape(shape).astype(np.int32)
    if layout == "bytes":
        return zeros.reshape(shape).astype(np.int32) - 128
    halves = zeros.reshape(shape[0], -1)
    both = np.stack([halves & 15, halves >> 4], axis=-1).reshape(shape[0], -1)
    return both[:, : shape[1]].astype(np.int32) - 8
