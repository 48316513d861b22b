"""Noise by its spectrum: octave-band levels in, pressure out; and the slow changes that real noise has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import filtered
from cabin.noise.level import REFERENCE_PA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["OCTAVES_HZ", "add_at", "octave_noise", "seconds", "wander"]

OCTAVES_HZ = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Centres of the octave bands (IEC 61260-1)."""

_OCTAVE_WIDTH = 2**0.5 - 2**-0.5
"""Width of an octave band over its centre frequency."""
_LOWEST_HZ = 20.0


def seconds(duration_s: float) -> int:
    """Return how many samples so many seconds are."""
    return round(duration_s * SAMPLE_RATE_HZ)


def octave_noise(count: int, levels_db: Mapping[float, float], rng: np.random.Generator) -> Pressure:
    """Return `count` samples of Gaussian noise, in pascals, whose octave bands have these levels in dB SPL.

    `levels_db`: centre in Hz -> level. Between centres the density is interpolated over the logarithm of the frequency;
    outside them it stays that of the last band. Nothing lies below 20 Hz.
    """
    centres = np.array(sorted(levels_db))
    density_db = np.array([levels_db[centre] for centre in centres]) - 10 * np.log10(centres * _OCTAVE_WIDTH)

    def amplitude(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
        wanted_db = np.interp(np.log2(np.maximum(frequency, 1.0)), np.log2(centres), density_db)
        # White noise of variance 1 has a one-sided density of 2 / rate.
        curve = REFERENCE_PA * 10 ** (wanted_db / 20) * np.sqrt(SAMPLE_RATE_HZ / 2)
        return np.asarray(np.where(frequency >= _LOWEST_HZ, curve, 0.0))

    return filtered(rng.standard_normal(count), amplitude)


def wander(count: int, per_second: float, rng: np.random.Generator) -> Pressure:
    """Return values with mean 0 and variance near 1 that change smoothly, with so many turns a second."""
    points = max(4, int(count / SAMPLE_RATE_HZ * per_second) + 3)
    return np.interp(np.linspace(0, points - 1, count), np.arange(points), rng.standard_normal(points))


def add_at(sound: Pressure, at: int, piece: Pressure) -> None:
    """Add a piece into a sound from a sample on; what lies outside the sound is dropped."""
    begin, end = max(0, at), min(len(sound), at + len(piece))
    if begin < end:
        sound[begin:end] += piece[begin - at : end - at]
