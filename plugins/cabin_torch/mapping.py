"""Matrices to small numbers through torch's own operators; cabin.quantization.mapping is what they must agree with.

Integers go through torch.fake_quantize_per_channel_affine, what shares a scale being one channel of it; the integers
are read back from its result. NF4 goes through torch.bucketize. Torch multiplies by 1 / S where the reference divides
by S, so a weight that lies halfway between two integers, to the last bit, may become the other one.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cabin.quantization.linear import integer_limits
from cabin.quantization.mapping import Quantized
from cabin.quantization.normal_float import LEVELS
from cabin.quantization.scheme import Scheme

__all__ = ["quantize"]

_SHARES = tuple(percent / 100 for percent in range(100, 28, -2))
"""Ranges that calibration "mse" tries, as cabin.quantization.ranges does."""


def quantize(weight: NDArray[np.float32], scheme: Scheme) -> Quantized:
    """Map a matrix (out, in) to small numbers, as cabin.quantization.mapping.quantize does.

    Raises ValueError for a scheme of floats, an array that is not two-dimensional, or one that holds NaN or infinity.
    """
    if scheme.bits > 8:
        raise ValueError(f"{scheme.number_format} has no scale")
    if weight.ndim != 2 or not np.isfinite(weight).all():
        raise ValueError(f"expected a finite matrix, got shape {weight.shape}")
    with torch.inference_mode():
        blocks = _blocks(torch.from_numpy(np.ascontiguousarray(weight)), scheme)
        low, high = _ranges(blocks, scheme)
        scales, zeros, values, _ = _map(blocks, low, high, scheme)
    rows, columns = weight.shape
    shape = (1, 1) if scheme.granularity == "tensor" else (rows, -1)
    return Quantized(
        values.to(torch.int8).reshape(rows, -1)[:, :columns].numpy().copy(),
        scales.reshape(shape).numpy(),
        zeros.reshape(shape).numpy(),
        scheme,
    )


def _blocks(weight: Tensor, scheme: Scheme) -> Tensor:
    """Return (scales, weights that share one); the last group of a row is filled up with zeros."""
    if scheme.granularity == "tensor":
        return weight.reshape(1, -1)
    if scheme.granularity == "channel":
        return weight
    filled = torch.nn.functional.pad(weight, (0, -weight.shape[1] % scheme.group))
    return filled.reshape(-1, scheme.group)


def _ranges(blocks: Tensor, scheme: Scheme) -> tuple[Tensor, Tensor]:
    """Return low and high of each block (cabin.quantization.ranges says how)."""
    if scheme.calibration == "percentile":
        low, high = _percentiles(blocks, scheme)
    else:
        low, high = blocks.aminmax(dim=1)
    low, high = low.clamp(max=0), high.clamp(min=0)
    if scheme.is_symmetric:
        high = torch.maximum(-low, high)
        low = -high
    if scheme.calibration != "mse":
        return low, high
    best, shares = torch.full_like(high, torch.inf), torch.ones_like(high)
    for share in _SHARES:
        real = _map(blocks, share * low, share * high, scheme)[3]
        error = (real - blocks).square().sum(dim=1)
        shares = torch.where(error < best, share, shares)
        best = torch.minimum(error, best)
    return shares * low, shares * high


def _percentiles(blocks: Tensor, scheme: Scheme) -> tuple[Tensor, Tensor]:
    if scheme.is_symmetric:
        high = _quantile(blocks.abs(), scheme.percentile / 100)
        return -high, high
    tail = (1 - scheme.percentile / 100) / 2
    return _quantile(blocks, tail), _quantile(blocks, 1 - tail)


def _quantile(blocks: Tensor, share: float) -> Tensor:
    """Return the quantile of each block; torch.quantile itself takes no more than 16 million numbers."""
    ordered = blocks.sort(dim=1).values
    at = share * (blocks.shape[1] - 1)
    lower = min(int(at), blocks.shape[1] - 1)
    upper = min(lower + 1, blocks.shape[1] - 1)
    return torch.lerp(ordered[:, lower], ordered[:, upper], at - lower)


def _map(blocks: Tensor, low: Tensor, high: Tensor, scheme: Scheme) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return scales, zero points, integers or indexes, and the numbers that these stand for."""
    if scheme.number_format == "nf4":
        levels = torch.from_numpy(LEVELS)
        scales = torch.where(high == 0, 1.0, high)
        values = torch.bucketize(blocks / scales[:, None], (levels[1:] + levels[:-1]) / 2)
        return scales, torch.zeros_like(scales, dtype=torch.int32), values, levels[values] * scales[:, None]
    bottom, top = integer_limits(scheme.bits, scheme.is_symmetric)
    width = torch.maximum(-low, high) / top if scheme.is_symmetric else (high - low) / (top - bottom)
    scales = torch.where(width == 0, 1.0, width)
    zeros = torch.zeros_like(scales, dtype=torch.int32)
    if not scheme.is_symmetric:
        zeros = (bottom - low / scales).round().clamp(bottom, top).to(torch.int32)
    real = torch.fake_quantize_per_channel_affine(blocks, scales, zeros, 0, bottom, top)
    return scales, zeros, (real / scales[:, None]).round() + zeros[:, None], real
