"""Wind around the car, as heard inside.

Flow that separates at pillars, mirrors and seals radiates as dipoles: power with the sixth power of the speed, 60 dB
for ten times as fast (N. Curle, Proc. R. Soc. A 231, 1955). The spectrum is broad and moves up with the speed, as its
Strouhal number stays (A. R. George, Automobile Aerodynamic Noise, SAE 900315, 1990). Set to about 59 dB(A) inside at
100 km/h, so that it passes the tyres at some 130 km/h, as in common cars. Gusts change it by about 1 dB.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cabin.noise.spectrum import OCTAVES_HZ, octave_noise, wander

if TYPE_CHECKING:
    from cabin.noise.level import Pressure

__all__ = ["octave_levels_db", "wind"]

_REFERENCE_KPH = 100.0
_GROWTH_DB = 60.0
_LEVELS_DB = (66.0, 64.0, 60.0, 56.0, 54.0, 51.0, 46.0, 40.0)
"""Inside, octave bands at the reference speed."""
_GUSTS_DB = 1.0


def octave_levels_db(speed_kph: float) -> dict[float, float]:
    """Return the octave-band levels inside, dB SPL, at a speed above 0."""
    ratio = speed_kph / _REFERENCE_KPH
    octaves = np.log2(np.array(OCTAVES_HZ))
    moved = np.interp(octaves - math.log2(ratio), octaves, np.array(_LEVELS_DB))
    return {
        centre: float(level) + _GROWTH_DB * math.log10(ratio) for centre, level in zip(OCTAVES_HZ, moved, strict=True)
    }


def wind(count: int, speed_kph: float, rng: np.random.Generator) -> Pressure:
    """Return the noise in pascals, shape (count,); nothing at a standstill."""
    if speed_kph <= 0:
        return np.zeros(count)
    noise = octave_noise(count, octave_levels_db(speed_kph), rng)
    return np.asarray(noise * 10 ** (_GUSTS_DB * wander(count, 1.5, rng) / 20))
