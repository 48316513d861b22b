"""How loud a sound is, and whether it was driven into the stops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["CLIPPED_AT", "SILENCE_DBFS", "clipped_samples", "is_clipped", "peak_dbfs", "rms_dbfs"]

SILENCE_DBFS = -120.0
"""What digital silence is reported as, instead of minus infinity; below the noise of 16-bit sound (-98 dBFS)."""

CLIPPED_AT = 0.99
"""Amplitude that counts as full scale; the highest value of 8-bit sound is 127/128 = 0.992."""

_RUN = 3
_FEW_SAMPLES = 9


def rms_dbfs(samples: Samples) -> float:
    """Return the root mean square of samples, shape (n,), in dBFS; a full-scale square wave is 0 dBFS."""
    if not len(samples):
        return SILENCE_DBFS
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DBFS, 10.0 * math.log10(mean_square)) if mean_square > 0.0 else SILENCE_DBFS


def peak_dbfs(samples: Samples) -> float:
    """Return the largest amplitude of samples, shape (n,), in dB below full scale."""
    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    return max(SILENCE_DBFS, 20.0 * math.log10(peak)) if peak > 0.0 else SILENCE_DBFS


def clipped_samples(samples: Samples) -> int:
    """Count the samples, shape (n,), that stand at full scale in runs of at least three.

    A run is what tells clipping from a file that was merely normalised to its highest peak.
    """
    if len(samples) < _RUN:
        return 0
    at_stop = np.concatenate(([False], np.abs(samples) >= CLIPPED_AT, [False]))
    edges = np.flatnonzero(at_stop[1:] != at_stop[:-1])
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _RUN].sum())


def is_clipped(count: int) -> bool:
    """Say whether that many samples from `clipped_samples` are more than a few."""
    return count > _FEW_SAMPLES
