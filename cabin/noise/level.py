"""How loud: sound pressure levels, A-weighting, and the level of speech while it is spoken.

Sounds here are pressures in pascals, mono, at SAMPLE_RATE_HZ; levels are dB re 20 micropascals (dB SPL). The same
functions serve samples in full scale: a level is then 94 dB too high, and differences are right.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import convolved, filtered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pressure = NDArray[np.float64]

__all__ = ["REFERENCE_PA", "a_weight", "a_weighted_db", "active_level_db", "level_db", "scaled_to_db_a"]

REFERENCE_PA = 20e-6
"""0 dB SPL (ISO 1683)."""

_SILENT = -200.0
_TIME_CONSTANT_S = 0.03
_HANGOVER_S = 0.2
_MARGIN_DB = 15.9
_STEP = 16
"""Samples of one step of the envelope: 1 ms."""


def level_db(sound: NDArray[Any]) -> float:
    """Return the unweighted level of a sound, shape (n,), in dB SPL."""
    power = float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0
    return 10 * math.log10(power / REFERENCE_PA**2) if power > 0 else _SILENT


def a_weighted_db(sound: NDArray[Any]) -> float:
    """Return the A-weighted level of a sound, shape (n,), in dB SPL."""
    return level_db(a_weight(sound))


def a_weight(sound: NDArray[Any]) -> Pressure:
    """Filter a sound, shape (n,), by the A curve of IEC 61672-1:2013, annex E, which is 0 dB at 1 kHz."""

    def curve(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
        square = frequency**2
        weight = 12194.0**2 * square**2 * 10 ** (2.0 / 20)
        weight /= (square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194.0**2)
        return np.asarray(weight)

    return filtered(sound, curve)


def scaled_to_db_a(sound: NDArray[Any], wanted_db: float) -> Pressure:
    """Return the sound at an A-weighted level in dB SPL; silence stays silence."""
    if not np.any(sound):
        return np.asarray(sound, dtype=np.float64)
    return np.asarray(sound * 10 ** ((wanted_db - a_weighted_db(sound)) / 20), dtype=np.float64)


def active_level_db(speech: NDArray[Any]) -> float:
    """Return the level of speech, shape (n,), in dB SPL while it is active, after ITU-T P.56 (12/2011), method B.

    The envelope is the rectified signal through two exponential averages of 30 ms. For each threshold the time above it
    counts as active, with a hangover of 200 ms; the threshold that lies 15.9 dB under the level of its active time is
    the one, interpolated in dB. Done here: the averages as one FIR of 0.5 s, the envelope read each millisecond.
    """
    energy = float(np.sum(np.square(speech, dtype=np.float64)))
    if energy <= 0:
        return _SILENT
    held = _held_envelope(np.abs(speech))
    peak = float(held.max())
    level = before_above = before_level = 0.0
    for at, threshold in enumerate(peak * 2.0 ** -np.arange(15, -0.5, -0.5)):
        active = float(np.mean(held >= threshold)) * len(speech)
        level = 10 * math.log10(energy / max(active, 1.0) / REFERENCE_PA**2)
        above = level - 20 * math.log10(threshold / REFERENCE_PA) - _MARGIN_DB
        if above <= 0:
            share = before_above / (before_above - above) if at else 1.0
            return before_level + (level - before_level) * share
        before_above, before_level = above, level
    return level


def _held_envelope(rectified: NDArray[Any]) -> Pressure:
    """Return the envelope each millisecond, each value the largest of the hangover time before it."""
    decay = math.exp(-1 / (SAMPLE_RATE_HZ * _TIME_CONSTANT_S))
    taps = np.arange(SAMPLE_RATE_HZ // 2)
    response = (1 - decay) ** 2 * (taps + 1) * decay**taps
    envelope = convolved(rectified, response)
    steps = np.maximum(envelope[::_STEP], 0.0)
    hold = round(_HANGOVER_S * SAMPLE_RATE_HZ / _STEP)
    padded = np.concatenate((np.zeros(hold), steps))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, hold + 1).max(axis=1))
