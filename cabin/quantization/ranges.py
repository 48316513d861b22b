"""Which range of weights a scale covers: all of them, or less, for a finer step where most of them are.

minmax      from the smallest to the largest weight: nothing is cut, one outlier makes the step coarse for all
percentile  the ends are percentiles: of abs(W) when symmetric, else of both tails alike. In a group of n weights the
            percentile lies between the largest weights by linear interpolation, so 99.9 % of 32 is nearly the largest
mse         of 36 ranges, 100 %, 98 %, ... 30 % of the min-max range, the one with the least squared error, each scale
            for itself; as 100 % is among them, the squared error is never above minmax's

Nagel et al. 2021 (arXiv 2106.08295), section 3.1 compares them. Every range holds 0. Blocks are (out, groups, inputs).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cabin.quantization import linear, normal_float
from cabin.quantization.scheme import Scheme

__all__ = ["find_ranges"]

Floats = NDArray[np.float32]

_SHARES = tuple(np.float32(percent / 100) for percent in range(100, 28, -2))


def find_ranges(blocks: Floats, scheme: Scheme) -> tuple[Floats, Floats]:
    """Return low and high of each scale, shaped as the blocks with 1 in the places that share it."""
    axes = (0, 2) if scheme.granularity == "tensor" else (2,)
    if scheme.calibration == "percentile":
        low, high = _percentiles(blocks, scheme, axes)
    else:
        low, high = blocks.min(axis=axes, keepdims=True), blocks.max(axis=axes, keepdims=True)
    low, high = np.minimum(low, np.float32(0)), np.maximum(high, np.float32(0))
    if scheme.is_symmetric:
        high = np.maximum(-low, high)
        low = -high
    return _least_error(blocks, low, high, scheme, axes) if scheme.calibration == "mse" else (low, high)


def _percentiles(blocks: Floats, scheme: Scheme, axes: tuple[int, ...]) -> tuple[Floats, Floats]:
    if scheme.is_symmetric:
        high = np.percentile(np.abs(blocks), scheme.percentile, axis=axes, keepdims=True).astype(np.float32)
        return -high, high
    tail = (100 - scheme.percentile) / 2
    low, high = np.percentile(blocks, [tail, 100 - tail], axis=axes, keepdims=True).astype(np.float32)
    return low, high


def _least_error(
    blocks: Floats, low: Floats, high: Floats, scheme: Scheme, axes: tuple[int, ...]
) -> tuple[Floats, Floats]:
    best = np.full(low.shape, np.inf, np.float32)
    shares = np.ones(low.shape, np.float32)
    for share in _SHARES:
        error = np.square(_rounded(blocks, share * low, share * high, scheme) - blocks).sum(axis=axes, keepdims=True)
        better = error < best
        best, shares = np.where(better, error, best), np.where(better, share, shares)
    return shares * low, shares * high


def _rounded(blocks: Floats, low: Floats, high: Floats, scheme: Scheme) -> Floats:
    """Return what the blocks become in this range."""
    if scheme.number_format == "nf4":
        scales = np.where(high == 0, np.float32(1), high)
        return normal_float.decode(normal_float.encode(blocks, scales), scales)
    scales, zeros = linear.scale_and_zero(low, high, scheme.bits, scheme.is_symmetric)
    return linear.decode(linear.encode(blocks, scales, zeros, scheme.bits, scheme.is_symmetric), scales, zeros)
