"""The linear mapping, pure: W_q = round(W / S) + Z, and its inverse W = S (W_q - Z).

Formulas after Jacob et al. 2018 (arXiv 1712.05877) and Nagel et al. 2021 (arXiv 2106.08295), section 2. b bits hold the
integers -2^(b-1) .. 2^(b-1) - 1; symmetric ones leave out the lowest, so that a number and its negative cost the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["decode", "encode", "integer_limits", "scale_and_zero"]

Floats = NDArray[np.float32]


def integer_limits(bits: int, is_symmetric: bool) -> tuple[int, int]:
    """Return the lowest and the highest integer."""
    top: int = 2 ** (bits - 1) - 1
    return (-top if is_symmetric else -top - 1), top


def scale_and_zero(low: Floats, high: Floats, bits: int, is_symmetric: bool) -> tuple[Floats, Floats]:
    """Return S and Z of the ranges low .. high, which hold 0; a range of nothing but 0 has S = 1."""
    bottom, top = integer_limits(bits, is_symmetric)
    width = np.maximum(-low, high) / top if is_symmetric else (high - low) / (top - bottom)
    scales: Floats = np.where(width == 0, 1, width).astype(np.float32)
    if is_symmetric:
        return scales, np.zeros_like(scales)
    return scales, np.clip(np.round(bottom - low / scales), bottom, top).astype(np.float32)


def encode(weights: Floats, scales: Floats, zeros: Floats, bits: int, is_symmetric: bool) -> NDArray[np.int8]:
    """Return W_q: rounded half to even, what lies outside the range cut to its end."""
    bottom, top = integer_limits(bits, is_symmetric)
    return np.clip(np.round(weights / scales) + zeros, bottom, top).astype(np.int8)


def decode(values: NDArray[np.int8], scales: Floats, zeros: Floats) -> Floats:
    """Return the numbers that integers stand for."""
    return ((values.astype(np.float32) - zeros) * scales).astype(np.float32)
