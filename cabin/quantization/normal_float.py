"""The non-linear mapping NF4, pure: 16 levels that normally distributed weights use equally often.

After Dettmers et al. 2023 (QLoRA, arXiv 2305.14314), section 3 and appendix E: eight quantiles of the standard normal
distribution on the negative side, nine on the positive (0 counts on both), from probability (1/32 + 1/30) / 2 on, each
side divided by its largest. `values` are indexes 0 .. 15; a weight is LEVELS[value] S with S = max abs(W) of its block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "decode", "encode"]

Floats = NDArray[np.float32]

LEVELS: Floats = np.array(
    [
        -1.0,
        -0.6961928009986877,
        -0.5250730514526367,
        -0.39491748809814453,
        -0.28444138169288635,
        -0.18477343022823334,
        -0.09105003625154495,
        0.0,
        0.07958029955625534,
        0.16093020141124725,
        0.24611230194568634,
        0.33791524171829224,
        0.44070982933044434,
        0.5626170039176941,
        0.7229568362236023,
        1.0,
    ],
    np.float32,
)
"""Appendix E of the paper; tests derive them from the normal distribution."""
_BORDERS: Floats = ((LEVELS[1:] + LEVELS[:-1]) / 2).astype(np.float32)
"""Halfway between neighbours."""


def encode(weights: Floats, scales: Floats) -> NDArray[np.int8]:
    """Return the index of the nearest level; what lies beyond the scale gets the last one."""
    return np.searchsorted(_BORDERS, weights / scales).astype(np.int8)


def decode(values: NDArray[np.int8], scales: Floats) -> Floats:
    """Return the numbers that indexes stand for."""
    real: Floats = LEVELS[values] * scales
    return real
