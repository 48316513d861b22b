"""Filtering by Fourier transforms of quick lengths: a length with large prime factors takes fifteen times as long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

__all__ = ["convolved", "filtered", "quick_length"]


def quick_length(count: int) -> int:
    """Return the smallest number from `count` on that has no prime factors but 2, 3 and 5; at least 1."""
    best = 1
    while best < count:
        best *= 2
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = threes
            while twos < count:
                twos *= 2
            best = min(best, twos)
            threes *= 3
        fives *= 5
    return best


def filtered(sound: NDArray[Any], amplitude: Curve) -> NDArray[np.float64]:
    """Return a sound, shape (n,), times an amplitude by frequency (Hz in, factor out), phases unchanged."""
    if not len(sound):
        return np.zeros(0)
    length = quick_length(len(sound))
    frequency = np.asarray(np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ))
    result = np.fft.irfft(np.fft.rfft(sound, length) * amplitude(frequency), length)
    return np.asarray(result[: len(sound)], dtype=np.float64)


def convolved(sound: NDArray[Any], response: NDArray[Any]) -> NDArray[np.float64]:
    """Return a sound, shape (n,), through an impulse response; as long as it was."""
    if not len(sound):
        return np.zeros(0)
    length = quick_length(len(sound) + len(response) - 1)
    result = np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(response, length), length)
    return np.asarray(result[: len(sound)], dtype=np.float64)
