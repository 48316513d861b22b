"""The linear mapping and its inverse: W_q = round(W / S) + Z and W = S (W_q - Z). Every backend is tested against this.

Formulas after Jacob et al. 2018 (arXiv 1712.05877) and Nagel et al. 2021 (arXiv 2106.08295), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.scheme import Scheme

__all__ = ["Quantized", "dequantize", "quantize"]


@dataclass(frozen=True)
class Quantized:
    """A matrix (out, in) in small numbers."""

    values: NDArray[np.int8]
    """(out, in), each in [-2^(b-1), 2^(b-1) - 1]; symmetric ones leave out the lowest."""
    scales: NDArray[np.float32]
    """(out, groups); one column unless grouped; one row for a whole tensor."""
    zeros: NDArray[np.int32]
    """Zero points, of the shape of `scales`; all 0 when symmetric."""
    scheme: Scheme


def quantize(weight: NDArray[np.float32], scheme: Scheme) -> Quantized:
    """Map a matrix (out, in) to integers with min-max ranges.

    Raises ValueError for a scheme of floats, an array that is not two-dimensional, or one that holds NaN or infinity.
    """
    if scheme.bits > 8:
        raise ValueError(f"{scheme.number_format} has no scale")
    if weight.ndim != 2 or not np.isfinite(weight).all():
        raise ValueError(f"expected a finite matrix, got shape {weight.shape}")
    blocks = _blocks(weight, scheme)
    top = 2 ** (scheme.bits - 1) - 1
    axes = (0, 2) if scheme.granularity == "tensor" else (2,)
    if scheme.is_symmetric:
        bottom = -top
        scales = np.abs(blocks).max(axis=axes, keepdims=True) / top
        zeros = np.zeros_like(scales)
    else:
        bottom = -top - 1
        low = np.minimum(blocks.min(axis=axes, keepdims=True), 0.0)
        high = np.maximum(blocks.max(axis=axes, keepdims=True), 0.0)
        scales = (high - low) / (top - bottom)
        zeros = None
    scales = np.where(scales == 0, np.float32(1), scales).astype(np.float32)
    if zeros is None:
        zeros = np.clip(np.round(bottom - low / scales), bottom, top)
    values = np.clip(np.round(blocks / scales) + zeros, bottom, top).astype(np.int8)
    flat = values.reshape(weight.shape[0], -1)[:, : weight.shape[1]]
    return Quantized(flat, scales[..., 0].astype(np.float32), zeros[..., 0].astype(np.int32), scheme)


def dequantize(quantized: Quantized) -> NDArray[np.float32]:
    """Return the matrix (out, in) that the integers stand for."""
    blocks = _blocks(quantized.values.astype(np.float32), quantized.scheme)
    real = (blocks - quantized.zeros[..., None]) * quantized.scales[..., None]
    rows, columns = quantized.values.shape
    flat: NDArray[np.float32] = real.reshape(rows, -1)[:, :columns].astype(np.float32)
    return flat


def _blocks(weight: NDArray[np.float32], scheme: Scheme) -> NDArray[np.float32]:
    """Return the matrix as (out, groups, inputs of a group), the last group filled up with zeros."""
    rows, columns = weight.shape
    size = scheme.group if scheme.granularity == "group" else columns
    groups = -(-columns // size)
    if groups * size != columns:
        weight = np.pad(weight, ((0, 0), (0, groups * size - columns)))
    return weight.reshape(rows, groups, size)
