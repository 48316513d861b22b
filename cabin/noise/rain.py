"""Rain on roof and windscreen: each drop a blow that makes the sheet ring.

Drops by size after J. S. Marshall and W. M. Palmer (J. Meteorol. 5, 1948): N(D) = 8000 exp(-4.1 R^-0.21 D) per cubic
metre and millimetre, R in mm/h; they fall with 9.65 - 10.3 exp(-0.6 D) m/s (D. Atlas et al., Rev. Geophys. 11, 1973),
to which half the car's speed is added on the slanting screen. A blow is the drop's momentum; the damped roof answers
between some 200 Hz and 4 kHz for a few milliseconds. Set to 60 dB(A) inside for 10 mm/h at a standstill.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.fourier import filtered
from cabin.noise.level import scaled_to_db_a

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["drops_per_s", "rain"]

_AREA_M2 = 3.0
_DIAMETERS_MM = np.arange(0.75, 5.5, 0.5)
_WIDTH_MM = 0.5
_REFERENCE_DB_A, _REFERENCE_MM_H = 60.0, 10.0
_REFERENCE_S = 2.0
_MANY = 2000.0
"""Drops a second from which on a size is noise, not blows."""


def drops_per_s(rate_mm_h: float, speed_kph: float = 0.0) -> NDArray[np.float64]:
    """Return how many drops of each size (0.75, 1.25 ... mm) hit the car in a second."""
    per_m3 = 8000 * np.exp(-4.1 * rate_mm_h**-0.21 * _DIAMETERS_MM) * _WIDTH_MM
    return np.asarray(per_m3 * _fall_m_s(speed_kph) * _AREA_M2)


def _fall_m_s(speed_kph: float) -> NDArray[np.float64]:
    return np.asarray(9.65 - 10.3 * np.exp(-0.6 * _DIAMETERS_MM) + 0.5 * speed_kph / 3.6)


def rain(count: int, rate_mm_h: float, speed_kph: float, rng: np.random.Generator) -> Pressure:
    """Return the noise in pascals, shape (count,), of so much rain on a car at that speed."""
    if rate_mm_h <= 0:
        return np.zeros(count)
    # The scale comes from a reference of its own, so that heavier rain is louder by what it does.
    reference = _blows(round(_REFERENCE_S * SAMPLE_RATE_HZ), _REFERENCE_MM_H, 0.0, np.random.default_rng(1))
    gain = np.max(np.abs(scaled_to_db_a(reference, _REFERENCE_DB_A))) / np.max(np.abs(reference))
    return np.asarray(gain * _blows(count, rate_mm_h, speed_kph, rng))


def _blows(count: int, rate_mm_h: float, speed_kph: float, rng: np.random.Generator) -> Pressure:
    train = np.zeros(count)
    momenta = _DIAMETERS_MM**3 * _fall_m_s(speed_kph)
    for rate, momentum in zip(drops_per_s(rate_mm_h, speed_kph), momenta, strict=True):
        hits = rng.poisson(rate * count / SAMPLE_RATE_HZ)
        if rate > _MANY:
            train += momentum * math.sqrt(rate / SAMPLE_RATE_HZ) * rng.standard_normal(count)
        else:
            np.add.at(train, rng.integers(0, max(count, 1), hits), momentum * rng.uniform(0.3, 1.7, hits))
    return filtered(train, _sheet)


def _sheet(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how the damped sheet answers a blow: three broad resonances, falling above 2 kHz."""
    answer = np.zeros(len(frequency))
    for centre, width, height in ((320.0, 180.0, 1.0), (750.0, 400.0, 0.8), (1700.0, 1100.0, 0.6)):
        answer += height / (1 + ((frequency - centre) / width) ** 2)
    return answer
