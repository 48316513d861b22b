"""What the detector network sees: the logarithm of the power in 40 bands of hearing, every 16 ms.

Short-time spectra by Hann windows of 32 ms, 16 ms apart; triangular bands even on the mel scale of O'Shaughnessy
(2595 log10(1 + f / 700)) from 60 to 7,600 Hz. Two frames a step, so that a step is a frame of the voice detector.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["BANDS", "FRAMES_PER_STEP", "HOP_SAMPLES", "STEP_S", "STEP_SAMPLES", "FeatureStream", "log_mel"]

Features = NDArray[np.float32]

BANDS = 40
HOP_SAMPLES = 256
"""16 ms."""
WINDOW_SAMPLES = 512
FRAMES_PER_STEP = 2
STEP_SAMPLES = HOP_SAMPLES * FRAMES_PER_STEP
"""32 ms of new sound."""
STEP_S = STEP_SAMPLES / SAMPLE_RATE_HZ

_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7600.0
_FLOOR = 1e-7
"""Power below which all is silence: about -70 dB of full scale in a band."""
_MEAN, _SPREAD = -2.5, 4.0
"""Natural logarithms of speech lie around -2.5 and spread by about 4; so the network sees numbers near -1 to 1."""


def log_mel(samples: Samples) -> Features:
    """Return the features of a sound: shape (frames, BANDS), a frame for every whole window, HOP_SAMPLES apart."""
    count = (len(samples) - WINDOW_SAMPLES) // HOP_SAMPLES + 1
    if count <= 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW_SAMPLES)[::HOP_SAMPLES][:count]
    spectrum = np.fft.rfft(windows * _hann())
    power = spectrum.real**2 + spectrum.imag**2
    bands = power.astype(np.float32) @ _filters()
    return np.asarray((np.log(bands + _FLOOR) - _MEAN) / _SPREAD, dtype=np.float32)


class FeatureStream:
    """Features of sound that comes in pieces; the same numbers as of the whole."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, after silence."""
        self._rest = np.zeros(WINDOW_SAMPLES - HOP_SAMPLES, dtype=np.float32)

    def accept(self, samples: Samples) -> Features:
        """Take the next sound, shape (n,) of any n, and return the steps that it completed.

        Shape (steps, FRAMES_PER_STEP * BANDS): the older frame of a step first.
        """
        sound = np.concatenate((self._rest, samples))
        steps = (len(sound) - WINDOW_SAMPLES + HOP_SAMPLES) // STEP_SAMPLES
        if steps <= 0:
            self._rest = sound
            return np.zeros((0, FRAMES_PER_STEP * BANDS), dtype=np.float32)
        used = steps * STEP_SAMPLES
        self._rest = sound[used:].copy()
        frames = log_mel(sound[: used + WINDOW_SAMPLES - HOP_SAMPLES])
        return frames.reshape(steps, FRAMES_PER_STEP * BANDS)


@lru_cache(maxsize=1)
def _hann() -> Features:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES)).astype(np.float32)


@lru_cache(maxsize=1)
def _filters() -> Features:
    """Return the bands: shape (257, BANDS), each a triangle whose corners are the middles of its neighbours."""
    corners = _to_hz(np.linspace(_to_mel(_LOWEST_HZ), _to_mel(_HIGHEST_HZ), BANDS + 2))
    hz = np.fft.rfftfreq(WINDOW_SAMPLES, 1 / SAMPLE_RATE_HZ)[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    rising, falling = (hz - low) / (middle - low), (high - hz) / (high - middle)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def _to_mel(hz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hz / 700.0))


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700.0 * (10.0 ** (mel / 2595.0) - 1.0))
