"""From matrices to small numbers and back: the reference that every backend's arithmetic is tested against.

The arithmetic itself is in cabin.quantization.linear (integers) and cabin.quantization.normal_float (NF4), the search
for the range of each scale in cabin.quantization.ranges; here matrices are cut into what shares a scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cabin.quantization import linear, normal_float
from cabin.quantization.ranges import find_ranges
from cabin.quantization.scheme import GROUPS, Scheme

__all__ = ["Quantized", "as_groups", "dequantize", "quantize"]

Number = TypeVar("Number", np.float32, np.int8)


@dataclass(frozen=True)
class Quantized:
    """A matrix (out, in) in small numbers."""

    values: NDArray[np.int8]
    """(out, in): integers in [-2^(b-1), 2^(b-1) - 1], symmetric ones leave out the lowest; of NF4, indexes 0 .. 15."""
    scales: NDArray[np.float32]
    """(out, groups); one column unless grouped; one row for a whole tensor."""
    zeros: NDArray[np.int32]
    """Zero points, of the shape of `scales`; all 0 when symmetric."""
    scheme: Scheme


def quantize(weight: NDArray[np.float32], scheme: Scheme) -> Quantized:
    """Map a matrix (out, in) to small numbers.

    Raises ValueError for a scheme of floats, an array that is not two-dimensional, or one that holds NaN or infinity.
    """
    if scheme.bits > 8:
        raise ValueError(f"{scheme.number_format} has no scale")
    if weight.ndim != 2 or not np.isfinite(weight).all():
        raise ValueError(f"expected a finite matrix, got shape {weight.shape}")
    blocks = _blocks(weight, scheme)
    low, high = find_ranges(blocks, scheme)
    if scheme.number_format == "nf4":
        scales = np.where(high == 0, np.float32(1), high)
        zeros = np.zeros_like(scales)
        values = normal_float.encode(blocks, scales)
    else:
        scales, zeros = linear.scale_and_zero(low, high, scheme.bits, scheme.is_symmetric)
        values = linear.encode(blocks, scales, zeros, scheme.bits, scheme.is_symmetric)
    flat = values.reshape(weight.shape[0], -1)[:, : weight.shape[1]]
    return Quantized(flat, scales[..., 0].astype(np.float32), zeros[..., 0].astype(np.int32), scheme)


def dequantize(quantized: Quantized) -> NDArray[np.float32]:
    """Return the matrix (out, in) that the small numbers stand for."""
    blocks = _blocks(quantized.values, quantized.scheme)
    scales = quantized.scales[..., None]
    if quantized.scheme.number_format == "nf4":
        real = normal_float.decode(blocks, scales)
    else:
        real = linear.decode(blocks, scales, quantized.zeros[..., None].astype(np.float32))
    rows, columns = quantized.values.shape
    return np.ascontiguousarray(real.reshape(rows, -1)[:, :columns])


def as_groups(quantized: Quantized) -> Quantized:
    """Return the same numbers with scales a group, for engines that know nothing coarser: scales are repeated.

    The group is the largest that the inputs can be cut into, else 16.
    """
    if quantized.scheme.granularity == "group":
        return quantized
    rows, columns = quantized.values.shape
    group = next((size for size in reversed(GROUPS) if columns % size == 0), GROUPS[0])
    shape = (rows, -(-columns // group))
    scales = np.ascontiguousarray(np.broadcast_to(quantized.scales, shape))
    zeros = np.ascontiguousarray(np.broadcast_to(quantized.zeros, shape))
    return Quantized(quantized.values, scales, zeros, replace(quantized.scheme, granularity="group", group=group))


def _blocks(weight: NDArray[Number], scheme: Scheme) -> NDArray[Number]:
    """Return the matrix as (out, groups, inputs of a group), the last group filled up with zeros."""
    rows, columns = weight.shape
    size = scheme.group if scheme.granularity == "group" else columns
    groups = -(-columns // size)
    if groups * size != columns:
        weight = np.pad(weight, ((0, 0), (0, groups * size - columns)))
    return weight.reshape(rows, groups, size)
