"""The microphone: the band that it passes, and its own noise.

Bands: wide is 100 Hz to 7 kHz, what ITU-T P.1110 asks of wideband hands-free terminals in cars; narrow is 300 Hz to
3.4 kHz, the telephone band (ITU-T G.712, P.1100); full passes everything from 20 Hz. Edges fall by 12 dB an octave
below and 24 dB above, as second- and fourth-order Butterworth filters do. Own noise: 30 dB(A), of a digital microphone
with a signal-to-noise ratio of 64 dB at 94 dB SPL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cabin.noise.fourier import filtered
from cabin.noise.level import scaled_to_db_a

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["BANDS_HZ", "Band", "own_noise", "through_microphone"]

Band = Literal["wide", "narrow", "full"]

BANDS_HZ: dict[Band, tuple[float, float]] = {"wide": (100.0, 7000.0), "narrow": (300.0, 3400.0), "full": (20.0, 8000.0)}
"""Lower and upper edge, 3 dB down; full has no upper one."""

_OWN_NOISE_DB_A = 30.0


def through_microphone(sound: NDArray[Any], band: Band = "wide") -> Pressure:
    """Return a sound, shape (n,), as the microphone passes it."""
    low, high = BANDS_HZ[band]

    def amplitude(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
        ratio = np.maximum(frequency, 1e-3) / low
        passed = ratio**2 / np.sqrt(1 + ratio**4)
        return np.asarray(passed if band == "full" else passed / np.sqrt(1 + (frequency / high) ** 8))

    return filtered(sound, amplitude)


def own_noise(count: int, rng: np.random.Generator) -> Pressure:
    """Return the microphone's own noise in pascals, shape (count,)."""
    return scaled_to_db_a(rng.standard_normal(count), _OWN_NOISE_DB_A)
